/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Health: what the relay reads of the other stages (their health lines, base/stage.h), and what it
 * writes of itself. All through descriptors that are opened before the wall stands.
 */
#pragma once

#include "base/stage.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct Health Health;

/* Opens RUNTIME/health/relay for writing and those of the others for reading. */
Health *health_open(const StageOptions *options, GError **error);
void health_close(Health *health);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Health, health_close)

/* The relay's own state: damage (the first) stays until the relay ends; trouble until it is over
 * (NULL). True when that is news, which is logged. */
bool health_set_damage(Health *health, const char *text);
bool health_set_trouble(Health *health, const char *text);
void health_set_ready(Health *health);

/* Writes the relay's line with `members` of its own (borrowed, copied into the line). */
void health_write(Health *health, const json_t *members);

/*
 * How the host is, for the heartbeat:
 * {"health":"ready","degraded":[],"stages":{"judge":"ready"...}}. `health` is the worst of the
 * states; `degraded` says why, one sentence each. Caller decrefs.
 */
json_t *health_summary(Health *health);
