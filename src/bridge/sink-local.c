/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The logger of this machine, by its socket (/dev/log): see sink.h. */
#include "bridge/sink.h"
#include "base/fd.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS 5000

typedef struct {
	Sink sink;
	int fd;
} LocalSink;

static bool local_is_valid(const SinkPlace *place)
{
	return *place->address == '/';
}

static Sink *local_open(const SinkPlace *place, GError **error)
{
	const char *address = place->address;
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	auto_fd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	LocalSink *local;

	if (g_strlcpy(where.sun_path, address, sizeof(where.sun_path)) >= sizeof(where.sun_path)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "%s: too long for a socket",
			    address);
		return NULL;
	}
	if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof(where)) < 0) {
		error_set_errno(error, "cannot connect to %s", address);
		return NULL;
	}
	local = g_new0(LocalSink, 1);
	local->fd = fd_steal(&fd);
	return &local->sink;
}

/* A logger with a full queue is waited for, one that hangs is tried again later. */
static SinkResult local_send(Sink *sink, Parcel *parcel, GError **error)
{
	LocalSink *local = (LocalSink *)sink;
	struct pollfd on = {local->fd, POLLOUT, 0};

	errno = ETIMEDOUT;
	if (poll(&on, 1, PATIENCE_MS) == 1 &&
	    send(local->fd, parcel->text, parcel->size, MSG_NOSIGNAL | MSG_DONTWAIT) ==
		    (ssize_t)parcel->size) {
		return SINK_OK;
	}
	if (errno == EMSGSIZE) {
		parcel->why = g_strdup_printf("the logger does not take it: %s", g_strerror(errno));
		return SINK_OK;
	}
	error_set_errno(error, "the logger does not take it");
	return SINK_RETRY;
}

static SinkResult local_flush(Sink *sink, GError **error)
{
	(void)sink;
	(void)error;
	return SINK_OK;
}

static void local_close(Sink *sink)
{
	LocalSink *local = (LocalSink *)sink;

	fd_close(&local->fd);
	g_free(local);
}

const SinkOps sink_local = {
	.scheme = "syslog://",
	.is_valid = local_is_valid,
	.open = local_open,
	.send = local_send,
	.flush = local_flush,
	.close = local_close,
};
