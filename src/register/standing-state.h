/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a request stands in its life, in ITIL's words: derived from what is in the register, what
 * was seen of it, and the time; never stored.
 */
#pragma once

#include "register/register.h"

typedef enum {
	STATE_UNREADABLE,
	STATE_DRAFT,        /* it names no change yet */
	STATE_SUBMITTED,    /* it waits for approvals */
	STATE_APPROVED,     /* its window is still to come, or it has none */
	STATE_IMPLEMENTING, /* its window is open */
	STATE_REVIEWING,    /* of an emergency: it is over, and waits for others to look at it */
	STATE_CLOSED,       /* done, reviewed, or ended by somebody after it was approved */
	STATE_CANCELLED,    /* ended by somebody before it was approved */
	STATE_REJECTED,
	STATE_EXPIRED, /* its window ended before it was approved, or before all of it was done */
	STATE_FROZEN,  /* who requested it has left */
	_STATE_N,
} StandingState;

StandingState standing_state(const Standing *standing, gint64 now_usec);
const char *standing_state_word(StandingState state);
/* Whether anything can come of it still. */
bool standing_state_is_open(StandingState state);
