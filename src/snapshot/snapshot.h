/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The snapshot store: the only place with git writes. It takes states and contents of paths and
 * makes one commit of them in STATE/snapshots.git (bare; stock git reads it), cost in proportion
 * to what changed and the width of its directories.
 *
 * One change-set: snapshot_begin, then in any order snapshot_store / snapshot_put /
 * snapshot_remove, then snapshot_commit (durable when it returns) or snapshot_abandon. Objects of
 * an abandoned change-set leave no trace.
 *
 * What it costs: every change-set is one pack of its own, written once, without deltas. Pack,
 * index and the new value of the ref are on their way to the disk before the first is waited for;
 * then both get their names, then the ref moves: three commits of the file system's journal. A
 * change-set in the making keeps some 300 bytes a path; contents go into the pack at once.
 *
 * It never looks at the watched tree.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"
#include "snapshot/notes.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Snapshot Snapshot;

/*
 * Opens or makes STATE/snapshots.git. A ref that names no commit at all is REEVE_ERROR_CORRUPT; one
 * that names a missing or damaged commit is damage (snapshot_is_damaged). A newer schema is
 * REEVE_ERROR_VERSION. Left-overs of a killed writer (temporary packs) are removed.
 */
Snapshot *snapshot_open(const char *state_dir, GError **error);
void snapshot_close(Snapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Snapshot, snapshot_close)

/* The commit `observed` points at, in hex; NULL before the baseline. Valid until the next commit.
 */
const char *snapshot_head(const Snapshot *snapshot);

/* Whether it knows this object (in hex): false for a commit that was ours means that the store was
 * set back or exchanged. */
bool snapshot_knows(Snapshot *snapshot, const char *object);

/*
 * Whether something of it was found missing or damaged. Then nothing of the past can be relied on
 * for a commit: it is to be mended first, outside a change-set, in two steps. snapshot_mend puts
 * aside what is damaged, saving what can be read (*ret counts the files); from then on nothing is
 * known of the head's trees, and the next commit has to say everything. snapshot_refill, after
 * snapshot_begin and a snapshot_put of everything as the head has it, writes those trees anew and
 * ends that change-set without a commit; contents that were lost come back when somebody stores
 * them.
 */
bool snapshot_is_damaged(const Snapshot *snapshot);
bool snapshot_mend(Snapshot *snapshot, guint *ret, GError **error);
bool snapshot_refill(Snapshot *snapshot, GError **error);

/* Whether the store is still where others find it: false when it was removed or exchanged. */
bool snapshot_is_in_place(const Snapshot *snapshot);

bool snapshot_begin(Snapshot *snapshot, GError **error);

/* Stores content as a blob and gives its id; the same bytes twice cost one hashing, no space. */
bool snapshot_store(Snapshot *snapshot, const void *data, gsize size, guint8 ret_blob[BLOB_BYTES],
		    GError **error);

/*
 * `path` has this state now. CONTENT_STORED and _REDACTED need `blob` from snapshot_store; the
 * target of a link is stored here. A state that is not a directory's ends what was below the path.
 * What is said of directories says nothing of their inside: an ancestor need not be put. "/" is in
 * no directory and has no place; it is passed over. The state is copied.
 */
void snapshot_put(Snapshot *snapshot, const char *path, const FileState *state);

/* `path` and everything below it is gone; what is put there later counts again. */
void snapshot_remove(Snapshot *snapshot, const char *path);

typedef enum {
	SNAPSHOT_COMMITTED,
	SNAPSHOT_UNCHANGED,
	SNAPSHOT_ERROR
} SnapshotCommit;

/*
 * Makes the commit and ends the change-set, whatever the outcome; after an error the old commit
 * stands and the same change-set may be tried again from snapshot_begin. Same trees, no gaps, no
 * transients, kind change: SNAPSHOT_UNCHANGED and no commit (nothing is written). Author and
 * committer are "Reeve <reeve@HOSTNAME>" at notes->recorded_usec; the message's first line is fit
 * for `git log --oneline`.
 */
SnapshotCommit snapshot_commit(Snapshot *snapshot, const Notes *notes, GError **error);
void snapshot_abandon(Snapshot *snapshot);

typedef enum {
	SNAPSHOT_TIDY,       /* nothing to do before the next commit */
	SNAPSHOT_TIDY_MORE,  /* call again at once, when nothing else is to be done */
	SNAPSHOT_TIDY_LATER, /* call again in a minute or so: merged packs wait for their end */
	SNAPSHOT_TIDY_ERROR,
} SnapshotTidy;

/*
 * Keeps the number of packs bounded, milliseconds at a time: one step of merging small ones, or of
 * removing those that were merged some time ago. Outside a change-set, but change-sets may come
 * between two calls. `now_usec`: wall clock.
 */
SnapshotTidy snapshot_maintain(Snapshot *snapshot, gint64 now_usec, GError **error);

/* The disk is full: gives up a merge at hand and removes at once what was merged. Whether that has
 * made any room. */
bool snapshot_make_room(Snapshot *snapshot, gint64 now_usec);
