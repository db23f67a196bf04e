/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holding a state against a pin, property by property: what was asked for, and what was not asked
 * for and must stay. Shared by match.c; nobody else's.
 */
#pragma once

#include "register/match.h"

/* Leaves a sentence. */
void match_fail(Match *match, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Every property the pin gives; `prefix` ("", "before: ") stands before each sentence. */
void match_pin(const char *prefix, const Pin *pin, const FileState *state, Match *match);

/*
 * Properties the pin does not give may not change along the way: who asked for new content did not
 * ask for a new mode or owner. What is new takes no power along. The way begins at `agreed`; NULL:
 * at what was there before the change.
 */
void match_untouched(const RequestChange *item, const Pin *pin, const Change *change,
		     const FileState *agreed, Match *match);

/* The conditions of a standing request (match-condition.c). */
void match_conditions(const Conditions *conditions, const Change *change, Match *match);
