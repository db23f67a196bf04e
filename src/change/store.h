/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge's (and the command line's) read-only view of snapshots.git: commits in order, the state
 * and content of a path in a commit, and the change-set between a commit and its parent. Bytes of
 * the store are not trusted: every read is capped, every line parsed strictly.
 */
#pragma once

#include "base/error.h"
#include "change/lens.h"
#include "change/names.h"
#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Store Store;

/* Sets up libgit2: what it opens for that (certificates, entropy) it opens now. For who builds a
 * wall before store_open; store_open does it by itself. */
void store_prepare(void);

/* Opens STATE/snapshots.git for reading; REEVE_ERROR_NOT_FOUND before the baseline. libgit2 is kept
 * away from every configuration file but the repository's own. */
Store *store_open(const char *state_dir, GError **error);

/* Names for those who did something, where the snapshots have none; borrowed. */
void store_set_people(Store *store, const Names *people);

/* Who is asked for the settings of a file that we have no reader of; borrowed. NULL: nobody. */
void store_set_lens(Store *store, Lens *lens);
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* Head of refs/heads/observed in hex, or NULL (and *error when that is an error). Caller frees. */
char *store_head(Store *store, GError **error);
/* Waits until the head that store_head has given is on disk. */
bool store_sync_head(Store *store, GError **error);

/* How a walk back through the history ended. */
typedef enum {
	STORE_WALK_COMPLETE,
	STORE_WALK_BROKEN,  /* met a commit that cannot be read; *ret_broken and *error name it */
	STORE_WALK_FOREIGN, /* `since` is not in the history: it is another one */
	STORE_WALK_ERROR,
} StoreWalk;

/*
 * The commits after `since` (NULL: from the first) up to the head, oldest first, at most `max` of
 * the oldest: char * in hex. Where the history is broken these are the commits behind the break;
 * where it is foreign there are none. *ret_behind counts all of them, also those beyond `max`.
 */
StoreWalk store_walk(Store *store, const char *since, guint max, GPtrArray **ret_commits,
		     guint64 *ret_behind, char **ret_broken, GError **error);

/* The commits after `since` (NULL: from the first) up to the head, oldest first: char * in hex, at
 * most `max`. `since` unknown to the history: REEVE_ERROR_CORRUPT. */
GPtrArray *store_commits(Store *store, const char *since, guint max, GError **error);

/* The first parent of a commit; *ret NULL: it is the first. Caller frees. */
bool store_parent(Store *store, const char *commit, char **ret, GError **error);

/*
 * The change-set a commit made: what its trees changed and what its change-set.json says. Names of
 * owners and groups are resolved from the snapshot's own etc/passwd and etc/group. For a baseline
 * the array of changes is empty. Text differences (diff, added, removed) are filled in; settings
 * and actors as far as known. `max_diff_bytes` caps one diff.
 */
ChangeSet *store_change_set(Store *store, const char *commit, gsize max_diff_bytes, GError **error);

/*
 * The same against any earlier commit instead of the parent (NULL: against nothing), and without
 * texts: store_add_text adds them, one change at a time, so that the texts of a large change-set
 * need not be held together. Content that cannot be read makes DIFF_UNREADABLE and goes to
 * *ret_problem (may be NULL; caller frees).
 */
ChangeSet *store_change_set_since(Store *store, const char *base, const char *commit,
				  GError **error);
void store_add_text(Store *store, Change *change, gsize max_diff_bytes, char **ret_problem);

/* The state of one path in a commit; FILE_ABSENT when it is not there. */
bool store_state(Store *store, const char *commit, const char *path, FileState *ret,
		 GError **error);
/* The stored content of a path; NULL without *error when none is stored. Caller unrefs. */
GBytes *store_content(Store *store, const FileState *state, gsize max_bytes, GError **error);

/* Whether a folder has no stored file in a commit (or is not there). */
bool store_folder_is_empty(Store *store, const char *commit, const char *folder, bool *ret,
			   GError **error);

/*
 * Gives each regular file of a folder that is stored in a commit and whose name ends with `suffix`,
 * in the order of the tree: its name and content. One above `max_bytes` is passed over. False from
 * `take` ends it, which is no error.
 */
typedef bool (*StoreTake)(void *context, const char *name, GBytes *content);
bool store_each_file(Store *store, const char *commit, const char *folder, const char *suffix,
		     gsize max_bytes, StoreTake take, void *context, GError **error);

/*
 * Compares one path in two commits (`reeve diff`: approved -> current; `old_commit` NULL: with
 * nothing): a Change with states,
 * difference and text diff filled in, op as fits; NULL without *error when they are equal.
 */
Change *store_compare(Store *store, const char *old_commit, const char *new_commit,
		      const char *path, gsize max_diff_bytes, GError **error);

/* Problems found by reading everything: packs' and indexes' checksums, every object's id, the
 * refs, the chain of commits, every manifest and change-set.json. Array of char * (empty: sound),
 * each naming the file or object; `progress` may be NULL. */
GPtrArray *store_verify(Store *store, void (*progress)(void *context, guint64 done, guint64 of),
			void *context, GError **error);
