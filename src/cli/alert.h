/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An event as a person reads it: one block per alert, one dim line for what is only to be known.
 * Used by every verb that shows events. A view remembers the gap it saw last, so that an offline
 * change can say in which stretch of time it happened; show events in the order of the journal.
 */
#pragma once

#include "cli/paint.h"

#include <glib.h>
#include <jansson.h>

typedef enum {
	ALERT_BRIEF, /* log: header, paths, titles of rules */
	ALERT_LIVE,  /* watch, tail: with a short diff and the advice of the rules */
	ALERT_FULL,  /* show: everything, whole */
} AlertForm;

typedef struct AlertView AlertView;

AlertView *alert_view_new(const Paint *paint, AlertForm form);
void alert_view_free(AlertView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AlertView, alert_view_free)

/* What "today" is measured by, instead of the clock (tests). */
void alert_view_set_now(AlertView *view, gint64 now_usec);

/* Tells the view of an event without showing it (a gap before the one that is shown). */
void alert_view_note(AlertView *view, const json_t *event);

/* The text of an event, ending in LF; blocks stand apart by empty lines. Caller frees. */
char *alert_render(AlertView *view, const json_t *event, const char *id);
