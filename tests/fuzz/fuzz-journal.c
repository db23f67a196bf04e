/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a cursor and a journal: the first 256 are the cursor. Whatever they say, what is to
 * be cut off begins behind the last whole line.
 */
#include "base/fd.h"
#include "base/io.h"
#include "journal/recovery.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_of(const void *data, gsize size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	g_assert(fd >= 0 && io_write_all(fd, data, size, NULL));
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gsize cursor_size = MIN(size, (gsize)CURSOR_BYTES);
	auto_fd int cursor = file_of(data, cursor_size);
	auto_fd int journal = file_of(data + cursor_size, size - cursor_size);
	g_auto(Recovery) recovery = {0};
	gsize last = size;

	if (!recovery_read(journal, cursor, -1, &recovery, NULL)) {
		return 0;
	}
	while (last > cursor_size && data[last - 1] != '\n') {
		last--;
	}
	g_assert(recovery.whole_end == (goffset)(last - cursor_size));
	return 0;
}
