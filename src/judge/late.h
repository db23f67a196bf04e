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

/* The events to tell: GPtrArray of Event. Paths that cannot be read stay as they are. */
GPtrArray *late_resolutions(const Approvals *approvals, Index *index, Store *store,
			    const JudgementFrame *frame);
