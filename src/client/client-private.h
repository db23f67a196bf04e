/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The inside of the client (client.h), for its two files: client.c has its life and what comes
 * live, client-answer.c what comes as an answer.
 */
#pragma once

#include "client/chain.h"
#include "client/client.h"
#include "client/pulse.h"
#include "client/refusal.h"
#include "client/socket.h"
#include "client/witness.h"

#define CLIENT_ANSWER_USEC (3 * G_USEC_PER_SEC) /* without a frame of the answer: ask anew */
#define CLIENT_LINES "LINES"                    /* several events in one message */

typedef enum {
	STATE_ASK,    /* a request is to be sent, on a fresh socket */
	STATE_ANSWER, /* an answer is due */
	STATE_FOLLOW, /* all that is known here has been given out: wait for what comes live */
	STATE_OVER,   /* `over` is the last word */
} State;

struct Client {
	void *zmq;
	void *live;
	void *replay; /* NULL when none is open */
	char *live_url, *replay_url;
	SocketKeys keys;
	Refusal refusal;   /* of the live socket */
	bool is_refused;   /* and it has been said */
	gint64 live_retry; /* when to open the live socket anew, if nothing is heard */
	State state;
	Chain chain;
	Pulse pulse;
	Frames frames;
	bool has_frames; /* `frames` waits to be read */
	gsize lines_at;  /* and is read up to here, when it has several lines */
	bool is_skimming;
	Letter letter; /* given out */
	Witness *witness;
	char *checkpoint; /* given out */
	bool is_probing;  /* the answer that is due says whether what we remember is known there */
	char *host;
	bool got_event; /* the present answer had one */
	gint64 answer_deadline;
	ClientResult over;
	GError *error; /* of CLIENT_BROKEN and CLIENT_ERROR */
};

/* `over` is the last word; takes the error. */
void client_end(Client *client, ClientResult over, GError *error);

/* The relay's own word does not hold. */
void client_broken(Client *client, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Asks for what is behind the cursor, on the socket that is open. */
void client_send_request(Client *client);

/* On this machine everybody who may listen may hear everything: there nothing is hidden. */
bool client_may_be_hidden(const Client *client);

/* The next event: the cursor moves. True: give it out (it is for us, and is what was signed). */
bool client_take_next(Client *client);

/* A message of an answer. True: there is an event to give out. */
bool client_take_answer(Client *client);
