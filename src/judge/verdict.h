/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verdict on one change, from the change, what the history knows of its path, and what the
 * register says of it: pure, no clock, no disk. A verdict says why: `reasons`.
 */
#pragma once

#include "event/change.h"
#include "register/register.h"

/* What the history says of a path, and of the state a change has brought it to. */
typedef enum {
	APPROVED_UNTIL_NOW, /* it was in its approved state before this change */
	APPROVED_AGAIN,     /* it drifted, and this is its approved state */
	APPROVED_NOT_YET,   /* it drifted, and still does */
	APPROVED_UNKNOWN,   /* nobody can say at the moment */
} ApprovedKind;

typedef struct {
	ApprovedKind kind;
	const char *why; /* APPROVED_UNKNOWN: one sentence; static */
} Approved;

/* All that decides. */
typedef struct {
	const Approved *approved;
	const Considered *considered; /* NULL: there is no register */
	const char *backed_out;       /* id of the request whose `from` the path is back in; NULL */
	const char *unreadable;       /* why register or keys cannot be read; NULL */
} VerdictGrounds;

/* Sets verdict, request and reasons; call before the rules are asked. */
void verdict_decide(Change *change, const VerdictGrounds *grounds);

/* Sets the severity after the rules were asked: a path that is as agreed, or of which only
 * comments and white space differ, and that no rule minds, is worth no more than a note; what the
 * login of somebody did who has left is at least high, whatever the verdict. `people` may be NULL.
 */
void verdict_weigh(Change *change, const People *people);
