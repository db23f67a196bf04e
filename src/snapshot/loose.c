/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loose objects: see loose.h. */
#include "snapshot/loose.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define STEP_BYTES 65536

/* Inflates all of `fd` into a checksum; false when it is not one whole zlib stream. */
static bool inflate_into(int fd, GChecksum *checksum, z_stream *stream)
{
	g_autofree guint8 *in = g_malloc(STEP_BYTES);
	g_autofree guint8 *out = g_malloc(STEP_BYTES);
	int state = Z_OK;

	for (;;) {
		ssize_t got = read(fd, in, STEP_BYTES);

		if (got <= 0) {
			return got == 0 && state == Z_STREAM_END;
		}
		stream->next_in = in;
		stream->avail_in = (uInt)got;
		while (stream->avail_in > 0) {
			if (state == Z_STREAM_END || stream->total_out > LOOSE_MAX_BYTES) {
				return false; /* bytes behind the end, or no end */
			}
			stream->next_out = out;
			stream->avail_out = STEP_BYTES;
			state = inflate(stream, Z_NO_FLUSH);
			if (state != Z_OK && state != Z_STREAM_END) {
				return false;
			}
			g_checksum_update(checksum, out, (gssize)(STEP_BYTES - stream->avail_out));
		}
	}
}

Sealed loose_check(const char *folder, const char *hex)
{
	g_autofree char *path = g_strdup_printf("%s/objects/%.2s/%s", folder, hex, hex + 2);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	g_autoptr(GChecksum) checksum = NULL;
	z_stream stream = {0};
	bool is_whole;

	if (fd < 0) {
		return errno == ENOENT ? SEALED_GONE : SEALED_UNREADABLE;
	}
	if (inflateInit(&stream) != Z_OK) {
		return SEALED_UNREADABLE;
	}
	checksum = g_checksum_new(G_CHECKSUM_SHA1);
	is_whole = inflate_into(fd, checksum, &stream);
	inflateEnd(&stream);
	if (!is_whole) {
		return SEALED_UNREADABLE;
	}
	return strcmp(g_checksum_get_string(checksum), hex) == 0 ? SEALED_SOUND : SEALED_ALTERED;
}
