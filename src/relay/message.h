/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message of the bus: the five frames of design 5.5, topic | seq | id | prev | body. Made from a
 * line of the journal; the body is the line's exact bytes.
 */
#pragma once

#include "journal/reader.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *topic;
	guint64 seq;
	char id[EVENT_ID_HEX + 1];
	char prev[EVENT_ID_HEX + 1]; /* "" for the first event */
	const void *body;            /* borrowed: valid as long as the line it was made from */
	gsize size;
} Message;

void message_clear(Message *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Message, message_clear)

/*
 * Reads a line. One that is no event is damage of the journal: it is told all the same, under the
 * topic ev/1/alert/damaged/critical/_/ with seq 0 and no prev, so that every subscriber's chain
 * breaks there; returns false and *error.
 */
bool message_read(Message *ret, const JournalLine *line, GError **error);

/* Takes topic and body away from somebody who may not have them; what is left (hidden/1/, seq, id,
 * prev, an empty body) shows that nothing else is missing. */
void message_hide(Message *message);

typedef enum {
	MESSAGE_SENT,
	MESSAGE_STUCK, /* the peer's queue is full: try again later */
	MESSAGE_LOST,  /* the peer has gone */
} MessageSent;

/*
 * Sends the five frames on a ZeroMQ socket without waiting, whole or not at all. `peer` is the
 * routing id in front of them (ROUTER) or NULL.
 */
MessageSent message_send(void *socket, GBytes *peer, const Message *message);

/* Sends two frames: `word` and a text of `size` bytes. */
MessageSent message_send_word(void *socket, GBytes *peer, const char *word, const char *text,
			      gsize size);
