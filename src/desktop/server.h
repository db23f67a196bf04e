/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The notification server of the session, through libnotify: the BubbleOps that show something. The
 * server may be absent, start later or be replaced at any time; whoever owns us is told when it
 * comes and when it goes. Calls are synchronous (libnotify knows no others), so they are made from
 * the main loop alone and few at a time; what the bus brings is read in a thread of its own
 * (feed.h).
 */
#pragma once

#include "desktop/bubble.h"

#include <glib.h>

typedef struct Server Server;

typedef enum {
	REACTION_SHOW,
	REACTION_ACKNOWLEDGE,
	REACTION_REQUEST, /* this was me */
	REACTION_CLOSED,  /* dismissed, or expired: the person has seen it */
} Reaction;

typedef struct {
	gpointer self;
	bool has_no_actions; /* there is nothing that the person may do */
	void (*reacted)(gpointer self, const char *key, Reaction reaction);
	void (*came)(gpointer self);
	void (*went)(gpointer self);
} ServerListener;

/* The listener is copied. */
Server *server_new(const ServerListener *listener);
void server_free(Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server, server_free)

/* With the server as their `self`. */
extern const BubbleOps server_ops;
