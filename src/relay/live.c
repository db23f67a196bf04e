/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live side of the bus: see live.h. */
#include "relay/live.h"
#include "relay/endpoint.h"

#include <string.h>
#include <zmq.h>

#define TOPIC_MAX_BYTES 1024 /* of a subscription */
#define QUEUE 512            /* events kept for a slow reader; bodies are shared by all readers */
#define HEAR_AT_ONCE 64

struct Live {
	void *socket;
	Gate *gate;
	guint subscriptions;
	bool is_confused; /* see live_hear */
};

Live *live_open(void *zmq, GPtrArray *endpoints, Gate *gate, GError **error)
{
	void *socket = endpoints_open(endpoints, zmq, ZMQ_XPUB, keyring_secret(gate_keyring(gate)),
				      TOPIC_MAX_BYTES, QUEUE, error);
	int every_one = 1;
	Live *live;

	if (socket == NULL) {
		return NULL;
	}
	/* Also the second subscriber of a topic is heard, and when it leaves. */
	zmq_setsockopt(socket, ZMQ_XPUB_VERBOSER, &every_one, sizeof(every_one));
	/* And nobody is subscribed before we say to what. */
	zmq_setsockopt(socket, ZMQ_XPUB_MANUAL, &every_one, sizeof(every_one));
	live = g_new0(Live, 1);
	live->gate = gate;
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

void live_publish_word(Live *live, const char *topic, const char *text)
{
	message_send_word(live->socket, NULL, topic, text, strlen(text));
}

/* ZeroMQ applies this to the pipe of the message that was received last. */
static void apply(Live *live, const Caller *caller, int option, const char *topic)
{
	g_auto(GStrv) grants = keyring_grant(gate_keyring(live->gate), caller->user, topic);

	for (char **grant = grants; *grant != NULL; grant++) {
		zmq_setsockopt(live->socket, option, *grant, strlen(*grant));
	}
	if (option == ZMQ_SUBSCRIBE) {
		gate_note(live->gate, caller,
			  (AccessEntry){
				  .what = "subscribe",
				  .granted = *grants != NULL,
				  .topic = topic,
				  .why = *grants != NULL ? NULL : "it may not hear this topic",
			  });
	}
}

/* A subscription is one frame: 1 or 0 and the topic. */
static void take(Live *live, const Caller *caller, zmq_msg_t *message)
{
	const char *frame = zmq_msg_data(message);
	gsize size = zmq_msg_size(message);
	g_autofree char *topic = size < 2 ? g_strdup("") : g_strndup(frame + 1, size - 1);

	if (frame[0] == 1) {
		live->subscriptions++;
		apply(live, caller, ZMQ_SUBSCRIBE, topic);
	} else {
		live->subscriptions -= live->subscriptions > 0;
		apply(live, caller, ZMQ_UNSUBSCRIBE, topic);
	}
}

static bool is_subscription(zmq_msg_t *message)
{
	const char *frame = zmq_msg_data(message);

	return zmq_msg_size(message) > 0 && (frame[0] == 0 || frame[0] == 1) &&
	       !zmq_msg_more(message);
}

/*
 * Whatever is no subscription makes ZeroMQ lose count of which message came through which pipe
 * (4.3.4), until its queue is empty: a right could go to the wrong caller. So until then nothing is
 * granted, and whoever speaks is put out: a subscriber comes back at once and asks again.
 */
void live_hear(Live *live)
{
	zmq_msg_t message;

	zmq_msg_init(&message);
	for (guint i = 0; i < HEAR_AT_ONCE; i++) {
		Caller caller;

		if (zmq_msg_recv(&message, live->socket, ZMQ_DONTWAIT) < 0) {
			live->is_confused = false;
			break;
		}
		caller = gate_caller(live->gate, &message);
		if (!is_subscription(&message)) {
			live->is_confused = true;
		}
		if (!live->is_confused) {
			take(live, &caller, &message);
		} else {
			gate_put_out(live->gate, &caller,
				     "it sent what is no subscription, or "
				     "came together with who did");
		}
	}
	zmq_msg_close(&message);
}

guint live_subscriptions(const Live *live)
{
	return live->subscriptions;
}
