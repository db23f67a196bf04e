/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whole reads and durable writes: see io.h. */
#include "base/io.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_STEP_BYTES 65536

GBytes *io_read_fd(int fd, gsize max_bytes, GError **error)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	gsize filled = 0;

	for (;;) {
		gsize room = MIN((gsize)READ_STEP_BYTES, max_bytes + 1 - filled);
		ssize_t got;

		g_byte_array_set_size(out, (guint)(filled + room));
		got = read(fd, out->data + filled, room);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			error_set_errno(error, "cannot read");
			return NULL;
		}
		filled += (gsize)got;
		if (got == 0) {
			break;
		}
		if (filled > max_bytes) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
				    "larger than %" G_GSIZE_FORMAT " bytes", max_bytes);
			return NULL;
		}
	}
	g_byte_array_set_size(out, (guint)filled);
	return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

GBytes *io_read_file(int dir_fd, const char *path, gsize max_bytes, GError **error)
{
	auto_fd int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	GBytes *bytes;

	if (fd < 0 || fstat(fd, &st) < 0) {
		bool missing = errno == ENOENT;

		error_set_errno(error, "cannot open %s", path);
		if (missing && error != NULL) {
			(*error)->code = REEVE_ERROR_NOT_FOUND;
		}
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "%s is not a regular file", path);
		return NULL;
	}
	bytes = io_read_fd(fd, max_bytes, error);
	if (bytes == NULL) {
		g_prefix_error(error, "%s: ", path);
	}
	return bytes;
}

bool io_read_text(int dir_fd, const char *path, gsize max_bytes, char **ret_text, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GBytes) bytes = io_read_file(dir_fd, path, max_bytes, &problem);
	gsize size = 0;
	const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);

	*ret_text = NULL;
	if (bytes == NULL && problem->code != REEVE_ERROR_NOT_FOUND) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (bytes != NULL) {
		*ret_text = g_strndup(data == NULL ? "" : data, size);
	}
	return true;
}

GBytes *io_read_argument(const char *file, gsize max_bytes, GError **error)
{
	auto_fd int fd =
		g_str_equal(file, "-") ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
	GBytes *bytes;

	if (fd < 0) {
		error_set_errno(error, "cannot open %s", file);
		return NULL;
	}
	bytes = io_read_fd(fd, max_bytes, error);
	if (bytes == NULL) {
		g_prefix_error(error, "%s: ", file);
	}
	return bytes;
}

bool io_write_all(int fd, const void *data, gsize size, GError **error)
{
	const guint8 *p = data;

	while (size > 0) {
		ssize_t put = write(fd, p, size);

		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put < 0) {
			return error_set_errno(error, "cannot write");
		}
		p += put;
		size -= (gsize)put;
	}
	return true;
}

bool io_pread_exact(int fd, void *data, gsize size, goffset offset, GError **error)
{
	guint8 *p = data;

	while (size > 0) {
		ssize_t got = pread(fd, p, size, offset);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return error_set_errno(error, "cannot read");
		}
		if (got == 0) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
				    "ends at byte %" G_GOFFSET_FORMAT ", %" G_GSIZE_FORMAT
				    " bytes too early",
				    offset, size);
			return false;
		}
		p += got;
		offset += got;
		size -= (gsize)got;
	}
	return true;
}

bool io_pwrite_all(int fd, const void *data, gsize size, goffset offset, GError **error)
{
	const guint8 *p = data;

	while (size > 0) {
		ssize_t put = pwrite(fd, p, size, offset);

		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put < 0) {
			return error_set_errno(error, "cannot write");
		}
		p += put;
		offset += put;
		size -= (gsize)put;
	}
	return true;
}

static bool write_temporary(int dir_fd, const char *temporary, const void *data, gsize size,
			    mode_t mode, GError **error)
{
	auto_fd int fd = openat(dir_fd, temporary,
				O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0) {
		return error_set_errno(error, "cannot create %s", temporary);
	}
	if (!io_write_all(fd, data, size, error)) {
		return false;
	}
	if (fchmod(fd, mode) < 0 || fsync(fd) < 0) {
		return error_set_errno(error, "cannot sync %s", temporary);
	}
	return true;
}

bool io_replace_file(int dir_fd, const char *name, const void *data, gsize size, mode_t mode,
		     GError **error)
{
	g_autofree char *temporary = g_strconcat(name, ".new", NULL);

	if (!write_temporary(dir_fd, temporary, data, size, mode, error)) {
		unlinkat(dir_fd, temporary, 0);
		return false;
	}
	if (renameat(dir_fd, temporary, dir_fd, name) < 0) {
		return error_set_errno(error, "cannot put %s in place", name);
	}
	if (fsync(dir_fd) < 0) {
		return error_set_errno(error, "cannot sync the folder of %s", name);
	}
	return true;
}
