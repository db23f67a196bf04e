/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Endpoints: see endpoint.h. */
#include "relay/endpoint.h"
#include "base/escape.h"
#include "base/fd.h"
#include "relay/gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#define NETWORK "tcp://"
#define BACKLOG 128
#define SOCKET_MODE 0660
#define SOCKET_UMASK 007
#define LINGER_MS 1000
#define PING_MS 5000     /* a peer that is silent is asked */
#define SILENCE_MS 15000 /* and dropped when it does not answer */
#define HANDSHAKE_MS 5000
#define HANDSHAKE_BYTES 1024 /* CURVE's own frames are bigger than a request */

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

	if (!g_str_has_prefix(url, "ipc:///")) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: not an address of the bus; write ipc:///absolute/path or "
			    "tcp://ADDRESS:PORT",
			    shown);
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

bool endpoint_is_network(const char *url)
{
	return g_str_has_prefix(url, NETWORK);
}

static bool read_host(const char *host, guint16 port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	gsize size = strlen(host);

	memset(ret, 0, sizeof(*ret));
	if (size > 2 && host[0] == '[' && host[size - 1] == ']') {
		g_autofree char *inside = g_strndup(host + 1, size - 2);

		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		return inet_pton(AF_INET6, inside, &v6->sin6_addr) == 1;
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons(port);
	return g_str_equal(host, "*") || inet_pton(AF_INET, host, &v4->sin_addr) == 1;
}

bool endpoint_address(const char *url, struct sockaddr_storage *ret, GError **error)
{
	const char *rest = url + strlen(NETWORK);
	const char *colon = strrchr(rest, ':');
	g_autofree char *host = colon == NULL ? NULL : g_strndup(rest, (gsize)(colon - rest));
	g_autofree char *shown = escape_path(url);
	guint64 port = 0;

	if (host == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL) ||
	    !read_host(host, (guint16)port, ret)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: not an address to listen at; write tcp://192.0.2.1:PORT, "
			    "tcp://[2001:db8::1]:PORT, or tcp://*:PORT",
			    shown);
		return false;
	}
	return true;
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

static int listen_here(const char *url, int reader_group, GError **error)
{
	const char *path = endpoint_path(url, error);
	auto_fd int fd = -1;

	if (path == NULL || !remove_stale(path, error)) {
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		error_set_errno(error, "cannot make a socket");
		return -1;
	}
	return bind_and_listen(fd, path, reader_group, error) ? fd_steal(&fd) : -1;
}

static int listen_on_network(const char *url, GError **error)
{
	struct sockaddr_storage address;
	auto_fd int fd = -1;
	int again = 1;

	if (!endpoint_address(url, &address, error)) {
		return -1;
	}
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &again, sizeof(again)) < 0) {
		error_set_errno(error, "cannot make a socket");
		return -1;
	}
	if (bind(fd, (struct sockaddr *)&address,
		 address.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					       : sizeof(struct sockaddr_in)) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		error_set_errno(error, "cannot listen at %s", url);
		return -1;
	}
	return fd_steal(&fd);
}

static Endpoint *endpoint_listen(const char *url, int reader_group, GError **error)
{
	auto_fd int fd = endpoint_is_network(url) ? listen_on_network(url, error)
						  : listen_here(url, reader_group, error);
	Endpoint *endpoint;

	if (fd < 0) {
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

static bool set_limits(void *socket, int queue)
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

	for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
		if (zmq_setsockopt(socket, limits[i].option, &limits[i].value, sizeof(int)) < 0) {
			return false;
		}
	}
	return true;
}

/* Options of a socket count for the addresses that it is given behind them. Without a gate ZeroMQ
 * would let everybody in; so that must be open before, and is. */
static bool set_security(void *socket, const Endpoint *endpoint, const char *secret,
			 int max_frame_bytes)
{
	bool is_network = endpoint_is_network(endpoint->url);
	const char *domain = is_network ? GATE_NETWORK : GATE_LOCAL;
	gint64 max = is_network ? MAX(max_frame_bytes, HANDSHAKE_BYTES) : max_frame_bytes;
	int is_server = is_network;

	if (is_network && (secret == NULL || zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret,
							    strlen(secret) + 1) < 0)) {
		errno = EINVAL;
		return false;
	}
	return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max, sizeof(max)) == 0 &&
	       zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &is_server, sizeof(is_server)) == 0 &&
	       zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0;
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

void *endpoints_open(GPtrArray *endpoints, void *zmq, int type, const char *secret,
		     int max_frame_bytes, int queue, GError **error)
{
	void *socket = zmq_socket(zmq, type);
	bool ok = socket != NULL && set_limits(socket, queue);

	for (guint i = 0; ok && i < endpoints->len; i++) {
		Endpoint *endpoint = g_ptr_array_index(endpoints, i);

		ok = set_security(socket, endpoint, secret, max_frame_bytes) &&
		     hand_over(endpoint, socket);
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
