/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Approved after the fact (design 5.3): when the register moves, what drifts is held against it
 * once more; what is covered now is resolved by an event of its own, marked `late`. The earlier
 * event stays as it was told: a journal does not amend.
 */
#pragma once

#include "change/store.h"
#include "journal/index.h"
#include "judge/approvals.h"
#include "judge/judgement.h"
#include "judge/used.h"

/*
 * The way of a drifting path from its approved state to the present one, as one change, with the
 * time and the actors of what brought the present state; NULL: it cannot be read. *ret_set is the
 * change-set it came with, without it.
 */
Change *late_change(const Drift *drift, Store *store, ChangeSet **ret_set);

/* That a drifting path is as agreed now: a `resolved` event, which takes the judged change. */
Event *late_resolution(const Drift *drift, Change *change, const JudgementFrame *frame);

/* The events to tell: GPtrArray of Event. `used` has the index. Paths that cannot be read stay as
 * they are. */
GPtrArray *late_resolutions(const Approvals *approvals, const Used *used, Store *store,
			    const JudgementFrame *frame);
