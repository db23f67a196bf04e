/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the relay answers: see client.h. An answer that does not fit is the end. */
#include "client/client-private.h"

#include "base/clock.h"

#include <string.h>

/* An event as part of an answer: it must be the next one. True: give it out. */
static bool take_answered(Client *client, bool is_sound, const GError *error)
{
	if (!is_sound) {
		client_broken(client, "behind event %s: %s", client->chain.id, error->message);
		return false;
	}
	if (client->letter.is_heartbeat || !client_may_be_hidden(client) ||
	    chain_step(&client->chain, &client->letter) != CHAIN_NEXT) {
		client_broken(client,
			      "the chain does not hold: event %s (seq %" G_GUINT64_FORMAT
			      ") was given as the one behind %s, but names %s",
			      client->letter.id, client->letter.seq,
			      *client->chain.id == '\0' ? "the beginning" : client->chain.id,
			      *client->letter.prev == '\0' ? "nothing" : client->letter.prev);
		return false;
	}
	client->got_event = true;
	return client_take_next(client);
}

/* What we remember must be known there; then we ask for what we want. */
static void take_probe(Client *client)
{
	const Checkpoint *known = witness_known(client->witness);

	client->is_probing = false;
	if (frames_is(&client->frames, 0, "GONE")) {
		client_broken(client,
			      "history was rewritten: the host had signed event %" G_GUINT64_FORMAT
			      " as %.12s, and knows of no such event",
			      known->seq, known->id);
	} else {
		client_send_request(client);
	}
}

/* [END][head] or [GONE][oldest]. */
static void take_word(Client *client)
{
	char id[EVENT_ID_HEX + 1];

	if (!frames_id(&client->frames, 1, id)) {
		client_broken(client, "the relay's answer names no id");
	} else if (client->is_probing) {
		take_probe(client);
	} else if (frames_is(&client->frames, 0, "GONE")) {
		client_end(client, CLIENT_GONE, NULL);
	} else if (!frames_is(&client->frames, 0, "END")) {
		client_broken(client, "the relay's answer is neither an event nor its end");
	} else if (!client->chain.is_known) {
		chain_set(&client->chain, id);
		client->state = STATE_FOLLOW;
	} else if (strcmp(id, client->chain.id) == 0) {
		client->state = STATE_FOLLOW;
	} else if (client->got_event) {
		client_send_request(client); /* that was a page; the next one */
	} else {
		client_broken(client, "the relay's head is %s, but it gives nothing behind %s",
			      *id == '\0' ? "empty" : id, client->chain.id);
	}
}

/* [LINES][lines]: one of them at a time; the frames wait until the last is read. */
static bool take_line(Client *client)
{
	const char *lines = frames_data(&client->frames, 1);
	gsize size = frames_size(&client->frames, 1);
	const char *line = lines + client->lines_at;
	const char *end = memchr(line, '\n', size - client->lines_at);
	g_autoptr(GError) error = NULL;
	bool is_sound;

	if (end == NULL) {
		client_broken(client, "the relay's answer has half a line");
		return false;
	}
	client->lines_at = (gsize)(end + 1 - lines);
	client->has_frames = client->lines_at < size;
	is_sound = letter_read_line(&client->letter, line, (gsize)(end - line), client->is_skimming,
				    &error);
	return take_answered(client, is_sound, error);
}

bool client_take_answer(Client *client)
{
	g_autoptr(GError) error = NULL;
	bool is_sound;

	client->answer_deadline = clock_mono_usec() + CLIENT_ANSWER_USEC;
	if (client->frames.n == 2 && frames_is(&client->frames, 0, CLIENT_LINES)) {
		return take_line(client);
	}
	if (client->frames.n == 2) {
		take_word(client);
		return false;
	}
	is_sound = letter_read(&client->letter, &client->frames, client->is_skimming, &error);
	return take_answered(client, is_sound, error);
}
