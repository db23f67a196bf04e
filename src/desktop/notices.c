/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices: see notices.h. */
#include "desktop/notices.h"

#include "base/clock.h"
#include "client/frames.h"
#include "client/pulse.h"

#include <string.h>

#define SCHEMA "reeve.notice/1"
#define TOPIC "notice/1/"
#define HEARTBEAT "hb/1/"
#define BODY_MAX_BYTES (1024 * 1024)
#define RECONNECT_MS 100
#define RECONNECT_MOST_MS 1000

struct Notices {
	void *zmq, *socket;
	Frames frames;
	Pulse pulse;
	bool has_frames; /* `frames` waits to be read */
};

static void *connect_to(void *zmq, const char *url)
{
	void *socket = zmq_socket(zmq, ZMQ_SUB);
	const struct {
		int option, value;
	} limits[] = {
		{ZMQ_LINGER, 0},
		{ZMQ_RECONNECT_IVL, RECONNECT_MS},
		{ZMQ_RECONNECT_IVL_MAX, RECONNECT_MOST_MS},
	};
	gint64 most = BODY_MAX_BYTES;

	if (socket == NULL) {
		return NULL;
	}
	for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
		zmq_setsockopt(socket, limits[i].option, &limits[i].value, sizeof(int));
	}
	zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof(most));
	zmq_setsockopt(socket, ZMQ_SUBSCRIBE, TOPIC, strlen(TOPIC));
	zmq_setsockopt(socket, ZMQ_SUBSCRIBE, HEARTBEAT, strlen(HEARTBEAT));
	if (zmq_connect(socket, url) != 0) {
		zmq_close(socket);
		return NULL;
	}
	return socket;
}

Notices *notices_open(const char *url, int silence_ms, GError **error)
{
	g_autoptr(Notices) notices = g_new0(Notices, 1);

	frames_init(&notices->frames);
	pulse_init(&notices->pulse, silence_ms * G_GINT64_CONSTANT(1000), clock_mono_usec());
	notices->zmq = zmq_ctx_new();
	notices->socket = connect_to(notices->zmq, url);
	if (notices->socket == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "cannot connect to %s: %s", url,
			    zmq_strerror(zmq_errno()));
		return NULL;
	}
	return g_steal_pointer(&notices);
}

void notices_close(Notices *notices)
{
	if (notices == NULL) {
		return;
	}
	frames_clear(&notices->frames);
	if (notices->socket != NULL) {
		zmq_close(notices->socket);
	}
	zmq_ctx_term(notices->zmq);
	g_free(notices);
}

/* As an event would have them. */
static json_t *files_of(const json_t *notice)
{
	json_t *files = json_array(), *path;
	gsize i;

	json_array_foreach (json_object_get(notice, "paths"), i, path) {
		json_array_append_new(files,
				      json_pack("{s:O, s:O*, s:O*}", "path", path, "verdict",
						json_object_get(notice, "verdict"), "severity",
						json_object_get(notice, "severity")));
	}
	return files;
}

News *notices_read(const char *body, gsize size)
{
	json_t *notice = json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL);
	const char *schema = json_string_value(json_object_get(notice, "schema"));
	const char *id = json_string_value(json_object_get(notice, "id"));
	json_t *group = json_object_get(notice, "group");
	News *news = NULL;

	if (g_strcmp0(schema, SCHEMA) == 0 && id != NULL) {
		json_object_set_new(notice, "files", files_of(notice));
		if (group != NULL) {
			json_object_set_new(notice, "group", json_pack("{s:O}", "id", group));
		}
		news = news_read(notice, id);
	}
	json_decref(notice);
	return news;
}

/* True: `ret` is to be told. */
static bool take(Notices *notices, News **ret)
{
	const Frames *frames = &notices->frames;

	notices->has_frames = false;
	*ret = frames->n != 2 || frames_size(frames, 0) < strlen(TOPIC) ||
			       memcmp(frames_data(frames, 0), TOPIC, strlen(TOPIC)) != 0
		       ? NULL
		       : notices_read(frames_data(frames, 1), frames_size(frames, 1));
	return *ret != NULL;
}

NoticesResult notices_next(Notices *notices, int timeout_ms, News **ret)
{
	gint64 deadline = clock_mono_usec() + (gint64)timeout_ms * 1000;

	for (;;) {
		zmq_pollitem_t on = {notices->socket, 0, ZMQ_POLLIN, 0};
		gint64 now = clock_mono_usec(), wake;

		if (notices->has_frames && take(notices, ret)) {
			return NOTICES_NEWS;
		}
		notices->has_frames = frames_receive(&notices->frames, notices->socket);
		if (notices->has_frames && pulse_beat(&notices->pulse, now)) {
			return NOTICES_HEARD;
		}
		if (notices->has_frames) {
			continue;
		}
		if (pulse_falls_silent(&notices->pulse, now)) {
			return NOTICES_SILENT;
		}
		if (now >= deadline) {
			return NOTICES_NOTHING;
		}
		wake = MIN(deadline, pulse_deadline(&notices->pulse));
		zmq_poll(&on, 1, (long)(MAX(wake - now, 0) / 1000 + 1));
	}
}
