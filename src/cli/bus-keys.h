/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of the bus, edited: pairs made, and the list of clients that may listen over the network
 * (config/bus-clients.h) with lines added and removed, the rest as it was, the whole checked before
 * it is put in place. A running daemon is told, and waited for: when the verb ends, who was revoked
 * hears nothing more.
 */
#pragma once

#include "cli/context.h"

#include <glib.h>
#include <stdbool.h>

/* A new pair: NAME.key (secret) and NAME.pub in the current folder. */
bool bus_keys_new(const char *name, GError **error);
/* The server's own pair, in the folder of keys. It is never replaced. */
bool bus_keys_new_server(const Context *context, GError **error);

/* Whether a file holds a public key of the bus; what is in it is not said if it does not. */
bool bus_keys_is_public(const char *file);

/* Lets the key in `public_file` listen under `name`; `topics` NULL: to everything. A name that is
 * there already gets the new key and topics. */
bool bus_keys_allow(const Context *context, const char *name, const char *public_file,
		    const char *const *topics, GError **error);

/* Removes the client of that name or key. None there: *ret_count is 0. */
bool bus_keys_revoke(const Context *context, const char *word, guint *ret_count, GError **error);

/* The clients, an array of BusClient; no file: none. */
GPtrArray *bus_keys_clients(const Context *context, GError **error);

typedef enum {
	BUS_KEYS_TOLD,       /* a daemon runs and its relay goes by the new list */
	BUS_KEYS_NO_DAEMON,  /* none of ours runs */
	BUS_KEYS_NO_NETWORK, /* one runs, and listens on this machine alone */
	BUS_KEYS_NO_ANSWER,  /* one runs, and does not take the list: its log says why */
} BusKeysTold;

/* Makes a running daemon take the list, and waits until it has. */
BusKeysTold bus_keys_tell_daemon(const Context *context);
