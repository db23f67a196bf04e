/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a request covered a change of a path before, by the journal: a transition happens once.
 * For MatchContext.used (register/match.h).
 */
#pragma once

#include "journal/index.h"
#include "register/match.h"

typedef struct {
	Index *index;   /* NULL: nothing is known */
	int journal_fd; /* the folder */
} Used;

/* Lets a context ask; it borrows `used`. */
void used_put(const Used *used, MatchContext *context);
