/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sockets of the client: see socket.h. */
#include "client/socket.h"

#include "base/error.h"

#include <string.h>
#include <zmq.h>

#define MAX_FRAME_BYTES (1024 * 1024)
#define QUEUE 1000
#define RECONNECT_MS 100
#define RECONNECT_MOST_MS 1000
#define PING_MS 5000
#define PING_PATIENCE_MS 15000

#define NETWORK "tcp://"
#define KEY_CHARS 40

void socket_keys_clear(SocketKeys *keys)
{
	g_free(keys->server_public);
	g_free(keys->own_public);
	g_free(keys->own_secret);
	memset(keys, 0, sizeof(*keys));
}

static bool is_key(const char *text)
{
	guint8 raw[KEY_CHARS / 5 * 4];

	return text != NULL && strlen(text) == KEY_CHARS && zmq_z85_decode(raw, text) != NULL;
}

bool socket_keys_set(SocketKeys *keys, const char *server_public, const char *own_secret,
		     GError **error)
{
	char public[KEY_CHARS + 1];

	if (server_public == NULL && own_secret == NULL) {
		return true;
	}
	if (!is_key(server_public) || !is_key(own_secret) ||
	    zmq_curve_public(public, own_secret) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "the server's public key and our own secret key have 40 characters of "
			    "Z85 each");
		return false;
	}
	keys->server_public = g_strdup(server_public);
	keys->own_public = g_strdup(public);
	keys->own_secret = g_strdup(own_secret);
	return true;
}

bool socket_check(const char *url, const SocketKeys *keys, GError **error)
{
	if (g_str_has_prefix(url, "ipc://")) {
		return true;
	}
	if (!g_str_has_prefix(url, NETWORK)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: not an address of the bus, ipc:// or tcp://", url);
		return false;
	}
	if (keys->own_secret == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: tcp needs CURVE keys, the server's public one and one of ours",
			    url);
		return false;
	}
	return true;
}

static void set_keys(void *socket, const SocketKeys *keys)
{
	zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, keys->server_public, KEY_CHARS + 1);
	zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys->own_public, KEY_CHARS + 1);
	zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->own_secret, KEY_CHARS + 1);
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

static bool complain(GError **error, const char *url)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "cannot connect to %s: %s", url,
		    zmq_strerror(zmq_errno()));
	return false;
}

void *socket_make(void *zmq, int type, const char *url, const SocketKeys *keys, GError **error)
{
	void *socket = zmq_socket(zmq, type);

	if (socket == NULL) {
		complain(error, url);
		return NULL;
	}
	set_limits(socket);
	if (g_str_has_prefix(url, NETWORK)) {
		set_keys(socket, keys);
	}
	if (type == ZMQ_SUB) {
		zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "ev/1/", 5);
		zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "hb/1/", 5);
	}
	return socket;
}

bool socket_connect(void *socket, const char *url, GError **error)
{
	return zmq_connect(socket, url) == 0 || complain(error, url);
}

void *socket_open(void *zmq, int type, const char *url, const SocketKeys *keys, GError **error)
{
	void *socket = socket_make(zmq, type, url, keys, error);

	if (socket != NULL && !socket_connect(socket, url, error)) {
		zmq_close(socket);
		return NULL;
	}
	return socket;
}
