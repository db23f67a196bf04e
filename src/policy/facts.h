/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One change as the rules see it: the values of each field, collected when a rule first asks and
 * kept until all rules have been asked. Also what a rule could not finish: a pattern that was cut
 * off at its limits leaves a mark here.
 */
#pragma once

#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

/* So many bytes are given to regular expressions for one change, however large it is: a second or
 * two at the worst. */
#define FACTS_REGEX_BYTES (64 * 1024 * 1024)

/* So many cuts are borne for one change, so that a hostile file does not cost one for each line;
 * then no regular expression is tried any more. */
#define FACTS_MAX_CUTS 16

typedef struct {
	const Change *change;
	GPtrArray **values; /* by field: of char *, or NULL: not collected yet */
	bool was_cut;       /* since the caller last set it to false: a pattern hit its limits */
	guint cuts;         /* how often that happened in all */
	gsize regex_bytes;  /* given to regular expressions so far */
} Facts;

/* The change is borrowed. */
void facts_init(Facts *facts, const Change *change);
void facts_clear(Facts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Facts, facts_clear)

/* Values of a field (an index of policy/field.h); owned by the facts. */
const GPtrArray *facts_get(Facts *facts, guint field);

/* Whether a regular expression may look at `size` more bytes; else marks the facts as cut. */
bool facts_afford(Facts *facts, gsize size);
