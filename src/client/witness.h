/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The witness: what a subscriber remembers of a host's checkpoints (event/checkpoint.h), and holds
 * against what it is given. It knows the newest one that was proven to lie on the chain it follows,
 * by whose key, and the ids of the last events, so that a checkpoint of a moment ago can be proven.
 * Knows nothing of sockets.
 */
#pragma once

#include "client/letter.h"

#include "event/checkpoint.h"

#include <glib.h>
#include <stdbool.h>

#define WITNESS_RECENT 4096 /* events */

typedef struct Witness Witness;

/* `remembered`: a line of before, whose key is then the only one that counts; NULL: none, and the
 * first key that is heard counts. NULL and *error: the line is not what it says. */
Witness *witness_new(const char *remembered, GError **error);
void witness_free(Witness *witness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Witness, witness_free)

/* The newest proven checkpoint; NULL: none. */
const Checkpoint *witness_known(const Witness *witness);

/* An event as the next of the chain. False and *error: the host had signed another id for its
 * number. */
bool witness_event(Witness *witness, guint64 seq, const char *id, GError **error);

/* The body of a heartbeat. False and *error: it has a checkpoint that contradicts what is known.
 * One that nobody signed, or whose event has not come yet, is not taken. True in *ret_new:
 * witness_known is another one. */
bool witness_heartbeat(Witness *witness, const char *body, gsize size, bool *ret_new,
		       GError **error);
