/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gate: who is let in (ZeroMQ's ZAP, RFC 27), and who is put out again. ZeroMQ asks it about
 * every connection before a byte of it is heard: over the network the key must be on the keyring;
 * on this machine the socket's own mode has decided already, and the gate notes who it was.
 *
 * ZeroMQ has no way to end one connection, so the gate remembers from which descriptor a caller has
 * spoken (callers_note), and shuts that down when its rights change: it comes back, and is asked
 * anew. A descriptor that meanwhile belongs to somebody else costs that one a reconnection.
 */
#pragma once

#include "base/error.h"
#include "relay/access.h"
#include "relay/keyring.h"

#include <glib.h>
#include <stdbool.h>
#include <zmq.h>

/* How endpoints name themselves to the gate. */
#define GATE_LOCAL "local"
#define GATE_NETWORK "network"

typedef struct Gate Gate;

/* Before the sockets that are to be guarded. Keyring and log stay the caller's. */
Gate *gate_open(void *zmq, Keyring *keyring, Access *access, GError **error);
void gate_close(Gate *gate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gate, gate_close)

/* The ZeroMQ socket, for polling. */
void *gate_socket(Gate *gate);

/* Answers who waits; bounded work: call again while it is readable. */
void gate_answer(Gate *gate);

/* A caller as the first frame of its message shows it; both NULL and -1 when nobody knows. */
typedef struct {
	const char *user; /* borrowed of the message */
	const char *from;
	int fd;
} Caller;

Caller gate_caller(Gate *gate, zmq_msg_t *message);

/* Puts out whom the keyring no longer gives the rights that it had when it spoke. */
void gate_recheck(Gate *gate);

/* Puts one caller out. */
void gate_put_out(Gate *gate, const Caller *caller, const char *why);

/* Writes to the access log. */
void gate_note(Gate *gate, const Caller *caller, AccessEntry entry);

/* Whose rights count. */
const Keyring *gate_keyring(const Gate *gate);
