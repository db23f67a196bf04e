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

/* Reads; false and *error: these frames are no letter, or not what they say. `is_skimmed`: of the
 * body no more is looked at than what is said about it here (event/skim.h). */
bool letter_read(Letter *letter, const Frames *frames, bool is_skimmed, GError **error);

/* The same of a line of the journal, which is an event and has nothing around it. */
bool letter_read_line(Letter *letter, const char *line, gsize size, bool is_skimmed,
		      GError **error);
