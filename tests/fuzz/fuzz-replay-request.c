/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a client may send to the ROUTER: the first byte says into how many frames the rest is cut,
 * the next ones where.
 */
#include "relay/request.h"

#include <stdint.h>
#include <string.h>

#define FRAMES 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	RequestFrame frames[FRAMES] = {{"", 0}};
	Request request;
	guint n, i;

	if (size == 0) {
		return 0;
	}
	n = data[0] % (FRAMES + 1);
	data++;
	size--;
	for (i = 0; i < n; i++) {
		size_t length = size == 0 ? 0 : MIN(data[0], size - 1);

		frames[i] = (RequestFrame){size == 0 ? "" : (const char *)data + 1, length};
		data += size == 0 ? 0 : length + 1;
		size -= size == 0 ? 0 : length + 1;
	}
	if (request_parse(&request, frames, n)) {
		g_assert_cmpuint(n, ==, request.wants_lines ? 4 : 3);
		g_assert_cmpuint(request.max, <=, REQUEST_MAX_EVENTS);
		g_assert_cmpuint(strlen(request.since), ==, frames[1].size);
	}
	return 0;
}
