/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request for a replay, as a client sends it to the ROUTER: [SINCE][id][max], and [LINES] behind
 * them from who takes several events in one message. `id` is 64
 * lower-case hexadecimal digits, or empty: from the beginning. `max` is a decimal number, or empty:
 * as many as the relay gives at once; 0 asks for nothing but the head.
 */
#pragma once

#include "event/event.h"

#include <glib.h>
#include <stdbool.h>

#define REQUEST_FRAMES_MAX 4
#define REQUEST_FRAME_MAX_BYTES 128 /* no frame of a request needs more */
#define REQUEST_MAX_EVENTS 1000     /* given at once, whatever was asked for */

typedef struct {
	char since[EVENT_ID_HEX + 1]; /* "" from the beginning */
	guint max;                    /* at most REQUEST_MAX_EVENTS */
	bool wants_lines;
} Request;

/* One frame as received. */
typedef struct {
	const void *data;
	gsize size;
} RequestFrame;

/* Reads the frames behind the routing id; false when they are no request. */
bool request_parse(Request *ret, const RequestFrame *frames, guint n);
