/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine's past: a snapshots.git that is written by hand, state by state, independently of the
 * recorder. For the tests of the rooms that read it.
 */
#pragma once

#include "base/path.h"
#include "change/odb.h"
#include "event/change.h"
#include "snapshot/layout.h"
#include "snapshot/manifest.h"
#include "snapshot/notes.h"

#include <git2.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PAST_TIME G_GINT64_CONSTANT(1795316645123456) /* 2026-11-22T03:04:05.123456Z */

typedef struct {
	FileState state;
	GBytes *content; /* NULL: nothing stored */
} PastEntry;

typedef struct {
	char *dir; /* STATE */
	git_repository *repo;
	GHashTable *entries; /* path -> PastEntry */
	char *head;
} Past;

static inline void past_entry_free(PastEntry *entry)
{
	file_state_clear(&entry->state);
	g_clear_pointer(&entry->content, g_bytes_unref);
	g_free(entry);
}

static inline Past past_begin(void)
{
	Past past = {.dir = g_dir_make_tmp("reeve-past-XXXXXX", NULL)};
	g_autofree char *path = g_build_filename(past.dir, "snapshots.git", NULL);
	git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;

	odb_prepare();
	options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKDIR;
	options.initial_head = LAYOUT_REF;
	g_assert_cmpint(git_repository_init_ext(&past.repo, path, &options), ==, 0);
	past.entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					     (GDestroyNotify)past_entry_free);
	return past;
}

static inline void past_delete(const char *path)
{
	g_autoptr(GDir) dir =
		g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *below = g_build_filename(path, name, NULL);

		past_delete(below);
	}
	g_remove(path);
}

static inline void past_end(Past *past)
{
	git_repository_free(past->repo);
	g_hash_table_unref(past->entries);
	past_delete(past->dir);
	g_free(past->dir);
	g_free(past->head);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Past, past_end)

static inline FileState *past_put(Past *past, const char *path, FileType type, guint32 mode)
{
	PastEntry *entry = g_new0(PastEntry, 1);

	entry->state.type = type;
	entry->state.mode = mode;
	g_hash_table_insert(past->entries, g_strdup(path), entry);
	return &entry->state;
}

/* A regular file whose content is stored. */
static inline FileState *past_file_of(Past *past, const char *path, const void *data, gsize size)
{
	FileState *state = past_put(past, path, FILE_REGULAR, 0644);
	PastEntry *entry = g_hash_table_lookup(past->entries, path);
	git_oid id;

	state->content = CONTENT_STORED;
	state->size = size;
	digest_sha256(data, size, state->sha256);
	entry->content = g_bytes_new(data, size);
	g_assert_cmpint(git_odb_hash(&id, data, size, GIT_OBJECT_BLOB), ==, 0);
	memcpy(state->blob, id.id, BLOB_BYTES);
	return state;
}

static inline FileState *past_file(Past *past, const char *path, const char *text)
{
	return past_file_of(past, path, text, strlen(text));
}

static inline FileState *past_link(Past *past, const char *path, const char *target)
{
	FileState *state = past_put(past, path, FILE_SYMLINK, 0777);
	PastEntry *entry = g_hash_table_lookup(past->entries, path);

	state->link = g_strdup(target);
	entry->content = g_bytes_new(target, strlen(target));
	return state;
}

/* A secret file: its hmac is made of one letter. */
static inline FileState *past_secret(Past *past, const char *path, char letter)
{
	FileState *state = past_put(past, path, FILE_REGULAR, 0600);

	state->content = CONTENT_SECRET;
	memset(state->hmac, letter, DIGEST_BYTES);
	return state;
}

static inline void past_remove(Past *past, const char *path)
{
	GHashTableIter iter;
	gpointer known;

	g_hash_table_iter_init(&iter, past->entries);
	while (g_hash_table_iter_next(&iter, &known, NULL)) {
		if (path_is_beneath(known, path)) {
			g_hash_table_iter_remove(&iter);
		}
	}
}

static inline void past_index(Past *past, git_index *index, const char *path, guint32 mode,
			      const void *data, gsize size)
{
	git_index_entry entry = {.path = path, .mode = mode};

	g_assert_cmpint(git_blob_create_from_buffer(&entry.id, past->repo, data, size), ==, 0);
	g_assert_cmpint(git_index_add(index, &entry), ==, 0);
}

static inline int past_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static inline GString *past_manifest(GHashTable *manifests, const char *path)
{
	GString *manifest = g_hash_table_lookup(manifests, path);

	if (manifest == NULL) {
		manifest = g_string_new(NULL);
		g_hash_table_insert(manifests, g_strdup(path), manifest);
	}
	return manifest;
}

static inline void past_free_string(gpointer string)
{
	g_string_free(string, TRUE);
}

static inline void past_add_manifests(Past *past, git_index *index)
{
	g_autoptr(GHashTable) manifests =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, past_free_string);
	g_autoptr(GHashTable) widths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint n;
	g_autofree char **paths = (char **)g_hash_table_get_keys_as_array(past->entries, &n);
	GHashTableIter iter;
	gpointer path, manifest;

	qsort(paths, n, sizeof(char *), past_compare);
	for (guint i = 0; i < n; i++) {
		char *parent = path_parent(paths[i]);
		guint width = GPOINTER_TO_UINT(g_hash_table_lookup(widths, parent));

		g_hash_table_insert(widths, parent, GUINT_TO_POINTER(width + 1));
	}
	for (guint i = 0; i < n; i++) {
		PastEntry *entry = g_hash_table_lookup(past->entries, paths[i]);
		g_autofree char *parent = path_parent(paths[i]);
		g_autofree char *folder = layout_meta_path(parent);
		bool is_wide =
			GPOINTER_TO_UINT(g_hash_table_lookup(widths, parent)) > LAYOUT_SHARD_ABOVE;
		g_autofree char *name =
			is_wide ? layout_shard_name(layout_shard(path_name(paths[i])))
				: g_strdup(LAYOUT_DIR);
		g_autofree char *where = g_strconcat(folder, "/", name, NULL);

		manifest_format(past_manifest(manifests, where), path_name(paths[i]),
				&entry->state);
	}
	g_hash_table_iter_init(&iter, manifests);
	while (g_hash_table_iter_next(&iter, &path, &manifest)) {
		past_index(past, index, path, GIT_FILEMODE_BLOB, ((GString *)manifest)->str,
			   ((GString *)manifest)->len);
	}
}

static inline void past_add_files(Past *past, git_index *index)
{
	GHashTableIter iter;
	gpointer path, value;

	g_hash_table_iter_init(&iter, past->entries);
	while (g_hash_table_iter_next(&iter, &path, &value)) {
		PastEntry *entry = value;
		g_autofree char *where = layout_file_path(path);

		if (entry->content != NULL) {
			past_index(past, index, where,
				   entry->state.type == FILE_SYMLINK ? GIT_FILEMODE_LINK
								     : GIT_FILEMODE_BLOB,
				   g_bytes_get_data(entry->content, NULL),
				   g_bytes_get_size(entry->content));
		}
	}
}

/* Makes a commit of what is there now; the id is `head` until the next. */
static inline const char *past_commit(Past *past, const Notes *notes)
{
	git_index *index;
	git_tree *tree;
	git_commit *parent = NULL;
	const git_commit *parents[1];
	git_signature *who;
	git_oid id, tree_id;
	gsize size;
	g_autoptr(GBytes) text = notes_format(notes);
	const char *bytes = g_bytes_get_data(text, &size);

	g_assert_cmpint(git_index_new(&index), ==, 0);
	past_add_files(past, index);
	past_add_manifests(past, index);
	past_index(past, index, LAYOUT_NOTES, GIT_FILEMODE_BLOB, bytes, size);
	g_assert_cmpint(git_index_write_tree_to(&tree_id, index, past->repo), ==, 0);
	git_index_free(index);
	g_assert_cmpint(git_tree_lookup(&tree, past->repo, &tree_id), ==, 0);
	if (past->head != NULL) {
		g_assert_true(odb_parse_id(past->head, &id));
		g_assert_cmpint(git_commit_lookup(&parent, past->repo, &id), ==, 0);
	}
	parents[0] = parent;
	g_assert_cmpint(git_signature_new(&who, "Reeve", "reeve@test", 1795316645, 0), ==, 0);
	g_assert_cmpint(git_commit_create(&id, past->repo, LAYOUT_REF, who, who, NULL, "state",
					  tree, parent == NULL ? 0 : 1, parents),
			==, 0);
	git_signature_free(who);
	git_tree_free(tree);
	git_commit_free(parent);
	g_free(past->head);
	past->head = odb_format_id(&id);
	return past->head;
}

static inline Notes *past_notes(ChangeSetKind kind)
{
	Notes *notes = notes_new(kind);

	notes->first_usec = notes->last_usec = notes->recorded_usec = PAST_TIME;
	notes->roots = g_strsplit("/etc", " ", -1);
	return notes;
}

/* A commit of the given kind about which there is nothing to note. */
static inline const char *past_commit_kind(Past *past, ChangeSetKind kind)
{
	g_autoptr(Notes) notes = past_notes(kind);

	notes->entries = g_hash_table_size(past->entries);
	return past_commit(past, notes);
}

/* Puts all objects into one pack, as the recorder does with each commit. */
static inline void past_pack(Past *past)
{
	g_autofree char *command =
		g_strdup_printf("git -C '%s/snapshots.git' -c gc.auto=0 repack -adq", past->dir);

	g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
}
