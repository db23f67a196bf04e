/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The replay side of the bus: a ROUTER that answers requests (request.h) out of the tape:
 *
 *   [SINCE][id][max] -> the five frames of each event behind id, then [END][id of the head]
 *                       or [GONE][id of the oldest event]: this id is unknown here
 *
 *   [SINCE][id][max][LINES] -> the same as messages [LINES][several lines of the journal], which
 *                       is what costs least; who may not hear everything gets the five frames
 *
 * An event that the caller may not hear comes without topic and body (message_hide).
 *
 * Everybody is served in turn, a slice each, so a greedy client costs the others nothing but their
 * share; one that does not read is left waiting and in the end forgotten. What is no request is
 * dropped and counted. All that a client can make the relay hold is bounded.
 */
#pragma once

#include "base/error.h"
#include "relay/gate.h"
#include "relay/tape.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Replay Replay;

/* Takes over the listening sockets of `endpoints`; gate and tape stay the caller's. */
Replay *replay_open(void *zmq, GPtrArray *endpoints, Gate *gate, Tape *tape, GError **error);
void replay_close(Replay *replay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Replay, replay_close)

/* The ZeroMQ socket, for polling. */
void *replay_socket(Replay *replay);

/* Takes requests off the socket; bounded work: call again while it is readable. */
void replay_hear(Replay *replay);

/* Gives the clients in turn their slices; bounded work. Returns in how many milliseconds to call
 * again: 0 at once, -1 not before the next request. */
int replay_serve(Replay *replay);

/* How many messages were dropped because they were no request, or one too many. */
guint64 replay_dropped(const Replay *replay);

/* What was found wrong with the journal since the last call; NULL: nothing. Caller frees. */
char *replay_take_damage(Replay *replay);
