/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a relay may send to a client. The first byte says how many frames, each begins with its
 * length (two bytes); the id is set right when a bit asks for it, so that bodies are read as well.
 */
#include "client/letter.h"

#include <stdint.h>
#include <string.h>

#define SOUND_ID 0x80

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(Frames *frames, guint i, const void *data, size_t size)
{
	zmq_msg_close(&frames->parts[i]);
	zmq_msg_init_size(&frames->parts[i], size);
	if (size > 0) {
		memcpy(zmq_msg_data(&frames->parts[i]), data, size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char id[EVENT_ID_HEX + 1];
	bool has_sound_id;
	Letter letter;
	Frames frames;

	if (size == 0) {
		return 0;
	}
	frames_init(&frames);
	letter_init(&letter);
	frames.n = (data[0] & 0x7f) % (FRAMES_MAX + 2);
	has_sound_id = (data[0] & SOUND_ID) != 0;
	data++;
	size--;
	for (guint i = 0; i < frames.n && size >= 2; i++) {
		size_t length = MIN((size_t)data[0] << 8 | data[1], size - 2);

		put(&frames, i, data + 2, length);
		data += length + 2;
		size -= length + 2;
	}
	if (has_sound_id && frames.n == FRAMES_MAX) {
		event_id(frames_data(&frames, 4), frames_size(&frames, 4), id);
		put(&frames, 2, id, EVENT_ID_HEX);
	}
	if (letter_read(&letter, &frames, has_sound_id, NULL)) {
		/* (a heartbeat of an empty journal names no event) */
		g_assert_true(letter.is_heartbeat || strlen(letter.id) == EVENT_ID_HEX);
		g_assert_true((letter.topic == NULL) == (letter.is_heartbeat || letter.is_hidden));
	}
	for (guint is_skimmed = 0; is_skimmed < 2; is_skimmed++) {
		/* what is left, as a line of the journal */
		if (letter_read_line(&letter, (const char *)data, size, is_skimmed != 0, NULL)) {
			g_assert_nonnull(letter.topic);
			g_assert_cmpuint(strlen(letter.id), ==, EVENT_ID_HEX);
		}
	}
	letter_clear(&letter);
	frames_clear(&frames);
	return 0;
}
