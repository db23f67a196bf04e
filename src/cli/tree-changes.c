/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The difference of two trees: see tree-changes.h. */
#include "cli/tree-changes.h"

#include <stdio.h>
#include <string.h>

static void tree_change_clear(TreeChange *change)
{
	g_free(change->path);
}

/* ":oldmode newmode oldblob newblob status" */
static bool read_header(const char *header, TreeChange *ret)
{
	char new_blob[128] = "";

	if (sscanf(header, ":%o %o %*127s %127s %c", &ret->old_mode, &ret->new_mode, new_blob,
		   &ret->status) != 4 ||
	    strlen(new_blob) != 2 * BLOB_BYTES) {
		return false;
	}
	memcpy(ret->new_blob, new_blob, sizeof(ret->new_blob));
	return true;
}

/* Pairs of NUL-ended header and path. */
static GArray *read_changes(GBytes *output, GError **error)
{
	g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(TreeChange));
	gsize size;
	const char *at = g_bytes_get_data(output, &size), *end = at + size;

	g_array_set_clear_func(changes, (GDestroyNotify)tree_change_clear);
	while (at < end) {
		const char *path = memchr(at, '\0', (gsize)(end - at));
		const char *last =
			path == NULL ? NULL : memchr(path + 1, '\0', (gsize)(end - path - 1));
		TreeChange change = {0};

		if (last == NULL || !read_header(at, &change)) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "git diff-tree answered what I cannot read");
			return NULL;
		}
		change.path = g_strdup(path + 1);
		g_array_append_val(changes, change);
		at = last + 1;
	}
	return g_steal_pointer(&changes);
}

static const char *tree_or_empty(const char *id)
{
	return strspn(id, "0") == strlen(id) ? EMPTY_TREE : id;
}

GArray *tree_changes(const Git *git, const char *old_tree, const char *new_tree, GError **error)
{
	g_autoptr(GBytes) output = NULL;

	if (!stock_git_run(git, NULL, &output, error, "diff-tree", "-r", "--no-renames", "-z",
			   "--raw", "--no-abbrev", tree_or_empty(old_tree), tree_or_empty(new_tree),
			   "--", NULL)) {
		return NULL;
	}
	return read_changes(output, error);
}
