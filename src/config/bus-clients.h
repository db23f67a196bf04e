/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: who may listen over the network, and to what (KEYS/clients, doc/bus.md). One client a
 * line: its name, its public key, and the topics it may hear, as prefixes that end with `/`; none:
 * all. Empty lines and lines that begin with `#` do not count.
 *
 *   siem-1    rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7
 *   pager     JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6  ev/1/alert/
 *
 * Heartbeats (hb/1/) are for everybody who is let in.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define BUS_CLIENTS_MAX 4096
#define BUS_CLIENTS_MAX_BYTES (1024 * 1024) /* of their file */
#define BUS_CLIENT_TOPICS_MAX 64

typedef struct {
	char *name; /* letters, digits, `.`, `-`, `_` */
	char *key;
	GStrv topics; /* prefixes; at least one */
} BusClient;

/* Whether a name can be a client's. */
bool bus_client_name_is_valid(const char *name);
/* Whether a text can be a topic that somebody is given the right to hear. */
bool bus_client_topic_is_valid(const char *topic);

/* An array of BusClient out of the text of the file; NULL and *error with the line. Names and keys
 * stand for one client each. */
GPtrArray *bus_clients_parse(const char *text, GError **error);

/* The client with this key; NULL: there is none. */
const BusClient *bus_clients_find(const GPtrArray *clients, const char *key);

/* Whether the client may hear a message of this topic. */
bool bus_client_may_hear(const BusClient *client, const char *topic);

/* What a subscription to `wanted` (a prefix) gives the client: the prefixes of all that it asks for
 * and may hear; an empty list: nothing. Caller frees. */
GStrv bus_client_grant(const BusClient *client, const char *wanted);
