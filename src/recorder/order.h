/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values: an order: one look that is due, or will be. Made by the settle, carried out by the look.
 */
#pragma once

#include "event/actor.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *path;
	char *moved_from;  /* a rename brought it from there, if what is there now agrees; NULL */
	gint64 wall_usec;  /* of the first hint; 0: not known */
	bool is_subtree;   /* look at everything below, also where it seems well known */
	bool is_new;       /* began as a new name: if it is gone again, it was transient */
	bool is_begun;     /* made, and not closed since: its maker may be about to fill it */
	gint64 lived_usec; /* such a name: from its first hint to its last end, as far as known */
	bool is_open;      /* its writer has not closed it */
	bool is_offline;   /* a rescan after a gap: the time of what it finds is not known */
	bool is_recheck;   /* no hint: an entry whose last stat was in doubt */
	bool must_read;    /* its stat is not to be believed: read it though it seems unchanged */
	bool was_empty;    /* was found emptied, and waited for what may follow */
	guint postponed;   /* how often it was due and had to wait on */
	guint64 born;      /* order of arrival */
	GPtrArray *actors; /* of Actor: who was seen at it; NULL: nobody */
} Order;

Order *order_copy(const Order *order);
void order_free(Order *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Order, order_free)
