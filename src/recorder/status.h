/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recorder's health line (RUNTIME/health/recorder; base/stage.h has the common members). Pure
 * but for the write; at most one every 100 ms while a baseline runs.
 */
#pragma once

#include "recorder/scrub.h"

#include "actor/witness.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	STATUS_STARTING,
	STATUS_READY,
	STATUS_DEGRADED,
} StatusState;

typedef struct {
	int fd; /* of stage_health_open; not closed here */
	StatusState state;
	char *text; /* one sentence */
	const char *backend;
	Witness *witness; /* borrowed; NULL: nobody is told apart */
	const char *const *roots;
	const char *canary; /* NULL: none */
	guint directories, uncovered, pending, gaps_open;
	guint64 entries, baseline_done;
	ScrubFacts scrub;
	char *last_commit; /* NULL: none */
} Status;

void status_clear(Status *status);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Status, status_clear)

void status_set_text(Status *status, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The line; caller frees. */
char *status_format(const Status *status, gint64 now_wall_usec);

/* Formats and writes it. */
void status_write(const Status *status);
