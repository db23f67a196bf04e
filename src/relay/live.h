/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The live side of the bus: an XPUB. It drops silently for readers that are slow, so what it sends
 * is a doorbell with a body; the ROUTER (replay.h) is where nothing is lost.
 */
#pragma once

#include "base/error.h"
#include "relay/gate.h"
#include "relay/message.h"

#include <glib.h>

typedef struct Live Live;

/* Takes over the listening sockets of `endpoints`; the gate stays the caller's. */
Live *live_open(void *zmq, GPtrArray *endpoints, Gate *gate, GError **error);
void live_close(Live *live);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Live, live_close)

/* The ZeroMQ socket, for polling. */
void *live_socket(Live *live);

/* Publishes to everybody who is subscribed and keeps up. */
void live_publish(Live *live, const Message *message);

/* The same of two frames. */
void live_publish_word(Live *live, const char *topic, const char *text);

/* Hears who subscribes and who leaves; bounded work: call again while the socket is readable. */
void live_hear(Live *live);

/* How many subscriptions there are now. */
guint live_subscriptions(const Live *live);
