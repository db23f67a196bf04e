/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The heartbeat of the bus, topic hb/1/<host>/: the frames of an event with the seq, id and prev of
 * the head, and a body {"schema":"reeve.heartbeat/1","time","host","health","degraded","stages",
 * "checkpoint"}.
 * It tells a subscriber three things: the host is there, how it is, and whether an event was
 * missed. Sent every 2 s (the contract says every 5 s at least), and when somebody subscribes.
 */
#pragma once

#include "relay/health.h"
#include "relay/message.h"
#include "relay/position.h"

#include <glib.h>

#define HEARTBEAT_USEC (2 * G_USEC_PER_SEC)

typedef struct Heartbeat Heartbeat;

/* `host`: as the events name it. */
Heartbeat *heartbeat_new(const char *host);
void heartbeat_free(Heartbeat *heartbeat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Heartbeat, heartbeat_free)

/* The message of this moment; owned by the heartbeat and valid until the next call. Takes
 * `summary` (health_summary) over. `checkpoint`: one line of JSON (event/checkpoint.h), or NULL. */
const Message *heartbeat_beat(Heartbeat *heartbeat, const Position *head, gint64 wall_usec,
			      json_t *summary, const char *checkpoint);
