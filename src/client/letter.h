/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * A letter: the five frames of an event or a heartbeat, read and, for an event, verified: its body
 * hashes to its id and says the same seq and prev as the frames around it.
 */
#pragma once

#include "client/frames.h"

#include "event/event.h"

typedef struct {
	char *topic; /* of an event: made anew from its body, as the frame is not hashed */
	guint64 seq;
	char id[EVENT_ID_HEX + 1];
	char prev[EVENT_ID_HEX + 1]; /* "" for the first event */
	GString *body;
	bool is_heartbeat;
	bool is_hidden; /* an event that is not for us: no topic, no body, nothing to verify */
} Letter;

void letter_init(Letter *letter);
void letter_clear(Letter *letter);

/* Reads; false and *error: these frames are no letter, or not what they say. */
bool letter_read(Letter *letter, const Frames *frames, GError **error);
