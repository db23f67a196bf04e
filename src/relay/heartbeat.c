/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heartbeats: see heartbeat.h. */
#include "relay/heartbeat.h"
#include "base/clock.h"
#include "base/escape.h"

#include <string.h>

struct Heartbeat {
	char *host;
	char *body;
	Message message;
};

Heartbeat *heartbeat_new(const char *host)
{
	g_autofree char *word = event_topic_host(host);
	Heartbeat *heartbeat = g_new0(Heartbeat, 1);

	heartbeat->host = escape_path(host);
	heartbeat->message.topic = g_strdup_printf("hb/1/%s/", word);
	return heartbeat;
}

void heartbeat_free(Heartbeat *heartbeat)
{
	if (heartbeat == NULL) {
		return;
	}
	message_clear(&heartbeat->message);
	free(heartbeat->body);
	g_free(heartbeat->host);
	g_free(heartbeat);
}

static char *format_body(const Heartbeat *heartbeat, gint64 wall_usec, json_t *summary,
			 const char *checkpoint)
{
	g_autofree char *time = clock_format(wall_usec);
	json_t *body = json_pack("{s:s, s:s, s:{s:s}}", "schema", "reeve.heartbeat/1", "time", time,
				 "host", "name", heartbeat->host);
	char *text;

	json_object_update(body, summary);
	if (checkpoint != NULL) {
		json_object_set_new(body, "checkpoint",
				    json_loads(checkpoint, JSON_REJECT_DUPLICATES, NULL));
	}
	text = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	json_decref(summary);
	return text;
}

const Message *heartbeat_beat(Heartbeat *heartbeat, const Position *head, gint64 wall_usec,
			      json_t *summary, const char *checkpoint)
{
	Message *message = &heartbeat->message;

	free(heartbeat->body);
	heartbeat->body = format_body(heartbeat, wall_usec, summary, checkpoint);
	message->seq = head->seq;
	memcpy(message->id, head->id, sizeof(message->id));
	memcpy(message->prev, head->prev, sizeof(message->prev));
	message->body = heartbeat->body;
	message->size = strlen(heartbeat->body);
	return message;
}
