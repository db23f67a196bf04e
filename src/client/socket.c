/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sockets of the client: see socket.h. */
#include "client/socket.h"

#include "base/error.h"

#include <zmq.h>

#define MAX_FRAME_BYTES (1024 * 1024)
#define QUEUE 1000
#define RECONNECT_MS 100
#define RECONNECT_MOST_MS 1000
#define PING_MS 5000
#define PING_PATIENCE_MS 15000

bool socket_check(const char *url, GError **error)
{
	if (!g_str_has_prefix(url, "ipc://")) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: only ipc:// addresses can be used; tcp needs CURVE keys, which "
			    "this version cannot use yet",
			    url);
		return false;
	}
	return true;
}

static void set_limits(void *socket)
{
	const struct {
		int option, value;
	} limits[] = {
		{ZMQ_RCVHWM, QUEUE},
		{ZMQ_LINGER, 0},
		{ZMQ_RECONNECT_IVL, RECONNECT_MS},
		{ZMQ_RECONNECT_IVL_MAX, RECONNECT_MOST_MS},
		{ZMQ_HEARTBEAT_IVL, PING_MS},
		{ZMQ_HEARTBEAT_TIMEOUT, PING_PATIENCE_MS},
		{ZMQ_HEARTBEAT_TTL, PING_PATIENCE_MS},
	};
	gint64 max = MAX_FRAME_BYTES;

	for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
		zmq_setsockopt(socket, limits[i].option, &limits[i].value, sizeof(int));
	}
	zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max, sizeof(max));
}

void *socket_open(void *zmq, int type, const char *url, GError **error)
{
	void *socket = zmq_socket(zmq, type);

	if (socket != NULL) {
		set_limits(socket);
		if (type == ZMQ_SUB) {
			zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "ev/1/", 5);
			zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "hb/1/", 5);
		}
		if (zmq_connect(socket, url) == 0) {
			return socket;
		}
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "cannot connect to %s: %s", url,
		    zmq_strerror(zmq_errno()));
	if (socket != NULL) {
		zmq_close(socket);
	}
	return NULL;
}
