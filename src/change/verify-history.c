/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history: see verify-history.h. */
#include "change/verify-history.h"

#include "base/escape.h"
#include "change/manifest-lines.h"
#include "change/tree-diff.h"
#include "snapshot/layout.h"
#include "snapshot/notes.h"

#include <string.h>

#define MAX_PROBLEMS 1000

typedef struct {
	Odb *objects;
	GPtrArray *problems;
	const char *commit; /* in hex: where we are */
} History;

static void complain(History *history, const char *what)
{
	g_ptr_array_add(history->problems,
			g_strdup_printf("snapshots.git: commit %s: %s", history->commit, what));
}

static void verify_notes(History *history, const git_tree *root)
{
	const git_oid *id = odb_entry_blob(root, LAYOUT_NOTES);
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) blob = NULL;
	g_autoptr(Notes) notes = NULL;

	if (id == NULL) {
		complain(history, "has no " LAYOUT_NOTES);
		return;
	}
	blob = odb_blob(history->objects, id, NOTES_MAX_BYTES, &error);
	if (blob != NULL) {
		notes = notes_parse(g_bytes_get_data(blob, NULL), g_bytes_get_size(blob), &error);
	}
	if (notes == NULL) {
		g_prefix_error(&error, "%s: ", LAYOUT_NOTES);
		complain(history, error->message);
	}
}

static bool count_path(void *context, const char *path, const FileState *before,
		       const FileState *after, GError **error)
{
	return true;
}

/*
 * Comparing with the parent reads and parses all that is new in this commit; by induction, from the
 * first commit on, that is everything.
 */
static void verify_trees(History *history, const git_tree *parent, const git_tree *root)
{
	TreeDiffSink sink = {.found = count_path};
	g_autoptr(GError) error = NULL;

	if (odb_subtree(root, LAYOUT_META) == NULL ||
	    git_tree_entrycount(root) != (odb_subtree(root, LAYOUT_FILES) == NULL ? 2U : 3U)) {
		complain(history, "its tree is not of our form");
		return;
	}
	if (!tree_diff(history->objects, parent, root, &sink, &error)) {
		complain(history, error->message);
	}
}

/* The root tree of a commit, and its parent in *at (zero at the end). */
static git_tree *enter_commit(History *history, git_oid *at)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(OdbCommit) commit = odb_commit(history->objects, at, &error);
	git_tree *root = NULL;

	memset(at, 0, sizeof(*at));
	if (commit != NULL) {
		root = odb_tree(history->objects, git_commit_tree_id(commit), &error);
		if (git_commit_parentcount(commit) > 1) {
			complain(history, "has several parents");
		}
		if (git_commit_parentcount(commit) > 0) {
			git_oid_cpy(at, git_commit_parent_id(commit, 0));
		}
	}
	if (root == NULL) {
		complain(history, error->message);
	}
	return root;
}

void verify_history(Odb *objects, const git_oid *head, GPtrArray *problems)
{
	History history = {objects, problems, NULL};
	g_autofree char *here = odb_format_id(head);
	git_oid at = *head;
	git_tree *root;

	history.commit = here;
	root = enter_commit(&history, &at);
	while (root != NULL && problems->len < MAX_PROBLEMS) {
		bool is_first = git_oid_is_zero(&at);
		g_autofree char *next = odb_format_id(&at);
		git_tree *parent = NULL;

		verify_notes(&history, root);
		if (!is_first) {
			history.commit = next;
			parent = enter_commit(&history, &at);
			history.commit = here;
		}
		if (is_first || parent != NULL) {
			verify_trees(&history, parent, root);
		}
		git_tree_free(root);
		root = parent;
		g_free(here);
		here = g_steal_pointer(&next);
		history.commit = here;
	}
	git_tree_free(root);
}
