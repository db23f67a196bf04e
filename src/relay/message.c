/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of the bus: see message.h. */
#include "relay/message.h"
#include "event/skim.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

#define TOPIC_DAMAGED "ev/1/alert/damaged/critical/_/"
#define TOPIC_HIDDEN "hidden/1/"
#define FRAMES_MAX 6

/* One frame to send. */
typedef struct {
	const void *data;
	gsize size;
} Frame;

void message_clear(Message *message)
{
	g_clear_pointer(&message->topic, g_free);
}

/* What cannot be skimmed is looked at closely. */
static bool parse(Message *ret, const JournalLine *line, GError **error)
{
	json_t *event = event_parse(line->body, line->size, error);
	const char *prev;

	if (event == NULL) {
		ret->topic = g_strdup(TOPIC_DAMAGED);
		return false;
	}
	prev = json_string_value(json_object_get(event, "prev"));
	g_strlcpy(ret->prev, prev == NULL ? "" : prev, sizeof(ret->prev));
	ret->seq = (guint64)json_integer_value(json_object_get(event, "seq"));
	ret->topic = event_topic(event);
	json_decref(event);
	return true;
}

void message_hide(Message *message)
{
	g_free(message->topic);
	message->topic = g_strdup(TOPIC_HIDDEN);
	message->size = 0;
}

bool message_read(Message *ret, const JournalLine *line, GError **error)
{
	EventSkim skim;

	memset(ret, 0, sizeof(*ret));
	ret->body = line->body;
	ret->size = line->size;
	g_strlcpy(ret->id, line->id, sizeof(ret->id));
	if (!event_skim(&skim, line->body, line->size)) {
		return parse(ret, line, error);
	}
	g_strlcpy(ret->prev, skim.prev, sizeof(ret->prev));
	ret->seq = skim.seq;
	ret->topic = skim.topic;
	return true;
}

/*
 * A ROUTER decides at the first frame whether there is room; the frames behind it then always
 * pass. An XPUB never refuses: it drops whole messages for the subscribers that are slow.
 */
static MessageSent send_frames(void *socket, const Frame *frames, guint n)
{
	for (guint i = 0; i < n; i++) {
		int flags = ZMQ_DONTWAIT | (i + 1 < n ? ZMQ_SNDMORE : 0);

		while (zmq_send(socket, frames[i].data, frames[i].size, flags) < 0) {
			if (errno != EINTR) {
				return errno == EAGAIN ? MESSAGE_STUCK : MESSAGE_LOST;
			}
		}
	}
	return MESSAGE_SENT;
}

static guint add_peer(Frame *frames, GBytes *peer)
{
	if (peer == NULL) {
		return 0;
	}
	frames[0].data = g_bytes_get_data(peer, &frames[0].size);
	return 1;
}

MessageSent message_send(void *socket, GBytes *peer, const Message *message)
{
	guint64 seq = GUINT64_TO_BE(message->seq);
	Frame frames[FRAMES_MAX];
	guint n = add_peer(frames, peer);

	frames[n++] = (Frame){message->topic, strlen(message->topic)};
	frames[n++] = (Frame){&seq, sizeof(seq)};
	frames[n++] = (Frame){message->id, strlen(message->id)};
	frames[n++] = (Frame){message->prev, strlen(message->prev)};
	frames[n++] = (Frame){message->body, message->size};
	return send_frames(socket, frames, n);
}

MessageSent message_send_word(void *socket, GBytes *peer, const char *word, const char *text,
			      gsize size)
{
	Frame frames[FRAMES_MAX];
	guint n = add_peer(frames, peer);

	frames[n++] = (Frame){word, strlen(word)};
	frames[n++] = (Frame){text, size};
	return send_frames(socket, frames, n);
}
