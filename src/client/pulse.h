/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The pulse of the other side: when it was heard last, and whether that is too long ago. Times are
 * monotonic microseconds that the caller gives.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	gint64 patience_usec;
	gint64 last_usec;
	bool is_silent;
} Pulse;

void pulse_init(Pulse *pulse, gint64 patience_usec, gint64 now);

/* A sign of life; true when it ends a silence. */
bool pulse_beat(Pulse *pulse, gint64 now);

/* True once, when a silence begins. */
bool pulse_falls_silent(Pulse *pulse, gint64 now);

/* When to call pulse_falls_silent next; G_MAXINT64 during a silence. */
gint64 pulse_deadline(const Pulse *pulse);
