/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A batch: one change-set. Begins catalog and snapshot, has the orders carried out, commits, names
 * the commit in the catalog, rings the judge. All or nothing: after a failure both stores are as
 * before, and the orders and gaps are the caller's again.
 */
#pragma once

#include "recorder/recorder.h"

typedef struct {
	ChangeSetKind kind;
	LookMode mode;
	GPtrArray *orders;                /* of Order */
	const Scope *settled;             /* see look_new */
	GStrv scope_added, scope_removed; /* CHANGE_SET_SCOPE; borrowed */
} BatchPlan;

/*
 * Gaps of the recorder go into the change-set: each ends when everything had been looked at, and
 * is closed by this commit. On success they are freed, what the look found doubtful is settled
 * again, and hot paths are counted.
 */
bool batch_run(Recorder *recorder, const BatchPlan *plan, GError **error);

/* A change-set that says nothing but that this gap is open. Looks at nothing. */
bool batch_tell(Recorder *recorder, const Gap *gap, GError **error);
