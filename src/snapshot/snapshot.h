/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The snapshot store: the only place with git writes. It takes states and contents of paths and
 * makes one commit of them in STATE/snapshots.git (bare; stock git reads it), cost in proportion
 * to what changed and the width of its directories.
 *
 * One change-set: snapshot_begin, then in any order snapshot_store / snapshot_put /
 * snapshot_remove, then snapshot_commit (durable when it returns: objects in one pack, fsynced,
 * directory fsynced, ref moved last, fsynced) or snapshot_abandon. Objects of an abandoned
 * change-set leave no trace.
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
 * Opens or makes STATE/snapshots.git. A ref that points at a missing or damaged commit is
 * REEVE_ERROR_CORRUPT with what to do; a newer schema is REEVE_ERROR_VERSION. Left-overs of a
 * killed writer (temporary packs) are removed.
 */
Snapshot *snapshot_open(const char *state_dir, GError **error);
void snapshot_close(Snapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Snapshot, snapshot_close)

/* The commit `observed` points at, in hex; NULL before the baseline. Valid until the next commit.
 */
const char *snapshot_head(const Snapshot *snapshot);

bool snapshot_begin(Snapshot *snapshot, GError **error);

/* Stores content as a blob and gives its id; the same bytes twice cost one hashing, no space. */
bool snapshot_store(Snapshot *snapshot, const void *data, gsize size, guint8 ret_blob[BLOB_BYTES],
		    GError **error);

/* `path` has this state now. CONTENT_STORED and _REDACTED need `blob` from snapshot_store. The
 * state is copied. */
void snapshot_put(Snapshot *snapshot, const char *path, const FileState *state);

/* `path` and everything below it is gone. */
void snapshot_remove(Snapshot *snapshot, const char *path);

typedef enum {
	SNAPSHOT_COMMITTED,
	SNAPSHOT_UNCHANGED,
	SNAPSHOT_ERROR
} SnapshotCommit;

/*
 * Makes the commit. Same trees, no gaps, no transients, kind change: SNAPSHOT_UNCHANGED and no
 * commit (nothing is written). Author and committer are "Reeve <reeve@HOSTNAME>" at
 * notes->recorded_usec; the message's first line is fit for `git log --oneline`.
 */
SnapshotCommit snapshot_commit(Snapshot *snapshot, const Notes *notes, GError **error);
void snapshot_abandon(Snapshot *snapshot);

/*
 * Keeps the number of packs bounded: merges small packs when there are many. Never in the way of a
 * change: call it when idle. *ret_more: worth calling again.
 */
bool snapshot_maintain(Snapshot *snapshot, bool *ret_more, GError **error);
