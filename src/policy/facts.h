/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One change as the rules see it: the values of each field, collected when a rule first asks and
 * kept until all rules have been asked. Also what the asking may cost: content is made by
 * strangers, and there are texts on which a harmless expression takes hours. The limits of an
 * expression count its steps back, not its way forward, so a clock is needed as well.
 */
#pragma once

#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

/* CPU time one rule may spend on regular expressions for one change. Each rule has its own, so that
 * what is made to exhaust one leaves the others awake. */
#define FACTS_RULE_USEC 200000

typedef struct {
	const Change *change;
	GPtrArray **values; /* by field: of char *, or NULL: not collected yet */
	/* of the rule that is being asked, see facts_begin */
	bool was_cut;      /* a pattern hit its limits, or the rule its time */
	gsize unchecked;   /* bytes given to regular expressions since the clock was last read */
	gint64 start_usec; /* of the CPU clock; 0: not read yet */
	bool is_exhausted;
} Facts;

/* The change is borrowed. */
void facts_init(Facts *facts, const Change *change);
void facts_clear(Facts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Facts, facts_clear)

/* Values of a field (an index of policy/field.h); owned by the facts. */
const GPtrArray *facts_get(Facts *facts, guint field);

/* The next rule is asked: its time begins, nothing of it was cut off yet. */
void facts_begin(Facts *facts);
/* Whether a regular expression may look at `size` more bytes; else marks the facts as cut. */
bool facts_afford(Facts *facts, gsize size);
