/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients that are owed an answer: see peer.h. */
#include "relay/peer.h"

#define REQUESTS_MAX 4   /* of one client, waiting behind each other */
#define STUCK_FIRST_MS 1 /* first try again when a client's queue was full */
#define STUCK_MOST_MS 64 /* later tries */
#define STUCK_GIVE_UP_USEC (30 * G_USEC_PER_SEC)

Peer *peer_new(GBytes *id, const char *user)
{
	Peer *peer = g_new0(Peer, 1);

	peer->id = g_bytes_ref(id);
	peer->user = g_strdup(user);
	g_queue_init(&peer->requests);
	return peer;
}

void peer_free(Peer *peer)
{
	g_queue_clear_full(&peer->requests, g_free);
	g_bytes_unref(peer->id);
	g_free(peer->user);
	g_free(peer);
}

bool peer_push(Peer *peer, const Request *request)
{
	if (peer->requests.length == REQUESTS_MAX) {
		return false;
	}
	g_queue_push_tail(&peer->requests, g_memdup2(request, sizeof(*request)));
	return true;
}

void peer_pop(Peer *peer)
{
	g_free(g_queue_pop_head(&peer->requests));
	peer->is_begun = false;
}

void peer_set_moving(Peer *peer)
{
	peer->stuck_usec = 0;
	peer->retry_usec = 0;
}

bool peer_set_stuck(Peer *peer, gint64 now)
{
	if (peer->stuck_usec == 0) {
		peer->stuck_usec = now;
		peer->retry_ms = STUCK_FIRST_MS;
	}
	peer->retry_usec = now + peer->retry_ms * G_GINT64_CONSTANT(1000);
	peer->retry_ms = MIN(peer->retry_ms * 2, STUCK_MOST_MS);
	return now - peer->stuck_usec <= STUCK_GIVE_UP_USEC;
}
