/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the register's objects: nothing is trusted, nothing is taken whole before its size is
 * known. What somebody put there on purpose is a sentence about that entry; what git cannot give is
 * a failure of the whole look.
 */
#include "register/register-load.h"

#include "snapshot/loose.h"

#include <string.h>

/* Of an entry of a tree: its name, its mode, its id. */
#define ENTRY_MAX_BYTES 300

bool load_failed(GError **error, const char *what)
{
	const git_error *last = git_error_last();

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "register: cannot read %s: %s", what,
		    last != NULL ? last->message : "unknown reason");
	return false;
}

void load_note_broken(Load *load, const char *what)
{
	if (load->broken == NULL) {
		load_failed(&load->broken, what);
	}
}

static bool check_pack(Register *reg, const char *folder, const char *name, GError **error)
{
	switch (sealed_check(folder, name)) {
	case SEALED_SOUND:
		g_hash_table_add(reg->packs, g_strdup(name));
		return true;
	case SEALED_GONE:
		return true;
	case SEALED_ALTERED:
	case SEALED_UNREADABLE:
		break;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
		    "register: cannot read objects/pack/%s: it is not as it was written", name);
	return false;
}

bool load_check_packs(Register *reg, GError **error)
{
	g_autofree char *folder = g_build_filename(reg->path, "objects", "pack", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		if (g_str_has_suffix(name, ".idx") && !g_hash_table_contains(reg->packs, name) &&
		    !check_pack(reg, folder, name, error)) {
			return false;
		}
	}
	return true;
}

/* All objects of a commit were there before its branch moved, so one look is enough. */
void load_look_for_loose(Load *load)
{
	g_autofree char *folder = g_build_filename(load->reg->path, "objects", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;
	guint8 fan;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		if (hex_decode(name, &fan, 1)) {
			load->has_loose[fan] = true;
		}
	}
}

/* libgit2 reads for ever in a loose object that is cut off. */
static bool is_sound(const Load *load, const git_oid *id)
{
	char hex[GIT_OID_HEXSZ + 1];

	if (!load->has_loose[id->id[0]]) {
		return true;
	}
	git_oid_tostr(hex, sizeof(hex), id);
	switch (loose_check(load->reg->path, hex)) {
	case SEALED_SOUND:
	case SEALED_GONE:
		return true;
	case SEALED_ALTERED:
	case SEALED_UNREADABLE:
		break;
	}
	git_error_set_str(GIT_ERROR_ODB, "the object is damaged");
	return false;
}

bool load_fits(Load *load, const git_oid *id, gsize max, const char *name, char **ret_problem)
{
	git_object_t type;
	gsize size = 0;

	if (!is_sound(load, id) || git_odb_read_header(&size, &type, load->odb, id) != 0) {
		load_note_broken(load, name);
		return false;
	}
	if (size > max) {
		*ret_problem =
			g_strdup_printf("%s is larger than %" G_GSIZE_FORMAT " bytes", name, max);
	}
	return size <= max;
}

/* Why an entry is not a plain file (or folder); NULL: it is. */
static char *why_not_plain(const git_tree_entry *entry, bool wants_folder)
{
	const char *name = git_tree_entry_name(entry);

	switch (git_tree_entry_filemode(entry)) {
	case GIT_FILEMODE_LINK:
		return g_strdup_printf("%s is a link; links are not followed", name);
	case GIT_FILEMODE_COMMIT:
		return g_strdup_printf("%s is a submodule; submodules are not looked into", name);
	case GIT_FILEMODE_TREE:
		return wants_folder ? NULL : g_strdup_printf("%s is not a file", name);
	case GIT_FILEMODE_BLOB:
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		return wants_folder ? g_strdup_printf("%s is not a folder", name) : NULL;
	case GIT_FILEMODE_UNREADABLE:
		break;
	}
	return g_strdup_printf("%s is nothing git knows", name);
}

GBytes *load_blob(Load *load, const git_oid *id, gsize max, const char *name, char **ret_problem)
{
	git_blob *blob = NULL;
	GBytes *bytes;

	if (!load_fits(load, id, max, name, ret_problem)) {
		return NULL;
	}
	if (git_blob_lookup(&blob, load->reg->repository, id) != 0) {
		load_note_broken(load, name);
		return NULL;
	}
	bytes = g_bytes_new(git_blob_rawcontent(blob), (gsize)git_blob_rawsize(blob));
	git_blob_free(blob);
	return bytes;
}

GBytes *load_file(Load *load, const git_tree_entry *entry, gsize max, char **ret_problem)
{
	*ret_problem = why_not_plain(entry, false);
	return *ret_problem != NULL ? NULL
				    : load_blob(load, git_tree_entry_id(entry), max,
						git_tree_entry_name(entry), ret_problem);
}

git_tree *load_tree(Load *load, const git_tree_entry *entry, gsize max_entries, char **ret_problem)
{
	const char *name = git_tree_entry_name(entry);
	git_tree *tree = NULL;

	*ret_problem = why_not_plain(entry, true);
	if (*ret_problem != NULL || !load_fits(load, git_tree_entry_id(entry),
					       max_entries * ENTRY_MAX_BYTES, name, ret_problem)) {
		return NULL;
	}
	if (git_tree_lookup(&tree, load->reg->repository, git_tree_entry_id(entry)) != 0) {
		load_note_broken(load, name);
		return NULL;
	}
	if (git_tree_entrycount(tree) > max_entries) {
		*ret_problem = g_strdup_printf("%s has more than %" G_GSIZE_FORMAT " entries", name,
					       max_entries);
		g_clear_pointer(&tree, git_tree_free);
	}
	return tree;
}
