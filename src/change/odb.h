/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The objects and the ref of snapshots.git, read with libgit2's object database alone: no
 * repository is opened, so no configuration file is read anywhere. Every read checks type and size
 * before anything is allocated, and libgit2 hashes again what it has read.
 *
 * The recorder adds and merges packs while we read. What cannot be found is therefore looked for
 * again before it is called missing. A pack with a damaged index is left out.
 */
#pragma once

#include "base/error.h"

#include <git2.h>
#include <glib.h>
#include <stdbool.h>

#define ODB_MAX_TREE_BYTES (64 * 1024 * 1024)
#define ODB_MAX_COMMIT_BYTES (1024 * 1024)
#define ODB_MAX_ANY_BYTES (512UL * 1024 * 1024)

typedef struct Odb Odb;

/* See store_prepare in store.h. */
void odb_prepare(void);

/* Opens STATE/snapshots.git; REEVE_ERROR_NOT_FOUND when it is not there. */
Odb *odb_open(const char *state_dir, GError **error);
void odb_close(Odb *objects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Odb, odb_close)

/* The folder, for messages and for whoever checks its files. */
const char *odb_folder(const Odb *objects);
/* The database itself, for going through all objects; valid until the next read. */
git_odb *odb_raw(Odb *objects);
/* Begins anew with the packs as they are now (the old ones may be gone). */
bool odb_reopen(Odb *objects, GError **error);

/* What refs/heads/observed says, loose or packed: ODB_REF_NONE before the baseline. */
typedef enum {
	ODB_REF_FOUND,
	ODB_REF_NONE,
	ODB_REF_ERROR
} OdbRef;
OdbRef odb_head(Odb *objects, git_oid *ret, GError **error);

/* Waits until what odb_head has read is on disk: a new head can be seen before the sync of who
 * moved it has returned. When that was first, this costs microseconds. */
bool odb_sync_head(Odb *objects, GError **error);

/* Missing, damaged, of another type, too big: NULL and REEVE_ERROR_CORRUPT, naming the object. The
 * caller frees with git_commit_free, git_tree_free, g_bytes_unref. */
git_commit *odb_commit(Odb *objects, const git_oid *id, GError **error);
git_tree *odb_tree(Odb *objects, const git_oid *id, GError **error);
GBytes *odb_blob(Odb *objects, const git_oid *id, gsize max_bytes, GError **error);

/* Reads an object of any type and forgets it: for whoever only wants to know that it is sound. */
bool odb_check(Odb *objects, const git_oid *id, GError **error);

/* A tree's entry that must be a tree or must be a blob; NULL when there is none of that name and
 * type. Borrowed from the tree. */
const git_oid *odb_subtree(const git_tree *tree, const char *name);
const git_oid *odb_entry_blob(const git_tree *tree, const char *name);

/*
 * The tree at `path` ("files/etc/ssh") below `tree`. *ret_tree is NULL when there is none, which
 * is no error.
 */
bool odb_tree_at(Odb *objects, const git_tree *tree, const char *path, git_tree **ret_tree,
		 GError **error);

/* An object id from its 40 hexadecimal digits, strictly lower case. */
bool odb_parse_id(const char *hex, git_oid *ret);
/* And back; caller frees. */
char *odb_format_id(const git_oid *id);

typedef git_commit OdbCommit;
typedef git_tree OdbTree;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OdbCommit, git_commit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OdbTree, git_tree_free)
