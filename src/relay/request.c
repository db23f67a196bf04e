/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests: see request.h. */
#include "relay/request.h"

#include <string.h>

#define MAX_DIGITS 9

static bool frame_is(const RequestFrame *frame, const char *text)
{
	return frame->size == strlen(text) && memcmp(frame->data, text, frame->size) == 0;
}

static bool parse_id(char ret[EVENT_ID_HEX + 1], const RequestFrame *frame)
{
	guint8 raw[DIGEST_BYTES];

	if (frame->size != 0 && frame->size != EVENT_ID_HEX) {
		return false;
	}
	if (frame->size > 0) {
		memcpy(ret, frame->data, frame->size);
	}
	ret[frame->size] = '\0';
	return frame->size == 0 || hex_decode(ret, raw, sizeof(raw));
}

static bool parse_max(guint *ret, const RequestFrame *frame)
{
	const char *digits = frame->data;
	guint max = 0;

	for (gsize i = 0; i < frame->size; i++) {
		if (i == MAX_DIGITS || !g_ascii_isdigit(digits[i])) {
			return false;
		}
		max = max * 10 + (guint)(digits[i] - '0');
	}
	*ret = frame->size == 0 ? REQUEST_MAX_EVENTS : MIN(max, REQUEST_MAX_EVENTS);
	return true;
}

bool request_parse(Request *ret, const RequestFrame *frames, guint n)
{
	ret->wants_lines = n == REQUEST_FRAMES_MAX;
	return n >= REQUEST_FRAMES_MAX - 1 && n <= REQUEST_FRAMES_MAX &&
	       frame_is(&frames[0], "SINCE") && parse_id(ret->since, &frames[1]) &&
	       parse_max(&ret->max, &frames[2]) &&
	       (!ret->wants_lines || frame_is(&frames[3], "LINES"));
}
