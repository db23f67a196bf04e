/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The client's ZeroMQ sockets: where they may connect to, and the limits they all have.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether an address can be connected to; only ipc:// for now. */
bool socket_check(const char *url, GError **error);

/* A connected ZMQ_SUB (subscribed to events and heartbeats) or ZMQ_DEALER; NULL and *error. */
void *socket_open(void *zmq, int type, const char *url, GError **error);
