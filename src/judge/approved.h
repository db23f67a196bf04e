/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the history says of a path: whether it drifts, and whether a change brings it back. The
 * index knows both, from the journal.
 */
#pragma once

#include "journal/index.h"
#include "judge/verdict.h"

/* Never fails: what cannot be found out is APPROVED_UNKNOWN. `index` may be NULL: there is none at
 * the moment. */
Approved approved_find(Index *index, const Change *change);
