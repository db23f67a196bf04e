/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the running parts say of themselves in RUNTIME/health, and whether they still live: a line
 * stays behind when its writer is killed, so it counts only while the process it names is there.
 */
#pragma once

#include "cli/context.h"

#include <jansson.h>
#include <stdbool.h>

/* The stages and their supervisor, NULL-ended: "recorder", "judge", "relay", "reeved". */
extern const char *const health_stages[];

typedef struct {
	json_t *line; /* the object; NULL: there is none or it cannot be read */
	gint64 pid;   /* 0: unknown */
	bool is_alive;
	bool is_denied; /* there is one, but it is not for us */
} Health;

void health_clear(Health *health);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Health, health_clear)

/* Reads the line of one stage; never fails. */
void health_read(const Context *context, const char *stage, Health *ret);

/* "ready", "starting", "degraded"...; "gone" for a line whose process is not there; "absent". */
const char *health_state(const Health *health);

/* Whether a daemon runs on the context's runtime folder. */
bool health_daemon_runs(const Context *context);
