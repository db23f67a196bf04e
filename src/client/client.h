/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The client side of the bus (design 5.5): subscribe, keep the order, verify the chain, replay what
 * was missed. A client that is given a cursor receives everything after it, once, in order; one
 * without a cursor starts at the head of the moment. It needs no thread of its own and outlives the
 * relay: when that restarts, the client goes on where it was.
 *
 * What comes live is a hint, what comes as an answer to a request is a fact: live messages that are
 * garbage or do not fit only make the client ask, and an answer that does not fit is the end
 * (CLIENT_BROKEN).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Client Client;

typedef struct {
	const char *live;   /* endpoint of the XPUB, "ipc:///run/reeve/live" */
	const char *replay; /* endpoint of the ROUTER */
	const char *since;  /* id to resume behind; "" from the beginning; NULL: from now on */
	int silence_ms;     /* without a sign of life until CLIENT_SILENT; 0: 30 seconds */
	/* for tcp:// addresses, 40 characters each: the server's public key and our own secret one
	 */
	const char *server_key, *secret_key;
	const char
		*checkpoint; /* what client_checkpoint gave before; NULL: nothing is remembered */
	/* bodies are hashed and chained as ever, but whether all of one is sound JSON is for who
	 * parses it to find out */
	bool is_skimming;
} ClientOptions;

typedef struct {
	const char *topic;
	uint64_t seq;
	const char *id;   /* 64 hex digits */
	const char *prev; /* "" for the first */
	const char *body; /* not NUL-terminated beyond size; NUL follows for convenience */
	size_t size;
} ClientEvent;

typedef enum {
	CLIENT_EVENT,
	CLIENT_TIMEOUT, /* also when a signal came in meanwhile */
	CLIENT_SILENT,  /* no heartbeat for 30 s (once per silence) */
	CLIENT_HEARD,   /* heard again after a silence */
	CLIENT_REFUSED, /* the relay does not know our key (*error says what to do); once, until
			 * it is heard. The client tries again all the same */
	CLIENT_GONE,    /* the relay does not know our cursor: history was rewritten. Final */
	CLIENT_BROKEN,  /* the chain does not hold, or is not the one of the checkpoint that was
			 * remembered (says *error). Final */
	CLIENT_ERROR,
} ClientResult;

/*
 * Subscribes. A relay that is not there is no error: the client waits for it. Nor is one that does
 * not know our key (any more): that is said (CLIENT_REFUSED), and tried again.
 *
 * Who may hear only some topics gets only those events; of the others it learns that they were
 * there (they count in seq), so it can still tell that nothing else is missing.
 */
Client *client_new(const ClientOptions *options, GError **error);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

/*
 * The next thing that happens, waiting at most `timeout_ms` (-1: for ever). `ret` is valid until
 * the next call. Every body has been hashed and its prev compared before it is given out.
 */
ClientResult client_next(Client *client, int timeout_ms, ClientEvent *ret, GError **error);

/* The id of the last event given out, or the cursor it started with: what to store. NULL when it
 * started without one and does not know the head yet. */
const char *client_cursor(const Client *client);

/*
 * The newest checkpoint of the host that was proven to lie on this chain, one line of JSON; NULL:
 * none yet. Whoever stores it and gives it to a later client is a witness: that one finds out when
 * history was rewritten, even with a chain that holds and from the beginning. Valid until the next
 * call.
 */
const char *client_checkpoint(Client *client);

/*
 * For who waits in a loop of its own: when one of the descriptors is readable or the deadline
 * (monotonic microseconds, G_MAXINT64: none) has passed, call client_next with timeout 0 until it
 * says CLIENT_TIMEOUT; then ask here anew, as they change. `ret` holds CLIENT_FDS, -1: none.
 */
#define CLIENT_FDS 2
void client_fds(const Client *client, int ret[CLIENT_FDS]);
int64_t client_deadline_usec(const Client *client);

/* The name of the host as its heartbeats give it; NULL: none was heard. */
const char *client_host(const Client *client);
