/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose turn it is to be told of an alert, by mail; and the memory of who was. The line of those
 * who answer for it is asked anew each time, so who has left is passed over from that moment on.
 * The next is told when the last has not acknowledged in time, or is not in the line any more.
 */
#pragma once

#include "bridge/alerts.h"
#include "bridge/ledger.h"
#include "bridge/roster.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *to;          /* addresses, joined with ", " */
	char *name;        /* of whom; "": the recipients, for nobody answers for it */
	char *next;        /* who is told after him; NULL: nobody */
	gint64 next_usec;  /* and when */
	gint64 again_usec; /* when nobody is to be told: when to ask again */
} Turn;

void turn_clear(Turn *turn);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Turn, turn_clear)

/* Whether somebody is to be told now. */
bool duties_turn(const Roster *roster, GStrv recipients, const Alert *alert, gint64 now_usec,
		 Turn *ret);

/* Writes down who was told of what is open, and gives it back to a table that was made anew. */
bool duties_store(const Alerts *alerts, Ledger *ledger, GError **error);
bool duties_recall(Alerts *alerts, const Ledger *ledger);
