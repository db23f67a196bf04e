/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proposals from commits: see proposal-commit.h. */
#include "cli/proposal-commit.h"

#include "cli/tree-changes.h"

#include "base/escape.h"
#include "base/path.h"

#include <string.h>
#include <unistd.h>

#define LFS_FIRST_LINE "version https://git-lfs.github.com/spec/"

char *proposal_map_path(const char *prefix, const char *path)
{
	g_autofree char *joined = g_strconcat("/", prefix == NULL ? "" : prefix, "/", path, NULL);

	for (char *p = joined; (p = strstr(p, "//")) != NULL;) {
		memmove(p, p + 1, strlen(p));
	}
	return path_is_canonical(joined) ? g_steal_pointer(&joined) : NULL;
}

bool content_is_lfs_pointer(GBytes *content)
{
	gsize size;
	const char *data = g_bytes_get_data(content, &size);

	return size >= strlen(LFS_FIRST_LINE) &&
	       memcmp(data, LFS_FIRST_LINE, strlen(LFS_FIRST_LINE)) == 0;
}

static bool refuse(const TreeChange *entry, const char *why, GError **error)
{
	g_autofree char *shown = escape_path(entry->path);

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s %s", shown, why);
	return false;
}

/* Attributes */

/* git's own files steer git; on the machine they are nothing. */
static bool is_for_git_only(const char *path)
{
	const char *slash = strrchr(path, '/');

	return g_str_has_prefix(slash == NULL ? path : slash + 1, ".git");
}

static bool attribute_is_harmless(const char *value)
{
	return g_str_equal(value, "unspecified") || g_str_equal(value, "unset");
}

/* Triples: path, attribute, value. */
static bool judge_attributes(GBytes *output, GError **error)
{
	gsize size;
	const char *at = g_bytes_get_data(output, &size), *end = at + size;

	while (at < end) {
		const char *words[3];

		for (guint i = 0; i < 3; i++) {
			words[i] = at;
			at = memchr(at, '\0', (gsize)(end - at));
			if (at == NULL) {
				return true;
			}
			at++;
		}
		if (!attribute_is_harmless(words[2])) {
			g_autofree char *shown = escape_path(words[0]);

			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "%s has the git attribute %s=%s: what is checked out may "
				    "differ from the blob that would be pinned; write `%s -%s` "
				    "into .gitattributes",
				    shown, words[1], words[2], shown, words[1]);
			return false;
		}
	}
	return true;
}

/* An index of the new tree tells which attributes hold there, without a work tree. */
static bool check_attributes(const Git *git, const char *new_tree, const GArray *entries,
			     GError **error)
{
	g_autofree char *folder = g_dir_make_tmp("reeve-XXXXXX", error);
	g_autofree char *index = folder == NULL ? NULL : g_build_filename(folder, "index", NULL);
	g_autoptr(GByteArray) paths = g_byte_array_new();
	g_autoptr(GBytes) input = NULL, output = NULL;
	Git own = *git;
	bool is_good;

	if (folder == NULL) {
		return false;
	}
	for (guint i = 0; i < entries->len; i++) {
		const TreeChange *entry = &g_array_index(entries, TreeChange, i);

		if (entry->status != 'D' && !is_for_git_only(entry->path)) {
			g_byte_array_append(paths, (const guint8 *)entry->path,
					    (guint)strlen(entry->path) + 1);
		}
	}
	input = g_bytes_new(paths->data, paths->len);
	own.environment =
		g_environ_setenv(g_strdupv(git->environment), "GIT_INDEX_FILE", index, TRUE);
	is_good = stock_git_run(&own, NULL, NULL, error, "read-tree", new_tree, NULL) &&
		  stock_git_run(&own, input, &output, error, "check-attr", "--cached", "-z",
				"--stdin", "text", "eol", "filter", "ident",
				"working-tree-encoding", NULL) &&
		  judge_attributes(output, error);
	g_strfreev(own.environment);
	unlink(index);
	rmdir(folder);
	return is_good;
}

/* Entries */

static bool add_content(Proposal *proposal, const Git *git, const TreeChange *entry,
			const char *path, GError **error)
{
	g_autoptr(GBytes) content =
		stock_git_read_blob(git, entry->new_blob, PROPOSAL_CONTENT_MAX_BYTES, error);
	int mode = (entry->new_mode & 0100) != 0 ? 0755 : 0644, asked = proposal->mode;
	bool is_flipped = entry->old_mode != 0 && entry->old_mode != entry->new_mode;
	bool is_added;

	if (content == NULL) {
		return false;
	}
	if (entry->new_mode == TREE_MODE_LINK) {
		gsize size = g_bytes_get_size(content);
		g_autofree char *target = g_strndup(g_bytes_get_data(content, NULL), size);

		return proposal_link(proposal, path, target, error);
	}
	if (content_is_lfs_pointer(content)) {
		return refuse(entry, "is a git-lfs pointer: its content is not in the repository",
			      error);
	}
	/* git knows of a mode only whether it is executable: that counts where it was changed */
	if (is_flipped && entry->old_mode != TREE_MODE_LINK && asked < 0) {
		proposal->mode = mode;
	}
	is_added = proposal_put(proposal, path, content, mode, error);
	proposal->mode = asked;
	return is_added;
}

static bool add_entry(Proposal *proposal, const Git *git, const TreeChange *entry,
		      const char *prefix, GError **error)
{
	g_autofree char *path = proposal_map_path(prefix, entry->path);

	if (is_for_git_only(entry->path)) {
		g_ptr_array_add(
			proposal->remarks,
			g_strdup_printf("%s is git's own and is not asked for", entry->path));
		return true;
	}
	if (path == NULL) {
		return refuse(entry, "has no place on a machine: set reeve.prefix to a folder",
			      error);
	}
	if (entry->new_mode == TREE_MODE_SUBMODULE || entry->old_mode == TREE_MODE_SUBMODULE) {
		return refuse(entry, "is a submodule: its content is in another repository", error);
	}
	return entry->status == 'D' ? proposal_remove(proposal, path, error)
				    : add_content(proposal, git, entry, path, error);
}

bool proposal_add_commits(Proposal *proposal, const Git *git, const char *old_tree,
			  const char *new_tree, GError **error)
{
	g_autofree char *prefix = stock_git_ask(git, "config", "--get", "reeve.prefix", NULL);
	g_autoptr(GArray) entries = tree_changes(git, old_tree, new_tree, error);

	if (entries == NULL || !check_attributes(git, new_tree, entries, error)) {
		return false;
	}
	for (guint i = 0; i < entries->len; i++) {
		if (!add_entry(proposal, git, &g_array_index(entries, TreeChange, i), prefix,
			       error)) {
			return false;
		}
	}
	return true;
}
