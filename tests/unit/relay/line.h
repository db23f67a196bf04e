/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of a journal for the tests of this room: the smallest events that are events.
 */
#pragma once

#include "event/event.h"

/* The body of an event: a chain of its own, not written by the journal. Caller frees. */
static inline char *line_body(guint64 seq, const char *prev, char ret_id[EVENT_ID_HEX + 1])
{
	g_autofree char *link = *prev == '\0' ? g_strdup("null") : g_strdup_printf("\"%s\"", prev);
	char *body = g_strdup_printf("{\"schema\":\"reeve.event/1\",\"kind\":\"change\","
				     "\"seq\":%" G_GUINT64_FORMAT
				     ",\"prev\":%s,\"host\":{\"name\":\"web-1\"},"
				     "\"verdict\":\"unapproved\",\"severity\":\"low\"}",
				     seq, link);

	event_id(body, strlen(body), ret_id);
	return body;
}
