/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accepting: an administrator puts the present state of a drifting path under a request, as if he
 * had made the change anew at this moment. The request is held against the whole way from the
 * approved state to the present one, with now as its time and him as its actor; every test must
 * pass. So accepting grants nothing that putting the path back and making the change again would
 * not grant; it only spares the machine the detour.
 *
 * What it is for: a change that was made as requested, but outside the window, or by somebody who
 * was not known.
 */
#pragma once

#include "judge/approvals.h"
#include "judge/judge.h"

#include <stdbool.h>

#define ACCEPT_NOTE_MAX_BYTES 4000

typedef struct {
	const char *path;    /* as events tell it */
	const char *request; /* id */
	const char *who;     /* who asks, by the kernel's word */
	const char *login;   /* who that is behind sudo, by his own word; NULL: unknown */
	const char *note;    /* NULL: none */
} Acceptance;

/*
 * Tells it in a `resolved` event. False and *error: the sentence for the asker, with each test that
 * failed.
 */
bool accept_tell(Judge *judge, const Approvals *approvals, const Acceptance *acceptance,
		 char ret_id[EVENT_ID_HEX + 1], GError **error);
