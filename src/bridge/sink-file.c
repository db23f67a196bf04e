/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as lines of a file, or of standard output: see sink.h. */
#include "bridge/sink.h"
#include "base/fd.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0640

typedef struct {
	Sink sink;
	int fd;
	bool is_file;
	GString *lines;
} FileSink;

static Sink *sink_new(int fd, bool is_file)
{
	FileSink *file = g_new0(FileSink, 1);

	file->fd = fd;
	file->is_file = is_file;
	file->lines = g_string_new(NULL);
	return &file->sink;
}

/* A line that a power cut left unfinished is ended, so that the next one is whole. */
static bool end_line(int fd, GError **error)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) != 1) {
		return error_set_errno(error, "cannot read its end");
	}
	return last == '\n' || io_write_all(fd, "\n", 1, error);
}

static bool file_is_valid(const SinkPlace *place)
{
	return *place->address == '/';
}

static Sink *file_open(const SinkPlace *place, GError **error)
{
	const char *address = place->address;
	auto_fd int fd =
		open(address, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);

	if (fd < 0) {
		error_set_errno(error, "cannot open %s", address);
		return NULL;
	}
	return end_line(fd, error) ? sink_new(fd_steal(&fd), true) : NULL;
}

static bool stdout_is_valid(const SinkPlace *place)
{
	return *place->address == '\0';
}

static Sink *stdout_open(const SinkPlace *place, GError **error)
{
	(void)place;
	(void)error;
	return sink_new(STDOUT_FILENO, false);
}

static SinkResult file_send(Sink *sink, Parcel *parcel, GError **error)
{
	FileSink *file = (FileSink *)sink;

	(void)error;
	g_string_append_len(file->lines, parcel->text, (gssize)parcel->size);
	g_string_append_c(file->lines, '\n');
	return SINK_OK;
}

static SinkResult file_flush(Sink *sink, GError **error)
{
	FileSink *file = (FileSink *)sink;
	bool ok = io_write_all(file->fd, file->lines->str, file->lines->len, error);

	g_string_truncate(file->lines, 0);
	if (ok && file->is_file && fdatasync(file->fd) < 0) {
		ok = error_set_errno(error, "cannot bring it to disk");
	}
	return ok ? SINK_OK : SINK_RETRY;
}

static void file_close(Sink *sink)
{
	FileSink *file = (FileSink *)sink;

	if (file->is_file) {
		fd_close(&file->fd);
	}
	g_string_free(file->lines, TRUE);
	g_free(file);
}

const SinkOps sink_file = {
	.scheme = "file://",
	.is_valid = file_is_valid,
	.open = file_open,
	.send = file_send,
	.flush = file_flush,
	.close = file_close,
};
const SinkOps sink_stdout = {
	.scheme = "stdout:",
	.is_valid = stdout_is_valid,
	.open = stdout_open,
	.send = file_send,
	.flush = file_flush,
	.close = file_close,
};
