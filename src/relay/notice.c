/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices: see notice.h. */
#include "relay/notice.h"

#include <string.h>

#define EVENT_TOPIC "ev/1/"

/* Members that are taken over as they are. */
static const char *const members[] = {"kind", "time", "verdict", "severity", "commit", "refers"};

void notice_clear(Notice *notice)
{
	g_free(notice->topic);
	free(notice->body);
	memset(notice, 0, sizeof(*notice));
}

static void put_paths(json_t *notice, const json_t *files)
{
	json_t *paths = json_array();
	const json_t *file;
	gsize i;

	json_array_foreach (files, i, file) {
		json_t *path = json_object_get(file, "path");

		if (i < NOTICE_PATHS && json_is_string(path)) {
			json_array_append(paths, path);
		}
	}
	json_object_set_new(notice, "paths", paths);
	json_object_set_new(notice, "count", json_integer((json_int_t)json_array_size(files)));
}

static json_t *make(const json_t *event, const char *id)
{
	json_t *notice = json_pack("{s:s, s:s}", "schema", "reeve.notice/1", "id", id);
	json_t *host = json_object_get(json_object_get(event, "host"), "name");
	json_t *group = json_object_get(json_object_get(event, "group"), "id");

	for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
		json_t *member = json_object_get(event, members[i]);

		if (member != NULL && !json_is_null(member)) {
			json_object_set(notice, members[i], member);
		}
	}
	json_object_set_new(notice, "host", json_pack("{s:O*}", "name", host));
	if (group != NULL) {
		json_object_set(notice, "group", group);
	}
	put_paths(notice, json_object_get(event, "files"));
	return notice;
}

bool notice_make(Notice *ret, const Message *message)
{
	json_t *event = event_parse(message->body, message->size, NULL);
	bool is_told = event != NULL &&
		       (event_is_alert(event) || json_object_get(event, "refers") != NULL ||
			json_array_size(json_object_get(event, "files")) > 0);

	memset(ret, 0, sizeof(*ret));
	if (is_told) {
		json_t *notice = make(event, message->id);

		ret->topic = g_strconcat(NOTICE_TOPIC, message->topic + strlen(EVENT_TOPIC), NULL);
		ret->body = json_dumps(notice, JSON_COMPACT);
		json_decref(notice);
	}
	json_decref(event);
	return is_told;
}
