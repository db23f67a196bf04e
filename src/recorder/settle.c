/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settling: see settle.h. Each pending path is in three places: a table by path, a sequence by the
 * time it is due, and (unless it is a mere recheck) a queue by age.
 */
#include "recorder/settle.h"
#include "base/path.h"
#include "recorder/heat.h"
#include "recorder/temporary.h"

#define COLLAPSE_PARENTS 10000

typedef enum {
	PHASE_READY,
	PHASE_COMING, /* a new name */
	PHASE_ARMED,  /* being written */
	PHASE_GOING,  /* the name went */
} Phase;

typedef struct {
	Order *order;
	Phase phase;
	gint64 first_usec;     /* the first hint, monotonic */
	gint64 due_usec;       /* what its phase says */
	gint64 floor_usec;     /* not before this: a temporary name, or paired with one */
	gint64 held_usec;      /* not before this: a hot path */
	GSequenceIter *in_due; /* by the latest of the three */
	GList *in_age;         /* NULL: a recheck */
} Pending;

struct Settle {
	GHashTable *by_path; /* Order.path -> Pending */
	GSequence *by_due;   /* of Pending */
	GQueue by_age;       /* of Pending, oldest first */
	Heat *heat;
	guint64 born;
	guint max_pending;
};

Order *order_copy(const Order *order)
{
	Order *copy = g_new0(Order, 1);

	*copy = *order;
	copy->path = g_strdup(order->path);
	copy->moved_from = g_strdup(order->moved_from);
	return copy;
}

void order_free(Order *order)
{
	if (order == NULL) {
		return;
	}
	g_free(order->path);
	g_free(order->moved_from);
	g_free(order);
}

static gint64 pending_when(const Pending *p)
{
	return MAX(p->due_usec, MAX(p->floor_usec, p->held_usec));
}

static int compare_when(const void *a, const void *b, void *unused)
{
	gint64 x = pending_when(a);
	gint64 y = pending_when(b);

	return (x > y) - (x < y);
}

static void pending_free(void *data)
{
	Pending *p = data;

	order_free(p->order);
	g_free(p);
}

Settle *settle_new(guint max_pending)
{
	Settle *settle = g_new0(Settle, 1);

	settle->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, pending_free);
	settle->by_due = g_sequence_new(NULL);
	g_queue_init(&settle->by_age);
	settle->heat = heat_new();
	settle->max_pending = max_pending;
	return settle;
}

void settle_free(Settle *settle)
{
	if (settle == NULL) {
		return;
	}
	g_sequence_free(settle->by_due);
	g_queue_clear(&settle->by_age);
	g_hash_table_unref(settle->by_path);
	heat_free(settle->heat);
	g_free(settle);
}

/* Into the queue by age, by its number of birth: only what is put back is not the youngest. */
static void give_age(Settle *settle, Pending *p)
{
	GList *before = settle->by_age.tail;

	while (before != NULL && ((Pending *)before->data)->order->born > p->order->born) {
		before = before->prev;
	}
	g_queue_insert_after(&settle->by_age, before, p);
	p->in_age = before == NULL ? settle->by_age.head : before->next;
}

static void reschedule(Pending *p)
{
	g_sequence_sort_changed(p->in_due, compare_when, NULL);
}

/* Takes a pending path out of all three places; the caller owns the order. */
static Order *take_out(Settle *settle, Pending *p)
{
	Order *order = g_steal_pointer(&p->order);

	g_sequence_remove(p->in_due);
	if (p->in_age != NULL) {
		g_queue_delete_link(&settle->by_age, p->in_age);
	}
	g_hash_table_remove(settle->by_path, order->path);
	return order;
}

static Pending *add_order(Settle *settle, Order *order, gint64 first_usec)
{
	Pending *p = g_new0(Pending, 1);

	p->order = order;
	p->first_usec = first_usec;
	p->due_usec = first_usec;
	p->held_usec = heat_held_until(settle->heat, order->path);
	if (!order->is_recheck && name_looks_temporary(path_name(order->path))) {
		p->floor_usec = first_usec + SETTLE_TEMPORARY_USEC;
	}
	g_hash_table_insert(settle->by_path, order->path, p);
	p->in_due = g_sequence_insert_sorted(settle->by_due, p, compare_when, NULL);
	if (!order->is_recheck) {
		give_age(settle, p);
	}
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
	give_age(settle, p);
}

static Pending *pending_for(Settle *settle, const char *path, gint64 wall_usec, gint64 mono_usec)
{
	Pending *p = g_hash_table_lookup(settle->by_path, path);
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
	Pending *source = g_hash_table_lookup(settle->by_path, p->order->moved_from);

	if (source == NULL || source->phase != PHASE_GOING) {
		return;
	}
	source->order->is_new = false;
	source->floor_usec = 0;
	enter(source, PHASE_READY, p->due_usec);
	if (p->floor_usec > 0) {
		source->phase = PHASE_GOING;
		source->due_usec = p->floor_usec;
	}
	reschedule(source);
}

static void arrive_by_rename(Settle *settle, Pending *p, Hint *hint)
{
	Order *order = p->order;

	order->is_new = true;
	order->is_subtree |= hint->is_directory;
	g_free(order->moved_from);
	order->moved_from = g_steal_pointer(&hint->moved_from);
	enter(p, PHASE_READY, hint->mono_usec);
	if (order->moved_from != NULL) {
		pair_with_source(settle, p);
	}
}

static void apply(Settle *settle, Pending *p, Hint *hint)
{
	gint64 now = hint->mono_usec;

	switch (hint->kind) {
	case HINT_LOOK:
		if (p->phase == PHASE_READY) {
			enter(p, PHASE_READY, now);
		}
		break;
	case HINT_CREATED:
		p->order->is_new = true;
		enter(p, PHASE_COMING, now + SETTLE_BRIEF_USEC);
		break;
	case HINT_MOVED:
		arrive_by_rename(settle, p, hint);
		break;
	case HINT_GONE:
		enter(p, PHASE_GOING, now + SETTLE_BRIEF_USEC);
		break;
	case HINT_WRITING:
		enter(p, PHASE_ARMED, G_MAXINT64);
		break;
	case HINT_WRITTEN:
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

/* The directories of all pending paths, or "/" where they are too many. Returns whether one of the
 * orders is a rescan. */
static bool collect_parents(const Settle *settle, GHashTable *parents)
{
	bool is_offline = false;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, settle->by_path);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Order *order = ((Pending *)value)->order;

		is_offline |= order->is_offline;
		if (g_hash_table_size(parents) <= COLLAPSE_PARENTS) {
			g_hash_table_add(parents, path_parent(order->path));
		}
	}
	if (g_hash_table_size(parents) > COLLAPSE_PARENTS) {
		g_hash_table_remove_all(parents);
		g_hash_table_add(parents, g_strdup("/"));
	}
	return is_offline;
}

/*
 * Replaces all pending paths by looks at the subtrees they are in. No change is lost by that, only
 * its own time: all have that of the oldest hint now.
 */
static void collapse(Settle *settle, gint64 now_usec)
{
	g_autoptr(GHashTable) parents =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	gint64 wall_usec = settle_oldest_wall_usec(settle);
	bool is_offline = collect_parents(settle, parents);
	GHashTableIter iter;
	void *value;

	g_sequence_remove_range(g_sequence_get_begin_iter(settle->by_due),
				g_sequence_get_end_iter(settle->by_due));
	g_queue_clear(&settle->by_age);
	g_hash_table_remove_all(settle->by_path);
	g_hash_table_iter_init(&iter, parents);
	while (g_hash_table_iter_next(&iter, &value, NULL)) {
		Pending *p = pending_for(settle, value, wall_usec, now_usec);

		p->order->is_subtree = true;
		p->order->is_offline = is_offline;
	}
}

void settle_push(Settle *settle, Hint *hint)
{
	Pending *p = pending_for(settle, hint->path, hint->wall_usec, hint->mono_usec);
	gint64 now = hint->mono_usec;

	apply(settle, p, hint);
	reschedule(p);
	hint_clear(hint);
	if (g_hash_table_size(settle->by_path) > settle->max_pending) {
		collapse(settle, now);
	}
}

void settle_push_rescan(Settle *settle, const char *path, gint64 now_usec)
{
	Pending *p = pending_for(settle, path, 0, now_usec);

	p->order->is_subtree = true;
	p->order->is_offline = true;
	enter(p, PHASE_READY, now_usec);
	p->floor_usec = 0;
	p->held_usec = 0;
	reschedule(p);
}

void settle_push_recheck(Settle *settle, const char *path, gint64 wall_usec, gint64 due_usec)
{
	Order *order;

	if (g_hash_table_contains(settle->by_path, path) ||
	    g_hash_table_size(settle->by_path) >= settle->max_pending) {
		return; /* a doubtful entry keeps its doubt; any later look reads it again */
	}
	order = g_new0(Order, 1);
	order->path = g_strdup(path);
	order->wall_usec = wall_usec;
	order->is_recheck = true;
	add_order(settle, order, due_usec);
}

/* What comes back joins what has been hinted at since; the older one gives time and age. */
static void join(Settle *settle, Pending *p, Order *back, gint64 now_usec)
{
	Order *order = p->order;

	if (!back->is_recheck) {
		if (order->is_recheck) {
			promote(settle, p, back->wall_usec, now_usec);
		}
		order->is_subtree |= back->is_subtree;
		order->is_new |= back->is_new;
		order->is_offline |= back->is_offline;
		order->postponed = MAX(order->postponed, back->postponed);
		order->wall_usec = back->wall_usec;
		order->born = back->born;
		g_queue_delete_link(&settle->by_age, p->in_age);
		give_age(settle, p);
	}
	order_free(back);
}

void settle_put_back(Settle *settle, Order *order, gint64 now_usec)
{
	Pending *p = g_hash_table_lookup(settle->by_path, order->path);

	if (p == NULL) {
		p = add_order(settle, order, now_usec);
	} else {
		join(settle, p, order, now_usec);
	}
	/* It has waited its time; what follows it is a retry, not a burst. */
	p->floor_usec = 0;
	p->held_usec = 0;
	reschedule(p);
}

void settle_postpone(Settle *settle, Order *order, gint64 due_usec)
{
	Pending *p = g_hash_table_lookup(settle->by_path, order->path);

	order->postponed++;
	if (p != NULL) {
		join(settle, p, order, due_usec);
		return;
	}
	p = add_order(settle, order, due_usec);
	p->floor_usec = 0;
	p->held_usec = 0;
	reschedule(p);
}

bool settle_is_armed(const Settle *settle, const char *path)
{
	const Pending *p = g_hash_table_lookup(settle->by_path, path);

	return p != NULL && p->phase == PHASE_ARMED;
}

void settle_take(Settle *settle, gint64 now_usec, GPtrArray *ret)
{
	for (;;) {
		GSequenceIter *first = g_sequence_get_begin_iter(settle->by_due);
		Pending *p;

		if (g_sequence_iter_is_end(first)) {
			return;
		}
		p = g_sequence_get(first);
		if (pending_when(p) > now_usec) {
			return;
		}
		p->order->is_open = p->phase == PHASE_ARMED;
		g_ptr_array_add(ret, take_out(settle, p));
	}
}

gint64 settle_next_usec(const Settle *settle)
{
	GSequenceIter *first = g_sequence_get_begin_iter(settle->by_due);

	return g_sequence_iter_is_end(first) ? -1 : pending_when(g_sequence_get(first));
}

void settle_committed(Settle *settle, const char *path, gint64 now_usec)
{
	Pending *p = g_hash_table_lookup(settle->by_path, path);

	heat_committed(settle->heat, path, now_usec);
	if (p != NULL && !p->order->is_offline) {
		p->held_usec = heat_held_until(settle->heat, path);
		reschedule(p);
	}
}

/* Lets go of everything that `release` says yes to. */
static void advance(Settle *settle, void (*release)(Pending *p, gint64 now_usec), gint64 now_usec)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, settle->by_path);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		release(value, now_usec);
	}
	g_sequence_sort(settle->by_due, compare_when, NULL);
}

static void release_held(Pending *p, gint64 now_usec)
{
	p->held_usec = 0;
}

static void release_all(Pending *p, gint64 now_usec)
{
	p->held_usec = 0;
	p->floor_usec = 0;
	p->due_usec = MIN(p->due_usec, now_usec);
}

void settle_release(Settle *settle, gint64 now_usec)
{
	advance(settle, release_held, now_usec);
}

void settle_hurry(Settle *settle, gint64 now_usec)
{
	advance(settle, release_all, now_usec);
}

guint64 settle_mark(const Settle *settle)
{
	return settle->born;
}

bool settle_is_clear(const Settle *settle, guint64 mark)
{
	const Pending *oldest = g_queue_peek_head((GQueue *)&settle->by_age);

	return oldest == NULL || oldest->order->born > mark;
}

gint64 settle_oldest_wall_usec(const Settle *settle)
{
	const Pending *oldest = g_queue_peek_head((GQueue *)&settle->by_age);

	return oldest == NULL ? 0 : oldest->order->wall_usec;
}

guint settle_count(const Settle *settle)
{
	return g_hash_table_size(settle->by_path);
}
