/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Endpoints: see endpoint.h. */
#include "relay/endpoint.h"
#include "base/escape.h"
#include "base/fd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#define BACKLOG 128
#define SOCKET_MODE 0660
#define SOCKET_UMASK 007
#define LINGER_MS 1000
#define PING_MS 5000     /* a peer that is silent is asked */
#define SILENCE_MS 15000 /* and dropped when it does not answer */
#define HANDSHAKE_MS 5000

void endpoint_free(Endpoint *endpoint)
{
	if (endpoint == NULL) {
		return;
	}
	fd_close(&endpoint->fd);
	g_free(endpoint->url);
	g_free(endpoint);
}

const char *endpoint_path(const char *url, GError **error)
{
	g_autofree char *shown = escape_path(url);
	const char *path;

	if (g_str_has_prefix(url, "tcp://")) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s: tcp needs CURVE keys, which this version cannot use yet; nothing "
			    "leaves the machine unencrypted. Use an ipc:// address",
			    shown);
		return NULL;
	}
	if (!g_str_has_prefix(url, "ipc:///")) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: not an address of the bus; write ipc:///absolute/path", shown);
		return NULL;
	}
	path = url + strlen("ipc://");
	if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    "%s: the path has %zu bytes, a socket's may have 107; choose a shorter "
			    "runtime folder",
			    shown, strlen(path));
		return NULL;
	}
	return path;
}

/* Nobody but a relay before us puts a socket there; anything else is not ours to remove. */
static bool remove_stale(const char *path, GError **error)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		return errno == ENOENT || error_set_errno(error, "cannot look at %s", path);
	}
	if (!S_ISSOCK(st.st_mode)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s is in the way and is no socket; move it", path);
		return false;
	}
	return unlink(path) == 0 || error_set_errno(error, "cannot remove the old %s", path);
}

static bool bind_and_listen(int fd, const char *path, int reader_group, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t before = umask(SOCKET_UMASK);
	int rc;

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	rc = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(before);
	if (rc < 0) {
		return error_set_errno(error, "cannot bind %s", path);
	}
	if (reader_group >= 0 && lchown(path, (uid_t)-1, (gid_t)reader_group) < 0) {
		return error_set_errno(error, "cannot give %s to group %d", path, reader_group);
	}
	if (chmod(path, SOCKET_MODE) < 0 || listen(fd, BACKLOG) < 0) {
		return error_set_errno(error, "cannot listen on %s", path);
	}
	return true;
}

static Endpoint *endpoint_listen(const char *url, int reader_group, GError **error)
{
	const char *path = endpoint_path(url, error);
	auto_fd int fd = -1;
	Endpoint *endpoint;

	if (path == NULL || !remove_stale(path, error)) {
		return NULL;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		error_set_errno(error, "cannot make a socket");
		return NULL;
	}
	if (!bind_and_listen(fd, path, reader_group, error)) {
		return NULL;
	}
	endpoint = g_new0(Endpoint, 1);
	endpoint->url = g_strdup(url);
	endpoint->fd = fd_steal(&fd);
	return endpoint;
}

GPtrArray *endpoints_listen(const char *const *urls, int reader_group, GError **error)
{
	g_autoptr(GPtrArray) endpoints =
		g_ptr_array_new_with_free_func((GDestroyNotify)endpoint_free);

	for (; urls != NULL && *urls != NULL; urls++) {
		Endpoint *endpoint = endpoint_listen(*urls, reader_group, error);

		if (endpoint == NULL) {
			return NULL;
		}
		g_ptr_array_add(endpoints, endpoint);
	}
	return g_steal_pointer(&endpoints);
}

static bool set_limits(void *socket, int max_frame_bytes, int queue)
{
	const struct {
		int option, value;
	} limits[] = {
		{ZMQ_SNDHWM, queue},
		{ZMQ_RCVHWM, queue},
		{ZMQ_LINGER, LINGER_MS},
		{ZMQ_HEARTBEAT_IVL, PING_MS},
		{ZMQ_HEARTBEAT_TIMEOUT, SILENCE_MS},
		{ZMQ_HEARTBEAT_TTL, SILENCE_MS},
		{ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS},
	};
	gint64 max = max_frame_bytes;

	for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
		if (zmq_setsockopt(socket, limits[i].option, &limits[i].value, sizeof(int)) < 0) {
			return false;
		}
	}
	return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max, sizeof(max)) == 0;
}

/* ZeroMQ closes the descriptor with the socket. */
static bool hand_over(Endpoint *endpoint, void *socket)
{
	if (zmq_setsockopt(socket, ZMQ_USE_FD, &endpoint->fd, sizeof(endpoint->fd)) < 0 ||
	    zmq_bind(socket, endpoint->url) < 0) {
		return false;
	}
	endpoint->fd = -1;
	return true;
}

void *endpoints_open(GPtrArray *endpoints, void *zmq, int type, int max_frame_bytes, int queue,
		     GError **error)
{
	void *socket = zmq_socket(zmq, type);
	bool ok = socket != NULL && set_limits(socket, max_frame_bytes, queue);

	for (guint i = 0; ok && i < endpoints->len; i++) {
		ok = hand_over(g_ptr_array_index(endpoints, i), socket);
	}
	if (!ok) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "cannot open the bus: %s",
			    zmq_strerror(zmq_errno()));
		if (socket != NULL) {
			zmq_close(socket);
		}
		return NULL;
	}
	return socket;
}
