/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the history says of a path: whether it drifts, and whether a change brings it back. The
 * index knows both, from the journal.
 */
#pragma once

#include "change/store.h"
#include "journal/index.h"
#include "judge/verdict.h"

/* Never fails: what cannot be found out is APPROVED_UNKNOWN. `index` may be NULL: there is none at
 * the moment. */
Approved approved_find(Index *index, const Change *change);

/*
 * What the path should have been before this change, in full: reads a snapshot when it drifts, so
 * only for paths that somebody asked about. False: it cannot be found out.
 */
bool approved_before(Index *index, Store *store, const Change *change, FileState *ret);
