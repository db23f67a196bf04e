/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Messages of the bus as a relay would send them, and as a liar would, for the tests of this room.
 */
#pragma once

#include "event/event.h"

#include <string.h>
#include <zmq.h>

/* An event and its frames. */
typedef struct {
	guint64 seq;
	char id[EVENT_ID_HEX + 1];
	char prev[EVENT_ID_HEX + 1];
	char *body;
} Wire;

static inline void wire_clear(Wire *wire)
{
	g_free(wire->body);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wire, wire_clear)

static inline Wire wire_event(guint64 seq, const char *prev)
{
	g_autofree char *link = *prev == '\0' ? g_strdup("null") : g_strdup_printf("\"%s\"", prev);
	Wire wire = {.seq = seq};

	wire.body = g_strdup_printf("{\"schema\":\"reeve.event/1\",\"kind\":\"change\","
				    "\"seq\":%" G_GUINT64_FORMAT
				    ",\"prev\":%s,\"host\":{\"name\":\"web-1\"},"
				    "\"verdict\":\"unapproved\",\"severity\":\"low\"}",
				    seq, link);
	event_id(wire.body, strlen(wire.body), wire.id);
	g_strlcpy(wire.prev, prev, sizeof(wire.prev));
	return wire;
}

static inline void wire_send_frame(void *socket, const void *data, gsize size, bool has_more)
{
	int sent = zmq_send(socket, data, size, has_more ? ZMQ_SNDMORE : 0);

	g_assert_cmpint(sent, ==, (int)size);
}

static inline void wire_send_text(void *socket, const char *text, bool has_more)
{
	wire_send_frame(socket, text, strlen(text), has_more);
}

static inline void wire_send(void *socket, const char *topic, const Wire *wire)
{
	guint64 seq = GUINT64_TO_BE(wire->seq);

	wire_send_text(socket, topic, true);
	wire_send_frame(socket, &seq, sizeof(seq), true);
	wire_send_text(socket, wire->id, true);
	wire_send_text(socket, wire->prev, true);
	wire_send_text(socket, wire->body, false);
}
