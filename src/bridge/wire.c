/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP connections: see wire.h. */
#include "bridge/wire.h"
#include "base/clock.h"
#include "base/fd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define DRAIN_STEP_MS 1

static bool read_address(const char *address, struct sockaddr_storage *ret, socklen_t *ret_size)
{
	const char *colon = strrchr(address, ':');
	g_autofree char *host = colon == NULL ? NULL : g_strndup(address, (gsize)(colon - address));
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	guint64 port;

	memset(ret, 0, sizeof(*ret));
	if (host == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL)) {
		return false;
	}
	if (*host == '[' && g_str_has_suffix(host, "]")) {
		host[strlen(host) - 1] = '\0';
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((guint16)port);
		*ret_size = sizeof(*v6);
		return inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1;
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons((guint16)port);
	*ret_size = sizeof(*v4);
	return inet_pton(AF_INET, host, &v4->sin_addr) == 1;
}

bool wire_address_is_valid(const char *address)
{
	struct sockaddr_storage where;
	socklen_t size;

	return read_address(address, &where, &size);
}

bool wire_wait(int fd, short events, GError **error)
{
	struct pollfd on = {fd, events, 0};
	int n = poll(&on, 1, WIRE_PATIENCE_MS);

	if (n == 0) {
		errno = ETIMEDOUT;
	}
	return n > 0 || error_set_errno(error, "the receiver does not answer");
}

int wire_connect(const char *address, GError **error)
{
	struct sockaddr_storage where;
	socklen_t size, problem_size = sizeof(int);
	auto_fd int fd = -1;
	int problem = 0;

	g_assert(read_address(address, &where, &size));
	fd = socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || (connect(fd, (struct sockaddr *)&where, size) < 0 && errno != EINPROGRESS)) {
		error_set_errno(error, "cannot connect to %s", address);
		return -1;
	}
	if (!wire_wait(fd, POLLOUT, error)) {
		return -1;
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &problem_size);
	if (problem != 0) {
		errno = problem;
		error_set_errno(error, "cannot connect to %s", address);
		return -1;
	}
	return fd_steal(&fd);
}

void wire_append_counted(GString *out, const char *record, gsize size)
{
	g_string_append_printf(out, "%" G_GSIZE_FORMAT " ", size);
	g_string_append_len(out, record, (gssize)size);
}

bool wire_write(int fd, const char *data, gsize size, GError **error)
{
	while (size > 0) {
		ssize_t put = send(fd, data, size, MSG_NOSIGNAL);

		if (put < 0 && errno == EAGAIN) {
			if (!wire_wait(fd, POLLOUT, error)) {
				return false;
			}
			continue;
		}
		if (put < 0 && errno != EINTR) {
			return error_set_errno(error, "the connection broke");
		}
		data += MAX(put, 0);
		size -= (gsize)MAX(put, 0);
	}
	return true;
}

/* A connection that the other side has ended may have lost what it acknowledged: that is an error.
 */
static bool is_alive(int fd, GError **error)
{
	char byte;
	ssize_t got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	if (got > 0 || (got < 0 && errno == EAGAIN)) {
		return true;
	}
	if (got == 0) {
		errno = ECONNRESET;
	}
	return error_set_errno(error, "the connection broke");
}

bool wire_drain(int fd, GError **error)
{
	gint64 deadline = clock_mono_usec() + WIRE_PATIENCE_MS * 1000;
	int left = 1;

	while (ioctl(fd, SIOCOUTQ, &left) == 0 && left > 0) {
		if (clock_mono_usec() > deadline) {
			errno = ETIMEDOUT;
			return error_set_errno(error, "the receiver does not take it");
		}
		g_usleep(DRAIN_STEP_MS * 1000);
	}
	return is_alive(fd, error);
}

bool wire_take(int fd, GString *into, bool *ret_more, GError **error)
{
	char block[16384];
	ssize_t got = recv(fd, block, sizeof(block), MSG_DONTWAIT);

	*ret_more = false;
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		return true;
	}
	if (got <= 0) {
		errno = got == 0 ? ECONNRESET : errno;
		return error_set_errno(error, "the connection broke");
	}
	g_string_append_len(into, block, got);
	*ret_more = got == (ssize_t)sizeof(block);
	return true;
}

bool wire_read(int fd, GString *into, GError **error)
{
	bool has_more;

	return wire_wait(fd, POLLIN, error) && wire_take(fd, into, &has_more, error);
}
