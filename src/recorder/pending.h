/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pending paths: the orders that wait, found by path, by the time they are due and by age, each in
 * logarithmic time. Only the settle uses it; what the times mean is its business.
 */
#pragma once

#include "recorder/order.h"

#include <glib.h>

typedef enum {
	PHASE_READY,
	PHASE_COMING, /* a new name */
	PHASE_ARMED,  /* being written */
	PHASE_GOING,  /* the name went */
} Phase;

typedef struct {
	Order *order;
	Phase phase;
	bool was_written;  /* one of its hints was of its content */
	gint64 first_usec; /* the first hint, monotonic */
	/* due at the latest of these */
	gint64 due_usec;   /* what its phase says */
	gint64 floor_usec; /* a temporary name, or paired with one */
	gint64 held_usec;  /* a hot path */

	GSequenceIter *in_due, *in_age; /* of the set */
} Pending;

/* When it is due. */
gint64 pending_when(const Pending *pending);

typedef struct PendingSet PendingSet;

PendingSet *pending_set_new(void);
void pending_set_free(PendingSet *set);

Pending *pending_set_find(const PendingSet *set, const char *path);
guint pending_set_count(const PendingSet *set);

/* Adds an order whose path is not there; owned by the set. Rechecks have no age. */
Pending *pending_set_add(PendingSet *set, Order *order, gint64 first_usec);

/* Takes one out; the order is the caller's, `pending` is freed. */
Order *pending_set_take(PendingSet *set, Pending *pending);

/* After a change of one's times. */
void pending_set_reschedule(PendingSet *set, Pending *pending);

/* After a change of one's order->born, or when a recheck has become more than that. */
void pending_set_age(PendingSet *set, Pending *pending);

/* The next to be due, the oldest; NULL when there is none. */
Pending *pending_set_next(const PendingSet *set);
Pending *pending_set_oldest(const PendingSet *set);

/* Calls `each` for all, in no order; it may change their times. */
void pending_set_each(PendingSet *set, void (*each)(Pending *pending, void *context),
		      void *context);

/* Frees all. */
void pending_set_clear(PendingSet *set);
