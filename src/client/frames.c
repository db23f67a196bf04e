/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Frames: see frames.h. */
#include "client/frames.h"

#include "base/digest.h"
#include "base/escape.h"

#include <string.h>

void frames_init(Frames *frames)
{
	for (guint i = 0; i < G_N_ELEMENTS(frames->parts); i++) {
		zmq_msg_init(&frames->parts[i]);
	}
	frames->n = 0;
}

void frames_clear(Frames *frames)
{
	for (guint i = 0; i < G_N_ELEMENTS(frames->parts); i++) {
		zmq_msg_close(&frames->parts[i]);
	}
	frames->n = 0;
}

bool frames_receive(Frames *frames, void *socket)
{
	int more = 1;

	frames->n = 0;
	while (more) {
		guint i = MIN(frames->n, (guint)FRAMES_MAX);

		if (zmq_msg_recv(&frames->parts[i], socket, ZMQ_DONTWAIT) < 0) {
			return false;
		}
		more = zmq_msg_more(&frames->parts[i]);
		frames->n = i + 1;
	}
	return true;
}

const char *frames_data(const Frames *frames, guint i)
{
	return zmq_msg_data((zmq_msg_t *)&frames->parts[i]);
}

gsize frames_size(const Frames *frames, guint i)
{
	return zmq_msg_size(&frames->parts[i]);
}

bool frames_is(const Frames *frames, guint i, const char *word)
{
	gsize size = strlen(word);

	return frames_size(frames, i) == size && memcmp(frames_data(frames, i), word, size) == 0;
}

bool frames_id(const Frames *frames, guint i, char ret[DIGEST_HEX + 1])
{
	gsize size = frames_size(frames, i);
	guint8 raw[DIGEST_BYTES];

	if (size != 0 && size != DIGEST_HEX) {
		return false;
	}
	memcpy(ret, frames_data(frames, i), size);
	ret[size] = '\0';
	return size == 0 || hex_decode(ret, raw, sizeof(raw));
}

char *frames_host(const Frames *frames)
{
	g_autofree char *topic = g_strndup(frames_data(frames, 0), frames_size(frames, 0));
	g_auto(GStrv) levels = g_strsplit(topic, "/", 4);

	return g_strv_length(levels) == 4 ? escape_path(levels[2]) : NULL;
}
