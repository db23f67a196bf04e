/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live side of the bus: see live.h. */
#include "relay/live.h"
#include "relay/endpoint.h"

#include <zmq.h>

#define TOPIC_MAX_BYTES 1024 /* of a subscription */
#define QUEUE 512            /* events kept for a slow reader; bodies are shared by all readers */
#define HEAR_AT_ONCE 64

struct Live {
	void *socket;
	guint subscriptions;
};

Live *live_open(void *zmq, GPtrArray *endpoints, GError **error)
{
	void *socket = endpoints_open(endpoints, zmq, ZMQ_XPUB, TOPIC_MAX_BYTES, QUEUE, error);
	int every_one = 1;
	Live *live;

	if (socket == NULL) {
		return NULL;
	}
	/* Also the second subscriber of a topic is heard, and when it leaves. */
	zmq_setsockopt(socket, ZMQ_XPUB_VERBOSER, &every_one, sizeof(every_one));
	live = g_new0(Live, 1);
	live->socket = socket;
	return live;
}

void live_close(Live *live)
{
	if (live == NULL) {
		return;
	}
	zmq_close(live->socket);
	g_free(live);
}

void *live_socket(Live *live)
{
	return live->socket;
}

void live_publish(Live *live, const Message *message)
{
	message_send(live->socket, NULL, message);
}

/* A subscription is one frame: 1 or 0 and the topic. Anything else a peer sends means nothing. */
static void count(Live *live, const char *frame, int size)
{
	if (size < 1) {
		return;
	}
	if (frame[0] == 1) {
		live->subscriptions++;
	} else if (frame[0] == 0 && live->subscriptions > 0) {
		live->subscriptions--;
	}
}

void live_hear(Live *live)
{
	char frame[TOPIC_MAX_BYTES];

	for (guint i = 0; i < HEAR_AT_ONCE; i++) {
		int size = zmq_recv(live->socket, frame, sizeof(frame), ZMQ_DONTWAIT);

		if (size < 0) {
			break;
		}
		count(live, frame, size);
	}
}

guint live_subscriptions(const Live *live)
{
	return live->subscriptions;
}
