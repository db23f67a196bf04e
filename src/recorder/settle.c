/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settling: see settle.h. What waits is in a PendingSet; here is how long it waits, and why. */
#include "recorder/settle.h"
#include "base/path.h"
#include "recorder/heat.h"
#include "recorder/pending.h"
#include "recorder/temporary.h"

#define COLLAPSE_PARENTS 10000

struct Settle {
	PendingSet *pending;
	Heat *heat;
	guint64 born;
	guint max_pending;
};

Settle *settle_new(guint max_pending)
{
	Settle *settle = g_new0(Settle, 1);

	settle->pending = pending_set_new();
	settle->heat = heat_new();
	settle->max_pending = max_pending;
	return settle;
}

void settle_free(Settle *settle)
{
	if (settle == NULL) {
		return;
	}
	pending_set_free(settle->pending);
	heat_free(settle->heat);
	g_free(settle);
}

static void set_floor(Pending *p)
{
	const char *name = path_name(p->order->path);

	if (name_is_unpacked(name)) {
		p->floor_usec = p->first_usec + SETTLE_UNPACKED_USEC;
	} else if (name_looks_temporary(name)) {
		p->floor_usec = p->first_usec + SETTLE_TEMPORARY_USEC;
	}
}

static Pending *add_order(Settle *settle, Order *order, gint64 first_usec)
{
	Pending *p = pending_set_add(settle->pending, order, first_usec);

	p->held_usec = heat_held_until(settle->heat, order->path);
	if (!order->is_recheck) {
		set_floor(p);
	}
	pending_set_reschedule(settle->pending, p);
	return p;
}

/* A hint for what had only been a recheck: it becomes a pending path in its own right. */
static void promote(Settle *settle, Pending *p, gint64 wall_usec, gint64 mono_usec)
{
	p->order->is_recheck = false;
	p->order->wall_usec = wall_usec;
	p->order->born = ++settle->born;
	p->first_usec = mono_usec;
	p->due_usec = mono_usec;
	set_floor(p);
	pending_set_age(settle->pending, p);
}

static Pending *pending_for(Settle *settle, const char *path, gint64 wall_usec, gint64 mono_usec)
{
	Pending *p = pending_set_find(settle->pending, path);
	Order *order;

	if (p != NULL && p->order->is_recheck) {
		promote(settle, p, wall_usec, mono_usec);
	}
	if (p != NULL) {
		return p;
	}
	order = g_new0(Order, 1);
	order->path = g_strdup(path);
	order->wall_usec = wall_usec;
	order->born = ++settle->born;
	return add_order(settle, order, mono_usec);
}

/* Waiting for more hints never takes a path beyond this. */
static gint64 at_most(const Pending *p, gint64 due_usec)
{
	return MIN(due_usec, p->first_usec + SETTLE_OPEN_USEC);
}

static void enter(Pending *p, Phase phase, gint64 due_usec)
{
	p->phase = phase;
	p->due_usec = phase == PHASE_READY ? due_usec : at_most(p, due_usec);
}

/*
 * A rename brought the name from a watched one. The old name need not wait to see whether it comes
 * back: both halves belong together. Unless the new name looks temporary: then the old one is
 * being backed up and will be written anew in a moment.
 */
static void pair_with_source(Settle *settle, const Pending *p)
{
	Pending *source = pending_set_find(settle->pending, p->order->moved_from);

	if (source == NULL || source->phase != PHASE_GOING) {
		return;
	}
	source->order->is_new = false;
	source->floor_usec = 0;
	enter(source, PHASE_READY, p->due_usec);
	if (p->floor_usec > 0) {
		source->phase = PHASE_GOING;
		source->due_usec = MIN(p->floor_usec, p->first_usec + SETTLE_TEMPORARY_USEC);
	}
	pending_set_reschedule(settle->pending, source);
}

static void arrive_by_rename(Settle *settle, Pending *p, Hint *hint)
{
	Order *order = p->order;

	order->is_new = true;
	order->is_begun = false;
	order->is_subtree |= hint->is_directory;
	g_free(order->moved_from);
	order->moved_from = g_steal_pointer(&hint->moved_from);
	enter(p, PHASE_READY, hint->mono_usec);
	if (order->moved_from != NULL) {
		pair_with_source(settle, p);
	}
}

/* A hot path is held back for more of the same, content. Its owner, its mode or its end are news of
 * another kind: a second is as long as they wait. */
static void loosen(Pending *p, gint64 now_usec)
{
	p->held_usec = MIN(p->held_usec, now_usec + HEAT_HOLD_USEC);
}

static void apply(Settle *settle, Pending *p, Hint *hint)
{
	gint64 now = hint->mono_usec;

	switch (hint->kind) {
	case HINT_LOOK:
		loosen(p, now);
		if (p->phase == PHASE_READY) {
			enter(p, PHASE_READY, now);
		}
		break;
	case HINT_CREATED:
		p->order->is_new = true;
		p->order->is_begun = true;
		enter(p, PHASE_COMING, now + SETTLE_BRIEF_USEC);
		break;
	case HINT_MOVED:
		arrive_by_rename(settle, p, hint);
		break;
	case HINT_GONE:
		loosen(p, now);
		p->order->lived_usec = p->order->is_new ? now - p->first_usec : 0;
		enter(p, PHASE_GOING, now + SETTLE_BRIEF_USEC);
		break;
	case HINT_WRITING:
		p->was_written = true;
		enter(p, PHASE_ARMED, G_MAXINT64);
		break;
	case HINT_WRITTEN:
		p->was_written = true;
		p->order->is_begun = false;
		if (p->order->is_new) {
			enter(p, PHASE_COMING, now + SETTLE_BRIEF_USEC);
		} else {
			enter(p, PHASE_READY, now);
		}
		break;
	case HINT_SUBTREE:
		p->order->is_subtree = true;
		enter(p, PHASE_READY, now);
		break;
	}
}

/* The directories of all pending paths, or "/" where they are too many. */
typedef struct {
	GHashTable *parents; /* set of char * */
	bool is_offline;     /* one of the orders is a rescan */
} Parents;

static void collect_parent(Pending *p, void *context)
{
	Parents *all = context;

	all->is_offline |= p->order->is_offline;
	if (g_hash_table_size(all->parents) <= COLLAPSE_PARENTS) {
		g_hash_table_add(all->parents, path_parent(p->order->path));
	}
}

/*
 * Replaces all pending paths by looks at the subtrees they are in. No change is lost by that, only
 * its own time: all have that of the oldest hint now.
 */
static void collapse(Settle *settle, gint64 now_usec)
{
	g_autoptr(GHashTable) parents =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Parents all = {parents, false};
	gint64 wall_usec = settle_oldest_wall_usec(settle);
	GHashTableIter iter;
	void *parent;

	pending_set_each(settle->pending, collect_parent, &all);
	if (g_hash_table_size(parents) > COLLAPSE_PARENTS) {
		g_hash_table_remove_all(parents);
		g_hash_table_add(parents, g_strdup("/"));
	}
	pending_set_clear(settle->pending);
	g_hash_table_iter_init(&iter, parents);
	while (g_hash_table_iter_next(&iter, &parent, NULL)) {
		Pending *p = pending_for(settle, parent, wall_usec, now_usec);

		p->order->is_subtree = true;
		p->order->is_offline = all.is_offline;
	}
}

void settle_push(Settle *settle, Hint *hint)
{
	Pending *p = pending_for(settle, hint->path, hint->wall_usec, hint->mono_usec);
	gint64 now = hint->mono_usec;

	apply(settle, p, hint);
	pending_set_reschedule(settle->pending, p);
	hint_clear(hint);
	if (pending_set_count(settle->pending) > settle->max_pending) {
		collapse(settle, now);
	}
}

void settle_attribute(Settle *settle, const char *path, Actor *actor)
{
	Pending *p = pending_set_find(settle->pending, path);

	if (p != NULL) {
		p->order->actors = actors_add(p->order->actors, actor);
	}
}

const GPtrArray *settle_actors(const Settle *settle, const char *path)
{
	const Pending *p = pending_set_find(settle->pending, path);

	return p == NULL ? NULL : p->order->actors;
}

void settle_push_rescan(Settle *settle, const char *path, gint64 now_usec)
{
	Pending *p = pending_for(settle, path, 0, now_usec);

	p->order->is_subtree = true;
	p->order->is_offline = true;
	enter(p, PHASE_READY, now_usec);
	p->floor_usec = 0;
	p->held_usec = 0;
	pending_set_reschedule(settle->pending, p);
}

void settle_push_recheck(Settle *settle, const char *path, gint64 wall_usec, gint64 due_usec)
{
	Order *order;

	if (pending_set_find(settle->pending, path) != NULL ||
	    pending_set_count(settle->pending) >= settle->max_pending) {
		return; /* a doubtful entry keeps its doubt; any later look reads it again */
	}
	order = g_new0(Order, 1);
	order->path = g_strdup(path);
	order->wall_usec = wall_usec;
	order->is_recheck = true;
	add_order(settle, order, due_usec);
}

void settle_push_doubt(Settle *settle, const char *path, bool must_read, gint64 wall_usec,
		       gint64 due_usec)
{
	Pending *p = pending_set_find(settle->pending, path);
	bool is_full = pending_set_count(settle->pending) >= settle->max_pending;

	if (p == NULL && !is_full) {
		p = pending_for(settle, path, wall_usec, due_usec);
	} else if (p != NULL && p->order->is_recheck) {
		promote(settle, p, wall_usec, due_usec);
		pending_set_reschedule(settle->pending, p);
	}
	if (p != NULL) {
		p->order->must_read |= must_read;
	}
}

/* What comes back joins what has been hinted at since; the older one gives time and age, and those
 * seen at it go first. */
static void join(Settle *settle, Pending *p, Order *back, gint64 now_usec)
{
	Order *order = p->order;
	GPtrArray *later = order->actors;

	order->actors = actors_add_all(g_steal_pointer(&back->actors), later);
	g_clear_pointer(&later, g_ptr_array_unref);
	if (!back->is_recheck) {
		if (order->is_recheck) {
			promote(settle, p, back->wall_usec, now_usec);
		}
		order->is_subtree |= back->is_subtree;
		order->is_new |= back->is_new;
		order->lived_usec = MAX(order->lived_usec, back->lived_usec);
		order->is_offline |= back->is_offline;
		order->postponed = MAX(order->postponed, back->postponed);
		order->wall_usec = back->wall_usec;
		order->born = back->born;
		pending_set_age(settle->pending, p);
	}
	order->must_read |= back->must_read;
	order_free(back);
}

void settle_put_back(Settle *settle, Order *order, gint64 now_usec)
{
	Pending *p = pending_set_find(settle->pending, order->path);

	if (p == NULL) {
		p = add_order(settle, order, now_usec);
	} else {
		join(settle, p, order, now_usec);
	}
	/* It has waited its time; what follows it is a retry, not a burst. */
	p->floor_usec = 0;
	p->held_usec = 0;
	pending_set_reschedule(settle->pending, p);
}

void settle_postpone(Settle *settle, Order *order, gint64 due_usec)
{
	Pending *p = pending_set_find(settle->pending, order->path);

	/* What was a mere doubt has been found to differ: now it is a change that waits, and since
	 * nobody knows its age, the oldest. */
	order->is_recheck = false;
	order->postponed++;
	if (p != NULL) {
		join(settle, p, order, due_usec);
		return;
	}
	p = add_order(settle, order, due_usec);
	p->floor_usec = 0;
	p->held_usec = 0;
	pending_set_reschedule(settle->pending, p);
}

void settle_push_unpacked(Settle *settle, Order *order, gint64 now_usec)
{
	Pending *p = pending_set_find(settle->pending, order->path);

	if (p != NULL) {
		join(settle, p, order, now_usec);
	} else {
		add_order(settle, order, now_usec);
	}
}

bool settle_was_written(const Settle *settle, const char *path)
{
	const Pending *p = pending_set_find(settle->pending, path);

	return p != NULL && p->was_written;
}

void settle_take(Settle *settle, gint64 now_usec, GPtrArray *ret)
{
	Pending *p;

	while ((p = pending_set_next(settle->pending)) != NULL && pending_when(p) <= now_usec) {
		p->order->is_open = p->phase == PHASE_ARMED;
		g_ptr_array_add(ret, pending_set_take(settle->pending, p));
	}
}

gint64 settle_next_usec(const Settle *settle)
{
	const Pending *next = pending_set_next(settle->pending);

	return next == NULL ? -1 : pending_when(next);
}

void settle_committed(Settle *settle, const char *path, gint64 now_usec)
{
	Pending *p = pending_set_find(settle->pending, path);

	heat_committed(settle->heat, path, now_usec);
	if (p != NULL && !p->order->is_offline) {
		p->held_usec = heat_held_until(settle->heat, path);
		pending_set_reschedule(settle->pending, p);
	}
}

static void release_held(Pending *p, void *unused)
{
	p->held_usec = 0;
	p->floor_usec = MIN(p->floor_usec, p->first_usec + SETTLE_TEMPORARY_USEC);
}

static void release_all(Pending *p, void *now_usec)
{
	p->held_usec = 0;
	p->floor_usec = 0;
	p->due_usec = MIN(p->due_usec, *(gint64 *)now_usec);
}

void settle_release(Settle *settle)
{
	pending_set_each(settle->pending, release_held, NULL);
}

void settle_hurry(Settle *settle, gint64 now_usec)
{
	pending_set_each(settle->pending, release_all, &now_usec);
}

guint64 settle_mark(const Settle *settle)
{
	return settle->born;
}

bool settle_is_clear(const Settle *settle, guint64 mark)
{
	const Pending *oldest = pending_set_oldest(settle->pending);

	return oldest == NULL || oldest->order->born > mark;
}

gint64 settle_oldest_wall_usec(const Settle *settle)
{
	const Pending *oldest = pending_set_oldest(settle->pending);

	return oldest == NULL ? 0 : oldest->order->wall_usec;
}

guint settle_count(const Settle *settle)
{
	return pending_set_count(settle->pending);
}
