/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Long work shown on a terminal as one line that is rewritten, on standard error so that it never
 * mixes with an answer; silent in a pipe. The line is gone when the work is done.
 */
#pragma once

#include "cli/context.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	bool is_shown; /* standard error is a terminal and nobody asked for JSON */
	guint width;
	char label[32];
	gint64 begun_usec, drawn_usec; /* monotonic; drawn 0: nothing to wipe */
} Progress;

Progress progress_on(const Context *context);

void progress_begin(Progress *progress, const char *label);
/* Drawn at most ten times a second, and not before half a second of work. `of` 0: unknown. */
void progress_step(Progress *progress, guint64 done, guint64 of);
/* The same with words of its own; drawn at once. */
void progress_say(Progress *progress, const char *text);
void progress_end(Progress *progress);
