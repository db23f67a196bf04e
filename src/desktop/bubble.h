/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bubbles: the cards that are on the screen. Given the cards that should be there, does what is
 * missing: withdraws, updates in place, shows; nothing for what is as it should be. How that is
 * done stands in BubbleOps: a notification server (server.h), or nothing at all in tests.
 */
#pragma once

#include "desktop/card.h"

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Bubbles Bubbles;

/*
 * `show` puts a card on the screen, in place of the bubble *handle unless that is NULL, and sets
 * *handle; on failure *handle may have become NULL. `close` withdraws a bubble, `drop` forgets one
 * that is gone already; both free the handle.
 */
typedef struct {
	bool (*show)(gpointer self, const Card *card, gpointer *handle, GError **error);
	void (*close)(gpointer self, gpointer handle);
	void (*drop)(gpointer self, gpointer handle);
} BubbleOps;

Bubbles *bubbles_new(const BubbleOps *ops, gpointer self);
/* Withdraws what is still shown. */
void bubbles_free(Bubbles *bubbles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bubbles, bubbles_free)

/*
 * Makes the screen show `cards` (of Card, taken over one by one). Stops at the first that cannot be
 * shown: false and *error; what was done so far stays, and the next call goes on. *ret_calls is how
 * often the ops were called.
 */
bool bubbles_put(Bubbles *bubbles, GPtrArray *cards, guint *ret_calls, GError **error);

/* The card shown under a key; NULL. */
const Card *bubbles_card(const Bubbles *bubbles, const char *key);

/* A bubble was closed by somebody else: it is forgotten. */
void bubbles_closed(Bubbles *bubbles, const char *key);

/* The server has gone, and with it every bubble. */
void bubbles_forget(Bubbles *bubbles);
