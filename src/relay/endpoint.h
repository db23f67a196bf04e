/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An endpoint of the bus: an address, and the socket that listens there. The socket is made, bound
 * and listened on before the wall stands, then handed to ZeroMQ (ZMQ_USE_FD); so the wall can
 * forbid making sockets. The file of a socket stays when the relay ends: the next one replaces it.
 *
 * `ipc://PATH`, or `tcp://ADDRESS:PORT` with CURVE and never without: whoever connects there must
 * know the server's key and have one that the gate knows.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct {
	char *url;
	int fd; /* listening; -1 once taken by ZeroMQ */
} Endpoint;

void endpoint_free(Endpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Endpoint, endpoint_free)

/* The path of an `ipc://` address, or NULL and *error: what is wrong and what to write instead. */
const char *endpoint_path(const char *url, GError **error);

/* Whether an address is one of the network. */
bool endpoint_is_network(const char *url);

/* The address of the machine in a `tcp://` one: numbers, or `*` for all of them. */
bool endpoint_address(const char *url, struct sockaddr_storage *ret, GError **error);

/*
 * Listens on each address; a file gets mode 0660, group `reader_group` (-1: as it comes). A stale
 * socket is replaced; anything else at the path is left alone and an error. An array of Endpoint.
 */
GPtrArray *endpoints_listen(const char *const *urls, int reader_group, GError **error);

/*
 * A ZeroMQ socket of `type` that accepts on all of them, with the limits every socket of the bus
 * has, and the gate (gate.h) before it. `secret`: the server's key; without it an address of the
 * network is an error. `max_frame_bytes` caps what a peer may send. NULL and *error.
 */
void *endpoints_open(GPtrArray *endpoints, void *zmq, int type, const char *secret,
		     int max_frame_bytes, int queue, GError **error);
