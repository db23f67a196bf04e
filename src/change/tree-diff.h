/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What differs between the trees of two commits, path by path. Only directories whose manifests
 * differ are looked into, and of them only the manifests that differ; a directory that came or
 * went gives one difference for each entry below it.
 *
 * Memory follows one directory at a time, not the tree. What is found is handed out and forgotten.
 */
#pragma once

#include "change/odb.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

#define TREE_DIFF_MAX_MANIFEST_BYTES (256 * 1024 * 1024)

typedef struct {
	/* One path, in no particular order. Both states stay the caller's; one may be FILE_ABSENT.
	 * False stops the comparison (and sets *error). */
	bool (*found)(void *context, const char *path, const FileState *before,
		      const FileState *after, GError **error);
	/* Whether a directory is of no interest, with all below it; may be NULL. */
	bool (*skip)(void *context, const char *directory);
	void *context;
} TreeDiffSink;

/* Compares the root trees of two commits; `old_root` NULL: with nothing. */
bool tree_diff(Odb *objects, const git_tree *old_root, const git_tree *new_root,
	       const TreeDiffSink *sink, GError **error);

/* The state of one path in a root tree; FILE_ABSENT when it is not there. */
bool tree_state(Odb *objects, const git_tree *root, const char *path, FileState *ret,
		GError **error);
