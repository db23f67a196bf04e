/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What differs between two trees of a git repository, as `git diff-tree --raw` says: file by file,
 * renames as they are on disk (one file less, one more).
 */
#pragma once

#include "cli/stock-git.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

#define EMPTY_TREE "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

#define TREE_MODE_FILE 0100644
#define TREE_MODE_LINK 0120000
#define TREE_MODE_SUBMODULE 0160000

typedef struct {
	guint old_mode, new_mode; /* as git keeps them; 0: not there */
	char new_blob[2 * BLOB_BYTES + 1];
	char status; /* 'A' 'M' 'D' 'T' */
	char *path;  /* in the repository, raw */
} TreeChange;

/* Array of TreeChange. Trees, commits, or EMPTY_TREE; an id of zeros is the empty tree as well. */
GArray *tree_changes(const Git *git, const char *old_tree, const char *new_tree, GError **error);
