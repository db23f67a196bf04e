/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A git tree object: read, searched and edited as bytes. Entries lie in git's order, in which a
 * tree sorts as if its name ended in '/'.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

#define TREE_MODE_FILE 0100644
#define TREE_MODE_EXECUTABLE 0100755
#define TREE_MODE_LINK 0120000
#define TREE_MODE_TREE 0040000

typedef struct {
	const char *name; /* as stored; borrowed from the tree or from whoever made the entry */
	guint32 mode;     /* 0 in an edit: away with it */
	guint8 id[BLOB_BYTES];
} TreeEntry;

typedef struct Tree Tree;

/* Reads a tree's bytes (a reference is kept); NULL bytes make an empty tree. Damage is
 * REEVE_ERROR_CORRUPT. */
Tree *tree_parse(GBytes *bytes, GError **error);
void tree_free(Tree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tree, tree_free)

/* NULL when there is no such name. */
const TreeEntry *tree_find(const Tree *tree, const char *name);

guint tree_count(const Tree *tree);
const TreeEntry *tree_entry(const Tree *tree, guint at);

/* Appends an edit; mode 0 (and any id) takes the name away. The name is borrowed. */
void tree_add_edit(GArray *edits, const char *name, guint32 mode, const guint8 *id);

/* The bytes of the tree after the edits (GArray of TreeEntry, one a name; gets sorted). */
GByteArray *tree_edit(const Tree *tree, GArray *edits);
