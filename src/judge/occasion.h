/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The occasion of a change: where, when and by whom, as far as is known; what a request's host,
 * window and implementers are tested against.
 */
#pragma once

#include "event/change.h"
#include "register/match.h"

/*
 * Fills `ret`; it borrows from `host` and `change`. The time is that of the hint; for a change
 * found after a gap, the whole gap; where not even that is known, all of time.
 */
void occasion_of(const ChangeSet *set, const Change *change, const char *host, MatchContext *ret);
