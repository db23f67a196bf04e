/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The refusal: whether the relay has turned our key away. ZeroMQ notices, tells only who asks (its
 * monitor), and does not call there again; without this a key that nobody allowed would wait in
 * silence for ever.
 */
#pragma once

#include <stdbool.h>

typedef struct {
	void *guarded; /* the socket that is watched; borrowed */
	void *monitor; /* what ZeroMQ tells of it; NULL: nothing is watched */
} Refusal;

/* Begins to watch a socket that is not connected yet; refusal_clear before it is closed. */
void refusal_watch(Refusal *refusal, void *zmq, void *guarded);
void refusal_clear(Refusal *refusal);

/* Whether there was a refusal since the last call. */
bool refusal_take(Refusal *refusal);
