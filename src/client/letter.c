/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Letters: see letter.h. */
#include "client/letter.h"

#include "event/skim.h"

#include <string.h>

#define TOPIC_HEARTBEAT "hb/1/"
#define TOPIC_HIDDEN "hidden/1/"

/* The order of the frames. */
enum {
	FRAME_TOPIC,
	FRAME_SEQ,
	FRAME_ID,
	FRAME_PREV,
	FRAME_BODY,
	_FRAME_N,
};

void letter_init(Letter *letter)
{
	memset(letter, 0, sizeof(*letter));
	letter->body = g_string_new(NULL);
}

void letter_clear(Letter *letter)
{
	g_free(letter->topic);
	g_string_free(letter->body, TRUE);
	memset(letter, 0, sizeof(*letter));
}

static bool complain(GError **error, const char *problem)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "not a message of the bus: %s",
		    problem);
	return false;
}

static bool read_frames(Letter *letter, const Frames *frames, GError **error)
{
	guint64 seq;

	if (frames->n != _FRAME_N) {
		return complain(error, "it has not five frames");
	}
	if (frames_size(frames, FRAME_SEQ) != sizeof(seq)) {
		return complain(error, "its seq has not eight bytes");
	}
	if (!frames_id(frames, FRAME_ID, letter->id) ||
	    !frames_id(frames, FRAME_PREV, letter->prev)) {
		return complain(error, "its id or prev is no id");
	}
	memcpy(&seq, frames_data(frames, FRAME_SEQ), sizeof(seq));
	letter->seq = GUINT64_FROM_BE(seq);
	g_string_truncate(letter->body, 0);
	g_string_append_len(letter->body, frames_data(frames, FRAME_BODY),
			    (gssize)frames_size(frames, FRAME_BODY));
	return true;
}

/* What a body says of itself. */
typedef struct {
	guint64 seq;
	char prev[EVENT_ID_HEX + 1];
	char *topic;
} Content;

static bool read_content(Content *ret, const GString *body, bool is_skimmed, GError **error)
{
	EventSkim skim;
	const char *prev;
	json_t *event;

	if (is_skimmed && event_skim(&skim, body->str, body->len)) {
		ret->seq = skim.seq;
		ret->topic = skim.topic;
		memcpy(ret->prev, skim.prev, sizeof(ret->prev));
		return true;
	}
	event = event_parse(body->str, body->len, error);
	if (event == NULL) {
		return false;
	}
	prev = json_string_value(json_object_get(event, "prev"));
	g_strlcpy(ret->prev, prev == NULL ? "" : prev, sizeof(ret->prev));
	ret->seq = (guint64)json_integer_value(json_object_get(event, "seq"));
	ret->topic = event_topic(event);
	json_decref(event);
	return true;
}

static bool verify(Letter *letter, bool is_skimmed, GError **error)
{
	char id[EVENT_ID_HEX + 1];
	Content content;

	event_id(letter->body->str, letter->body->len, id);
	if (strcmp(id, letter->id) != 0) {
		return complain(error, "its body does not hash to its id");
	}
	if (!read_content(&content, letter->body, is_skimmed, error)) {
		return false;
	}
	letter->topic = content.topic;
	return (content.seq == letter->seq && strcmp(content.prev, letter->prev) == 0) ||
	       complain(error, "its body names another seq or prev than its frames");
}

static bool begins_with(const Frames *frames, const char *topic)
{
	gsize size = strlen(topic);

	return frames_size(frames, FRAME_TOPIC) >= size &&
	       memcmp(frames_data(frames, FRAME_TOPIC), topic, size) == 0;
}

/* Nothing of it can be verified; without an id it would set the cursor back to the beginning. */
static bool check_hidden(const Letter *letter, GError **error)
{
	return *letter->id != '\0' || complain(error, "it hides an event without an id");
}

bool letter_read(Letter *letter, const Frames *frames, bool is_skimmed, GError **error)
{
	g_clear_pointer(&letter->topic, g_free);
	if (!read_frames(letter, frames, error)) {
		return false;
	}
	letter->is_heartbeat = begins_with(frames, TOPIC_HEARTBEAT);
	letter->is_hidden = begins_with(frames, TOPIC_HIDDEN) && letter->body->len == 0;
	if (letter->is_hidden) {
		return check_hidden(letter, error);
	}
	return letter->is_heartbeat || verify(letter, is_skimmed, error);
}

bool letter_read_line(Letter *letter, const char *line, gsize size, bool is_skimmed, GError **error)
{
	Content content;

	g_clear_pointer(&letter->topic, g_free);
	letter->is_heartbeat = letter->is_hidden = false;
	g_string_truncate(letter->body, 0);
	g_string_append_len(letter->body, line, (gssize)size);
	if (!read_content(&content, letter->body, is_skimmed, error)) {
		return false;
	}
	event_id(line, size, letter->id);
	letter->seq = content.seq;
	letter->topic = content.topic;
	memcpy(letter->prev, content.prev, sizeof(letter->prev));
	return true;
}
