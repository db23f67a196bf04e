/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pending paths: see pending.h. */
#include "recorder/pending.h"

struct PendingSet {
	GHashTable *by_path; /* Order.path -> Pending */
	GSequence *by_due;   /* of Pending */
	GSequence *by_age;   /* of Pending, oldest first, without rechecks */
};

gint64 pending_when(const Pending *pending)
{
	return MAX(pending->due_usec, MAX(pending->floor_usec, pending->held_usec));
}

static int compare_when(const void *a, const void *b, void *unused)
{
	gint64 x = pending_when(a);
	gint64 y = pending_when(b);

	return (x > y) - (x < y);
}

static int compare_age(const void *a, const void *b, void *unused)
{
	guint64 x = ((const Pending *)a)->order->born;
	guint64 y = ((const Pending *)b)->order->born;

	return (x > y) - (x < y);
}

static void pending_free(void *data)
{
	Pending *pending = data;

	order_free(pending->order);
	g_free(pending);
}

PendingSet *pending_set_new(void)
{
	PendingSet *set = g_new0(PendingSet, 1);

	set->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, pending_free);
	set->by_due = g_sequence_new(NULL);
	set->by_age = g_sequence_new(NULL);
	return set;
}

void pending_set_free(PendingSet *set)
{
	g_sequence_free(set->by_due);
	g_sequence_free(set->by_age);
	g_hash_table_unref(set->by_path);
	g_free(set);
}

Pending *pending_set_find(const PendingSet *set, const char *path)
{
	return g_hash_table_lookup(set->by_path, path);
}

guint pending_set_count(const PendingSet *set)
{
	return g_hash_table_size(set->by_path);
}

Pending *pending_set_add(PendingSet *set, Order *order, gint64 first_usec)
{
	Pending *pending = g_new0(Pending, 1);

	pending->order = order;
	pending->first_usec = first_usec;
	pending->due_usec = first_usec;
	g_hash_table_insert(set->by_path, order->path, pending);
	pending->in_due = g_sequence_insert_sorted(set->by_due, pending, compare_when, NULL);
	if (!order->is_recheck) {
		pending_set_age(set, pending);
	}
	return pending;
}

Order *pending_set_take(PendingSet *set, Pending *pending)
{
	Order *order = g_steal_pointer(&pending->order);

	g_sequence_remove(pending->in_due);
	if (pending->in_age != NULL) {
		g_sequence_remove(pending->in_age);
	}
	g_hash_table_remove(set->by_path, order->path);
	return order;
}

void pending_set_reschedule(PendingSet *set, Pending *pending)
{
	g_sequence_sort_changed(pending->in_due, compare_when, NULL);
}

void pending_set_age(PendingSet *set, Pending *pending)
{
	if (pending->in_age != NULL) {
		g_sequence_sort_changed(pending->in_age, compare_age, NULL);
	} else {
		pending->in_age = g_sequence_insert_sorted(set->by_age, pending, compare_age, NULL);
	}
}

static Pending *first_of(GSequence *sequence)
{
	GSequenceIter *first = g_sequence_get_begin_iter(sequence);

	return g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
}

Pending *pending_set_next(const PendingSet *set)
{
	return first_of(set->by_due);
}

Pending *pending_set_oldest(const PendingSet *set)
{
	return first_of(set->by_age);
}

void pending_set_each(PendingSet *set, void (*each)(Pending *pending, void *context), void *context)
{
	GHashTableIter iter;
	void *pending;

	g_hash_table_iter_init(&iter, set->by_path);
	while (g_hash_table_iter_next(&iter, NULL, &pending)) {
		each(pending, context);
	}
	g_sequence_sort(set->by_due, compare_when, NULL);
}

static void remove_all(GSequence *sequence)
{
	g_sequence_remove_range(g_sequence_get_begin_iter(sequence),
				g_sequence_get_end_iter(sequence));
}

void pending_set_clear(PendingSet *set)
{
	remove_all(set->by_due);
	remove_all(set->by_age);
	g_hash_table_remove_all(set->by_path);
}
