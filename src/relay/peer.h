/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client that is owed an answer: its requests, how far the first of them is answered, and what
 * to do when it does not take what it is sent. Owned and filled by the replay (replay.h).
 */
#pragma once

#include "relay/request.h"

#include <glib.h>
#include <stdbool.h>

/* How far a request is answered. */
typedef struct {
	goffset offset; /* of the next event */
	guint left;     /* events */
	gsize sent_bytes;
	char last[EVENT_ID_HEX + 1]; /* the id sent last: the next one's prev */
} Reach;

typedef struct {
	GBytes *id;      /* routing id */
	char *user;      /* by which the gate let it in */
	GQueue requests; /* of Request; the first is being answered */
	bool is_begun;   /* `reach` belongs to the first request */
	Reach reach;
	gint64 stuck_usec; /* monotonic, since when its queue is full; 0: it is not */
	gint64 retry_usec; /* not before */
	guint retry_ms;
} Peer;

Peer *peer_new(GBytes *id, const char *user);
void peer_free(Peer *peer);

/* Adds a request behind those that wait; false: these are too many already. */
bool peer_push(Peer *peer, const Request *request);
/* The first request is answered. */
void peer_pop(Peer *peer);

/* It took what it was sent. */
void peer_set_moving(Peer *peer);
/* Its queue is full: says when to try again, later each time. False: it has been for so long that
 * nobody is there any more. */
bool peer_set_stuck(Peer *peer, gint64 now);
