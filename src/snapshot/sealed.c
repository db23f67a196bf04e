/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealed files: see sealed.h. */
#include "snapshot/sealed.h"

#include "base/fd.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define STEP_BYTES 65536

static int open_in(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/* The SHA-1 of the first `size` bytes, and the next 20 as they stand there. */
static bool read_all(int fd, goffset size, guint8 ret_made[SEAL_BYTES],
		     guint8 ret_found[SEAL_BYTES])
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA1);
	g_autofree guint8 *step = g_malloc(STEP_BYTES);
	gsize length = SEAL_BYTES;

	for (goffset at = 0; at < size;) {
		gsize wanted = (gsize)MIN(size - at, STEP_BYTES);

		if (!io_pread_exact(fd, step, wanted, at, NULL)) {
			return false;
		}
		g_checksum_update(checksum, step, (gssize)wanted);
		at += (goffset)wanted;
	}
	g_checksum_get_digest(checksum, ret_made, &length);
	return io_pread_exact(fd, ret_found, SEAL_BYTES, size, NULL);
}

Sealed sealed_check(const char *folder, const char *name)
{
	auto_fd int fd = open_in(folder, name);
	guint8 made[SEAL_BYTES], found[SEAL_BYTES];
	struct stat st;

	if (fd < 0) {
		return errno == ENOENT ? SEALED_GONE : SEALED_UNREADABLE;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < SEAL_BYTES ||
	    !read_all(fd, st.st_size - SEAL_BYTES, made, found)) {
		return SEALED_UNREADABLE;
	}
	return memcmp(made, found, SEAL_BYTES) == 0 ? SEALED_SOUND : SEALED_ALTERED;
}

bool sealed_read_tail(const char *folder, const char *name, goffset before_end,
		      guint8 ret[SEAL_BYTES])
{
	auto_fd int fd = open_in(folder, name);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= before_end &&
	       io_pread_exact(fd, ret, SEAL_BYTES, st.st_size - before_end, NULL);
}
