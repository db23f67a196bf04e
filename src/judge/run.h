/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run of the package manager as the snapshots show it, and the changes that wait for its
 * evidence. Pure but for reading snapshots: the same commits give the same run, so that a judge
 * which was killed gets back what waited by taking the commits once more.
 *
 * A change belongs to a run when all who wrote it are in the package manager's process tree; or,
 * where nobody knows who wrote it, when the database shows that dpkg is at work: it keeps files in
 * `updates` for as long as it may write. What may belong to a run waits. When somebody else writes
 * a path that waits, it waits no longer: both together are one change, which is told at once.
 */
#pragma once

#include "change/store.h"
#include "event/group.h"

/* More do not wait. */
#define RUN_MAX_WAITING 20000
#define RUN_MAX_USEC (10 * 60 * G_USEC_PER_SEC)

typedef struct Run Run;

/* `canary` (borrowed; NULL: none) never waits. */
Run *run_new(const char *canary);
void run_free(Run *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

/* Takes the next commit: says of each change whether it belongs to a run, and takes those that have
 * to wait out of the set. */
void run_take(Run *run, Store *store, ChangeSet *set);

/* How many changes wait; since which commit (NULL: none waits), and when that was recorded. */
guint run_waiting(const Run *run);
const char *run_since(const Run *run);
gint64 run_since_usec(const Run *run);
/* Whose run it is: "apt-get[4242]"; NULL: not known. */
const char *run_manager(const Run *run);

/* Whether the database is at rest: all the evidence there will be is there. */
bool run_is_at_rest(const Run *run);
/* Whether what waits has waited for so long, at the time of the last commit taken, or is so much,
 * that it must be told whatever evidence is there. */
bool run_is_due(const Run *run);

/* Whether dpkg was seen to work and to stop, and the database vouches for all that waits; looked up
 * once for each commit. */
bool run_is_covered(Run *run, Store *store);

/* Ends it: what waited, with its evidence, as a change-set from before the run to the last commit
 * taken, and what the run did. Call only when something waits. */
ChangeSet *run_end(Run *run, Store *store, const char *group_id, EventGroup **ret_group);
