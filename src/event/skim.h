/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: skimming a body: seq, prev and topic without making an object of it, some ten times as
 * fast. It looks at the form of JSON, not at all of its rules: of what it refuses event_parse says
 * what is wrong (or that nothing is, only unusual); what it takes may still be no event to
 * event_parse. So it is for who passes bytes on, whose reader checks them.
 */
#pragma once

#include "event/event.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	guint64 seq;
	char prev[EVENT_ID_HEX + 1]; /* "" for the first */
	char *topic;                 /* caller frees */
} EventSkim;

/* False: not skimmed, ask event_parse. */
bool event_skim(EventSkim *ret, const char *body, gsize size);
