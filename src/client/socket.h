/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The client's ZeroMQ sockets: where they may connect to, and the limits they all have.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* What a connection over the network needs; all NULL for those of this machine. */
typedef struct {
	char *server_public, *own_public, *own_secret;
} SocketKeys;

void socket_keys_clear(SocketKeys *keys);
/* Keeps copies; false and *error: these are no keys. Both NULL: no keys. */
bool socket_keys_set(SocketKeys *keys, const char *server_public, const char *own_secret,
		     GError **error);

/* Whether an address can be connected to: ipc://, or tcp:// with keys. */
bool socket_check(const char *url, const SocketKeys *keys, GError **error);

/* In two steps, for who must do something in between. */
void *socket_make(void *zmq, int type, const char *url, const SocketKeys *keys, GError **error);
bool socket_connect(void *socket, const char *url, GError **error);

/* A connected ZMQ_SUB (subscribed to events and heartbeats) or ZMQ_DEALER; NULL and *error. */
void *socket_open(void *zmq, int type, const char *url, const SocketKeys *keys, GError **error);
