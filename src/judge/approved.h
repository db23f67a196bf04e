/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the history says of a path: whether it drifts (the index knows, from the journal) and what
 * its approved state is (the snapshot of that time knows).
 */
#pragma once

#include "change/store.h"
#include "journal/index.h"
#include "judge/verdict.h"

/*
 * Fills `ret`; never fails: what cannot be found out is APPROVED_UNKNOWN. `index` may be NULL
 * (there is none at the moment): then nothing is known to drift.
 */
void approved_find(Index *index, Store *store, const char *path, Approved *ret);
void approved_clear(Approved *approved);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Approved, approved_clear)
