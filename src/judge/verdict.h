/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verdict on one change, from the change and what is known of its path: pure, no clock, no
 * disk. Requests join here. A verdict says why: `reasons`.
 */
#pragma once

#include "event/change.h"

/* What the history says of a path. */
typedef enum {
	APPROVED_UNTIL_NOW, /* it was in its approved state before this change */
	APPROVED_STATE,     /* it drifts, and this is its approved state */
	APPROVED_UNKNOWN,   /* it drifts, but its approved state cannot be read */
} ApprovedKind;

typedef struct {
	ApprovedKind kind;
	FileState state; /* APPROVED_STATE */
	const char *why; /* APPROVED_UNKNOWN: one sentence; borrowed */
} Approved;

/* Sets verdict and reasons; call before the rules are asked. */
void verdict_decide(Change *change, const Approved *approved);

/* Sets the severity after the rules were asked: a path that is as agreed again, and that no rule
 * minds, is worth no more than a note. */
void verdict_weigh(Change *change);
