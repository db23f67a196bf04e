/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settling, on a clock of our own: what is due when, and that nothing waits for ever. */
#include "recorder/settle.h"

#define MS 1000
#define START (1000 * (gint64)1000000)

typedef struct {
	Settle *settle;
	GPtrArray *orders;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	f->settle = settle_new(SETTLE_MAX);
	f->orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);
}

static void teardown(Fixture *f, const void *data)
{
	settle_free(f->settle);
	g_ptr_array_unref(f->orders);
}

static void push_full(Fixture *f, HintKind kind, const char *path, const char *from,
		      bool is_directory, gint64 at_ms)
{
	Hint hint = {
		.kind = kind,
		.path = g_strdup(path),
		.moved_from = g_strdup(from),
		.is_directory = is_directory,
		.wall_usec = at_ms + 1,
		.mono_usec = START + at_ms * MS,
	};

	settle_push(f->settle, &hint);
	g_assert_null(hint.path);
}

static void push(Fixture *f, HintKind kind, const char *path, gint64 at_ms)
{
	push_full(f, kind, path, NULL, false, at_ms);
}

static int compare_paths(const void *a, const void *b)
{
	return g_strcmp0((*(Order *const *)a)->path, (*(Order *const *)b)->path);
}

/* What is due at this time: the paths, sorted; an order of its own has no meaning. */
static const char *take(Fixture *f, gint64 at_ms)
{
	static char text[1024];
	g_autoptr(GString) out = g_string_new(NULL);

	g_ptr_array_set_size(f->orders, 0);
	settle_take(f->settle, START + at_ms * MS, f->orders);
	g_ptr_array_sort(f->orders, compare_paths);
	for (guint i = 0; i < f->orders->len; i++) {
		const Order *order = f->orders->pdata[i];

		g_string_append_printf(out, "%s%s%s", i > 0 ? " " : "", order->path,
				       order->is_open ? "!" : "");
	}
	g_strlcpy(text, out->str, sizeof(text));
	return text;
}

static const Order *taken(Fixture *f, guint i)
{
	g_assert_cmpuint(i, <, f->orders->len);
	return f->orders->pdata[i];
}

static gint64 next_ms(Fixture *f)
{
	gint64 next = settle_next_usec(f->settle);

	return next < 0 ? -1 : (next - START) / MS;
}

static Actor *somebody(gint64 pid)
{
	Actor *actor = actor_new();

	actor->pid = pid;
	return actor;
}

static void attribute(Fixture *f, const char *path, gint64 pid)
{
	g_autoptr(Actor) actor = somebody(pid);

	settle_attribute(f->settle, path, actor);
}

/* A package manager unpacks under a name and renames seconds later: that is one new name, or one
 * update. Where it never renames, or somebody waits for an answer, the file is told as it is. */
static void test_unpacked(Fixture *f, const void *data)
{
	Order *unpacked;
	guint64 mark;

	push(f, HINT_CREATED, "/etc/a.dpkg-new", 0);
	push(f, HINT_WRITTEN, "/etc/a.dpkg-new", 1);
	g_assert_cmpstr(take(f, 5000), ==, "");
	push(f, HINT_GONE, "/etc/a.dpkg-new", 5000);
	push_full(f, HINT_MOVED, "/etc/a", "/etc/a.dpkg-new", false, 5000);
	g_assert_cmpstr(take(f, 5000), ==, "/etc/a /etc/a.dpkg-new");
	g_assert_false(taken(f, 1)->is_new); /* no transient */

	push(f, HINT_CREATED, "/etc/b.dpkg-new", 6000);
	g_assert_cmpstr(take(f, 15999), ==, "");
	g_assert_cmpstr(take(f, 16000), ==, "/etc/b.dpkg-new");

	unpacked = g_new0(Order, 1);
	unpacked->path = g_strdup("/etc/new.d/a.dpkg-new");
	unpacked->born = 1; /* of an order that was there before the mark */
	mark = settle_mark(f->settle);
	settle_push_unpacked(f->settle, unpacked, START + 17000 * MS);
	g_assert_false(settle_is_clear(f->settle, mark));
	push(f, HINT_GONE, "/etc/new.d/a.dpkg-new", 18000);
	push_full(f, HINT_MOVED, "/etc/new.d/a", "/etc/new.d/a.dpkg-new", false, 18000);
	g_assert_cmpstr(take(f, 18000), ==, "/etc/new.d/a /etc/new.d/a.dpkg-new");
	g_assert_true(settle_is_clear(f->settle, mark));

	push(f, HINT_CREATED, "/etc/c.dpkg-new", 20000);
	settle_release(f->settle);
	g_assert_cmpint(next_ms(f), ==, 20250);
	g_assert_cmpstr(take(f, 20250), ==, "/etc/c.dpkg-new");
}

/* Everybody who was seen at a path until it is due; then they begin anew. */
static void test_actors(Fixture *f, const void *data)
{
	const Order *order;

	attribute(f, "/etc/a", 1); /* nothing is pending: no trace */
	push(f, HINT_CREATED, "/etc/a", 0);
	g_assert_null(settle_actors(f->settle, "/etc/a"));
	attribute(f, "/etc/a", 2);
	push(f, HINT_WRITTEN, "/etc/a", 10);
	attribute(f, "/etc/a", 3);
	attribute(f, "/etc/a", 2);
	g_assert_cmpuint(settle_actors(f->settle, "/etc/a")->len, ==, 2);
	g_assert_cmpstr(take(f, 1000), ==, "/etc/a");
	order = f->orders->pdata[0];
	g_assert_cmpint(((Actor *)order->actors->pdata[0])->pid, ==, 2);
	g_assert_cmpint(((Actor *)order->actors->pdata[1])->pid, ==, 3);
	g_assert_null(settle_actors(f->settle, "/etc/a"));
	push(f, HINT_WRITTEN, "/etc/a", 2000);
	g_assert_null(settle_actors(f->settle, "/etc/a"));
}

/* Made and not closed: the look is told. */
static void test_begun(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/held-up", 0);
	push(f, HINT_CREATED, "/etc/made", 0);
	push(f, HINT_WRITTEN, "/etc/made", 1);
	push_full(f, HINT_MOVED, "/etc/moved", "/etc/old", false, 1);
	g_assert_cmpstr(take(f, 100), ==, "/etc/held-up /etc/made /etc/moved");
	g_assert_true(taken(f, 0)->is_begun);
	g_assert_false(taken(f, 1)->is_begun);
	g_assert_false(taken(f, 2)->is_begun);
}

/* However many there are, the list is short, and says that it is. */
static void test_many_actors(Fixture *f, const void *data)
{
	const GPtrArray *actors;
	const Actor *last;

	push(f, HINT_CREATED, "/etc/a", 0);
	for (gint64 pid = 1; pid < 100; pid++) {
		attribute(f, "/etc/a", pid);
	}
	actors = settle_actors(f->settle, "/etc/a");
	g_assert_cmpuint(actors->len, ==, ACTORS_MAX);
	last = actors->pdata[ACTORS_MAX - 1];
	g_assert_cmpint(last->confidence, ==, CONFIDENCE_UNKNOWN);
	g_assert_nonnull(last->how);
}

static void test_at_once(Fixture *f, const void *data)
{
	g_assert_cmpint(next_ms(f), ==, -1);
	push(f, HINT_LOOK, "/etc/a", 0);
	push(f, HINT_LOOK, "/etc/a", 3);
	g_assert_cmpuint(settle_count(f->settle), ==, 1);
	g_assert_cmpstr(take(f, 3), ==, "/etc/a");
	g_assert_cmpint(taken(f, 0)->wall_usec, ==, 1);
	g_assert_false(taken(f, 0)->is_subtree);
	g_assert_cmpstr(take(f, 100000), ==, "");
}

/* A writer closes: read then, not before. */
static void test_written(Fixture *f, const void *data)
{
	push(f, HINT_WRITING, "/etc/a", 0);
	g_assert_cmpstr(take(f, 500), ==, "");
	push(f, HINT_LOOK, "/etc/a", 600);
	g_assert_cmpstr(take(f, 600), ==, "");
	push(f, HINT_WRITTEN, "/etc/a", 700);
	g_assert_cmpstr(take(f, 700), ==, "/etc/a");
	g_assert_cmpint(taken(f, 0)->wall_usec, ==, 1);
}

/* A writer that never closes, and goes on writing: read after a second, and said so. */
static void test_open(Fixture *f, const void *data)
{
	for (int at = 0; at < 1000; at += 100) {
		push(f, HINT_WRITING, "/etc/a", at);
		g_assert_cmpstr(take(f, at), ==, "");
	}
	g_assert_cmpint(next_ms(f), ==, 1000);
	g_assert_cmpstr(take(f, 1000), ==, "/etc/a!");
}

static void test_created(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/link", 0);
	push(f, HINT_CREATED, "/etc/file", 0);
	push(f, HINT_WRITING, "/etc/file", 1);
	g_assert_cmpstr(take(f, 24), ==, "");
	push(f, HINT_WRITTEN, "/etc/file", 24);
	g_assert_cmpstr(take(f, 25), ==, "/etc/link");
	g_assert_true(taken(f, 0)->is_new);
	g_assert_false(taken(f, 0)->is_open);
	g_assert_cmpstr(take(f, 48), ==, "");
	g_assert_cmpstr(take(f, 49), ==, "/etc/file");
}

/* Removed and made again (install, an editor that unlinks): one look. */
static void test_made_again(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	push(f, HINT_CREATED, "/etc/a", 10);
	g_assert_cmpstr(take(f, 30), ==, "");
	push(f, HINT_WRITTEN, "/etc/a", 31);
	g_assert_cmpstr(take(f, 56), ==, "/etc/a");
	g_assert_cmpstr(take(f, 10000), ==, "");
}

static void test_gone(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	g_assert_cmpstr(take(f, 24), ==, "");
	g_assert_cmpstr(take(f, 25), ==, "/etc/a");
}

/* Over and over: the brief wait is not prolonged for ever. */
static void test_flicker(Fixture *f, const void *data)
{
	for (int at = 0; at < 1000; at += 20) {
		push(f, at % 40 == 0 ? HINT_GONE : HINT_CREATED, "/etc/a", at);
		g_assert_cmpstr(take(f, at), ==, "");
	}
	g_assert_cmpstr(take(f, 1000), ==, "/etc/a");
}

/* mv a b: both ends at once, in one change-set. */
static void test_rename(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	push_full(f, HINT_MOVED, "/etc/b", "/etc/a", false, 0);
	g_assert_cmpstr(take(f, 0), ==, "/etc/a /etc/b");
	g_assert_cmpstr(taken(f, 1)->moved_from, ==, "/etc/a");
	push(f, HINT_GONE, "/etc/d", 10);
	push_full(f, HINT_MOVED, "/etc/e", "/etc/d", true, 10);
	g_assert_cmpstr(take(f, 10), ==, "/etc/d /etc/e");
	g_assert_true(taken(f, 1)->is_subtree);
	g_assert_false(taken(f, 0)->is_new);
}

/* sed -i: the temporary name is gone before anybody looks, and was no transient. */
static void test_temporary_renamed(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/sedAb3dE9", 0);
	push(f, HINT_WRITTEN, "/etc/sedAb3dE9", 1);
	g_assert_cmpstr(take(f, 1), ==, "");
	push(f, HINT_GONE, "/etc/sedAb3dE9", 2);
	push_full(f, HINT_MOVED, "/etc/a", "/etc/sedAb3dE9", false, 2);
	g_assert_cmpstr(take(f, 2), ==, "/etc/a /etc/sedAb3dE9");
	g_assert_cmpstr(taken(f, 1)->path, ==, "/etc/sedAb3dE9");
	g_assert_false(taken(f, 1)->is_new);
}

/* Written beside under any name, then renamed over: the name beside was never worth a look. */
static void test_written_beside(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/a.beside", 0);
	push(f, HINT_WRITTEN, "/etc/a.beside", 10);
	g_assert_cmpstr(take(f, 30), ==, "");
	push(f, HINT_GONE, "/etc/a.beside", 31);
	push_full(f, HINT_MOVED, "/etc/a", "/etc/a.beside", false, 31);
	g_assert_cmpstr(take(f, 31), ==, "/etc/a /etc/a.beside");
	g_assert_false(taken(f, 1)->is_new);
}

/* How long a new name was there; one renamed away was no transient. */
static void test_lived(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/a.tmp", 0);
	push(f, HINT_WRITTEN, "/etc/a.tmp", 1);
	push(f, HINT_GONE, "/etc/a.tmp", 100);
	push(f, HINT_GONE, "/etc/b", 110);
	g_assert_cmpstr(take(f, 300), ==, "/etc/a.tmp /etc/b");
	g_assert_cmpint(taken(f, 0)->lived_usec, ==, 100 * MS);
	g_assert_cmpint(taken(f, 1)->lived_usec, ==, 0);
}

/* vim: a -> a~, a is written anew, a~ is removed. One look at a. */
static void test_backup(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	push_full(f, HINT_MOVED, "/etc/a~", "/etc/a", false, 0);
	g_assert_cmpstr(take(f, 40), ==, "");
	push(f, HINT_CREATED, "/etc/a", 50);
	push(f, HINT_WRITING, "/etc/a", 50);
	push(f, HINT_WRITTEN, "/etc/a", 60);
	push(f, HINT_GONE, "/etc/a~", 61);
	g_assert_cmpstr(take(f, 85), ==, "/etc/a");
	g_assert_cmpstr(take(f, 249), ==, "");
	g_assert_cmpstr(take(f, 250), ==, "/etc/a~");
}

/* The twin: nobody writes it anew, so it has really moved, and both ends come together. */
static void test_backup_only(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	push_full(f, HINT_MOVED, "/etc/a~", "/etc/a", false, 0);
	g_assert_cmpstr(take(f, 249), ==, "");
	g_assert_cmpstr(take(f, 250), ==, "/etc/a /etc/a~");
}

static void test_temporary(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/.a.swp", 0);
	push(f, HINT_WRITTEN, "/etc/.a.swp", 1);
	g_assert_cmpint(next_ms(f), ==, 250);
	g_assert_cmpstr(take(f, 249), ==, "");
	g_assert_cmpstr(take(f, 250), ==, "/etc/.a.swp");
	g_assert_true(taken(f, 0)->is_new);
}

static void commit(Fixture *f, const char *path, gint64 at_ms)
{
	settle_committed(f->settle, path, START + at_ms * MS);
}

static void heat_up(Fixture *f, const char *path, int commits)
{
	for (int i = 0; i < commits; i++) {
		commit(f, path, i);
	}
}

/* However hot: another mode, another owner, its end are told within a second. */
static void test_hot_news(Fixture *f, const void *data)
{
	static const HintKind news[] = {HINT_LOOK, HINT_GONE};

	for (gsize i = 0; i < G_N_ELEMENTS(news); i++) {
		g_autofree char *path = g_strdup_printf("/etc/hot%zu", i);

		heat_up(f, path, 9);
		push(f, HINT_WRITTEN, path, 10);
		g_assert_cmpint(next_ms(f), >, 10000);
		push(f, news[i], path, 20);
		g_assert_cmpstr(take(f, 1019), ==, "");
		g_assert_cmpstr(take(f, 1020), ==, path);
	}
}

/* Held back a second, then two; the last state comes all the same. */
static void test_hot(Fixture *f, const void *data)
{
	for (int i = 0; i < 5; i++) {
		push(f, HINT_WRITTEN, "/etc/hot", i);
		g_assert_cmpstr(take(f, i), ==, "/etc/hot");
		commit(f, "/etc/hot", i);
	}
	push(f, HINT_WRITTEN, "/etc/hot", 10);
	push(f, HINT_WRITTEN, "/etc/cold", 10);
	g_assert_cmpstr(take(f, 10), ==, "/etc/cold");
	g_assert_cmpstr(take(f, 1003), ==, "");
	g_assert_cmpstr(take(f, 1004), ==, "/etc/hot");
	commit(f, "/etc/hot", 1004);
	push(f, HINT_WRITTEN, "/etc/hot", 1005);
	g_assert_cmpint(next_ms(f), ==, 3004);
	/* A barrier lets it go. */
	settle_release(f->settle);
	g_assert_cmpstr(take(f, 1010), ==, "/etc/hot");
}

/* A hint that came while the path was being committed is held as well. */
static void test_hot_pending(Fixture *f, const void *data)
{
	for (int i = 0; i < 4; i++) {
		commit(f, "/etc/hot", i);
	}
	push(f, HINT_WRITTEN, "/etc/hot", 4);
	commit(f, "/etc/hot", 4);
	g_assert_cmpstr(take(f, 5), ==, "");
	g_assert_cmpstr(take(f, 1004), ==, "/etc/hot");
}

static void test_rescan(Fixture *f, const void *data)
{
	push(f, HINT_WRITING, "/etc", 0);
	settle_push_rescan(f->settle, "/etc", START + 5 * MS);
	g_assert_cmpstr(take(f, 5), ==, "/etc");
	g_assert_true(taken(f, 0)->is_subtree);
	g_assert_true(taken(f, 0)->is_offline);
}

/* A recheck waits its time, gives way to a hint, and no barrier waits for it. */
static void test_recheck(Fixture *f, const void *data)
{
	settle_push_recheck(f->settle, "/etc/a", 9, START + 50 * MS);
	settle_push_recheck(f->settle, "/etc/b", 9, START + 50 * MS);
	g_assert_true(settle_is_clear(f->settle, settle_mark(f->settle)));
	g_assert_cmpint(settle_oldest_wall_usec(f->settle), ==, 0);
	push(f, HINT_LOOK, "/etc/b", 10);
	g_assert_cmpint(settle_oldest_wall_usec(f->settle), ==, 11);
	g_assert_cmpstr(take(f, 10), ==, "/etc/b");
	g_assert_cmpint(taken(f, 0)->wall_usec, ==, 11);
	g_assert_cmpstr(take(f, 49), ==, "");
	g_assert_cmpstr(take(f, 50), ==, "/etc/a");
	g_assert_true(taken(f, 0)->is_recheck);
	g_assert_cmpint(taken(f, 0)->wall_usec, ==, 9);
}

static void test_barrier(Fixture *f, const void *data)
{
	guint64 mark;

	push(f, HINT_WRITING, "/etc/a", 0);
	mark = settle_mark(f->settle);
	push(f, HINT_LOOK, "/etc/b", 1);
	g_assert_false(settle_is_clear(f->settle, mark));
	g_assert_cmpstr(take(f, 1), ==, "/etc/b");
	g_assert_false(settle_is_clear(f->settle, mark));
	g_assert_cmpstr(take(f, 1000), ==, "/etc/a!");
	g_assert_true(settle_is_clear(f->settle, mark));
	/* What came later does not hold it up. */
	push(f, HINT_WRITING, "/etc/a", 1001);
	g_assert_true(settle_is_clear(f->settle, mark));
}

/* What could not be recorded comes back as old as it was. */
static void test_put_back(Fixture *f, const void *data)
{
	guint64 mark;

	push(f, HINT_CREATED, "/etc/a", 0);
	push(f, HINT_LOOK, "/etc/c", 0);
	mark = settle_mark(f->settle);
	g_assert_cmpstr(take(f, 25), ==, "/etc/a /etc/c");
	push(f, HINT_WRITING, "/etc/a", 30);
	g_ptr_array_set_free_func(f->orders, NULL);
	for (guint i = 0; i < f->orders->len; i++) {
		settle_put_back(f->settle, f->orders->pdata[i], START + 40 * MS);
	}
	g_ptr_array_set_size(f->orders, 0);
	g_ptr_array_set_free_func(f->orders, (GDestroyNotify)order_free);
	g_assert_false(settle_is_clear(f->settle, mark));
	g_assert_cmpint(settle_oldest_wall_usec(f->settle), ==, 1);
	g_assert_cmpstr(take(f, 40), ==, "/etc/c");
	g_assert_cmpstr(take(f, 1030), ==, "/etc/a!");
	g_assert_true(taken(f, 0)->is_new);
	g_assert_cmpint(taken(f, 0)->wall_usec, ==, 1);
	g_assert_true(settle_is_clear(f->settle, mark));
}

static Order *steal_only(Fixture *f)
{
	Order *order = order_copy(taken(f, 0));

	g_assert_cmpuint(f->orders->len, ==, 1);
	return order;
}

/* Due, but just being changed: later, or when the writer closes; a barrier waits for it. */
static void test_postpone(Fixture *f, const void *data)
{
	guint64 mark;

	push(f, HINT_LOOK, "/etc/a", 0);
	mark = settle_mark(f->settle);
	g_assert_cmpstr(take(f, 0), ==, "/etc/a");
	g_assert_false(settle_was_written(f->settle, "/etc/a"));
	settle_postpone(f->settle, steal_only(f), START + 25 * MS);
	g_assert_false(settle_is_clear(f->settle, mark));
	g_assert_cmpstr(take(f, 24), ==, "");
	g_assert_cmpstr(take(f, 25), ==, "/etc/a");
	g_assert_cmpuint(taken(f, 0)->postponed, ==, 1);
	push(f, HINT_WRITING, "/etc/a", 26);
	g_assert_true(settle_was_written(f->settle, "/etc/a"));
	settle_postpone(f->settle, steal_only(f), START + 50 * MS);
	g_assert_false(settle_is_clear(f->settle, mark));
	g_assert_cmpstr(take(f, 100), ==, "");
	push(f, HINT_WRITTEN, "/etc/a", 101);
	g_assert_true(settle_was_written(f->settle, "/etc/a"));
	g_assert_cmpstr(take(f, 101), ==, "/etc/a");
	g_assert_false(settle_was_written(f->settle, "/etc/a"));
	g_assert_cmpuint(taken(f, 0)->postponed, ==, 2);
	g_assert_cmpint(taken(f, 0)->wall_usec, ==, 1);
	g_assert_true(settle_is_clear(f->settle, mark));
}

/*
 * A recheck that finds a difference and waits on is no mere doubt any more: nothing else may tell
 * of it (a file emptied through another of its names), so a barrier waits for it.
 */
static void test_postponed_recheck(Fixture *f, const void *data)
{
	settle_push_recheck(f->settle, "/etc/a", 9, START);
	g_assert_cmpstr(take(f, 0), ==, "/etc/a");
	settle_postpone(f->settle, steal_only(f), START + 25 * MS);
	g_assert_false(settle_is_clear(f->settle, settle_mark(f->settle)));
	g_assert_cmpint(settle_oldest_wall_usec(f->settle), ==, 9);
	g_assert_cmpstr(take(f, 25), ==, "/etc/a");
	g_assert_false(taken(f, 0)->is_recheck);
	g_assert_true(settle_is_clear(f->settle, settle_mark(f->settle)));
}

static void doubt(Fixture *f, const char *path, bool must_read)
{
	settle_push_doubt(f->settle, path, must_read, 9, START + 50 * MS);
}

/* A doubt of the scrub waits a moment for a hint; a barrier waits for it. */
static void test_doubt(Fixture *f, const void *data)
{
	doubt(f, "/etc/a", false);
	doubt(f, "/etc/b", false);
	g_assert_false(settle_is_clear(f->settle, settle_mark(f->settle)));
	push(f, HINT_WRITTEN, "/etc/b", 10);
	g_assert_cmpstr(take(f, 10), ==, "/etc/b");
	g_assert_cmpstr(take(f, 49), ==, "");
	g_assert_cmpstr(take(f, 50), ==, "/etc/a");
	g_assert_cmpint(taken(f, 0)->wall_usec, ==, 9);
	g_assert_false(taken(f, 0)->must_read);
	g_assert_true(settle_is_clear(f->settle, settle_mark(f->settle)));
	/* Who writes is waited for, and a recheck now counts. */
	push(f, HINT_WRITING, "/etc/a", 60);
	doubt(f, "/etc/a", false);
	settle_push_recheck(f->settle, "/etc/c", 9, START + 50 * MS);
	doubt(f, "/etc/c", false);
	g_assert_cmpstr(take(f, 60), ==, "/etc/c");
	g_assert_false(taken(f, 0)->is_recheck);
}

/* A doubt about content makes whatever is pending there read the file. */
static void test_doubt_inside(Fixture *f, const void *data)
{
	push(f, HINT_LOOK, "/etc/a", 0);
	doubt(f, "/etc/a", true);
	doubt(f, "/etc/b", true);
	g_assert_cmpstr(take(f, 0), ==, "/etc/a");
	g_assert_true(taken(f, 0)->must_read);
	push(f, HINT_LOOK, "/etc/b", 10);
	g_assert_cmpstr(take(f, 10), ==, "/etc/b");
	g_assert_true(taken(f, 0)->must_read);
	push(f, HINT_LOOK, "/etc/b", 11);
	g_assert_cmpstr(take(f, 11), ==, "/etc/b");
	g_assert_false(taken(f, 0)->must_read);
}

/* A doubt about a name that looks temporary, and then its hint: it waits like any such name. */
static void test_doubt_temporary(Fixture *f, const void *data)
{
	doubt(f, "/etc/a.tmp", false);
	push(f, HINT_CREATED, "/etc/a.tmp", 10);
	g_assert_cmpstr(take(f, 260), ==, "");
	g_assert_cmpstr(take(f, 300), ==, "/etc/a.tmp");
}

static void push_by(Fixture *f, gint64 pid, HintKind kind, const char *path, gint64 at_ms)
{
	push(f, kind, path, at_ms);
	attribute(f, path, pid);
}

/* Everybody who has touched a path since its last look, also when that was put off. */
static void test_put_off_actors(Fixture *f, const void *data)
{
	const GPtrArray *actors;

	push_by(f, 7, HINT_WRITING, "/etc/a", 0);
	push_by(f, 8, HINT_WRITING, "/etc/a", 1);
	push_by(f, 7, HINT_WRITTEN, "/etc/a", 2);
	push_by(f, 9, HINT_WRITING, "/etc/b", 2);
	g_assert_cmpstr(take(f, 2), ==, "/etc/a");
	g_assert_cmpuint(taken(f, 0)->actors->len, ==, 2);
	push_by(f, 10, HINT_LOOK, "/etc/a", 3);
	settle_postpone(f->settle, steal_only(f), START + 10 * MS);
	g_assert_cmpstr(take(f, 3), ==, "/etc/a");
	actors = taken(f, 0)->actors;
	g_assert_cmpuint(actors->len, ==, 3);
	g_assert_cmpint(((Actor *)actors->pdata[0])->pid, ==, 7);
	g_assert_cmpint(((Actor *)actors->pdata[2])->pid, ==, 10);
}

static void test_hurry(Fixture *f, const void *data)
{
	push(f, HINT_WRITING, "/etc/a", 0);
	push(f, HINT_CREATED, "/etc/b~", 0);
	settle_push_recheck(f->settle, "/etc/c", 9, START + 50 * MS);
	settle_hurry(f->settle, START + 1 * MS);
	take(f, 1);
	g_assert_cmpuint(f->orders->len, ==, 3);
	g_assert_cmpuint(settle_count(f->settle), ==, 0);
}

/* Too many: looks at directories instead, and none is forgotten. */
static void test_collapse(void)
{
	Fixture f = {0};

	setup(&f, NULL);
	settle_free(f.settle);
	f.settle = settle_new(100);
	for (int i = 0; i < 101; i++) {
		g_autofree char *path = g_strdup_printf("/etc/%c/%d", i % 2 ? 'x' : 'y', i);

		push(&f, HINT_LOOK, path, 7 + i);
	}
	g_assert_cmpuint(settle_count(f.settle), ==, 2);
	take(&f, 1000);
	g_assert_cmpuint(f.orders->len, ==, 2);
	for (guint i = 0; i < 2; i++) {
		g_assert_true(taken(&f, i)->is_subtree);
		g_assert_false(taken(&f, i)->is_offline);
		g_assert_cmpint(taken(&f, i)->wall_usec, ==, 8);
		g_assert_true(g_str_has_prefix(taken(&f, i)->path, "/etc/"));
	}
	teardown(&f, NULL);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/settle/unpacked", test_unpacked);
	ADD("/settle/actors", test_actors);
	ADD("/settle/many-actors", test_many_actors);
	ADD("/settle/at-once", test_at_once);
	ADD("/settle/written", test_written);
	ADD("/settle/open", test_open);
	ADD("/settle/created", test_created);
	ADD("/settle/made-again", test_made_again);
	ADD("/settle/gone", test_gone);
	ADD("/settle/flicker", test_flicker);
	ADD("/settle/rename", test_rename);
	ADD("/settle/temporary-renamed", test_temporary_renamed);
	ADD("/settle/written-beside", test_written_beside);
	ADD("/settle/lived", test_lived);
	ADD("/settle/backup", test_backup);
	ADD("/settle/backup-only", test_backup_only);
	ADD("/settle/temporary", test_temporary);
	ADD("/settle/hot", test_hot);
	ADD("/settle/hot-news", test_hot_news);
	ADD("/settle/hot-pending", test_hot_pending);
	ADD("/settle/rescan", test_rescan);
	ADD("/settle/recheck", test_recheck);
	ADD("/settle/barrier", test_barrier);
	ADD("/settle/put-back", test_put_back);
	ADD("/settle/postpone", test_postpone);
	ADD("/settle/begun", test_begun);
	ADD("/settle/postponed-recheck", test_postponed_recheck);
	ADD("/settle/doubt", test_doubt);
	ADD("/settle/doubt-inside", test_doubt_inside);
	ADD("/settle/doubt-temporary", test_doubt_temporary);
	ADD("/settle/put-off-actors", test_put_off_actors);
	ADD("/settle/hurry", test_hurry);
	g_test_add_func("/settle/collapse", test_collapse);
	return g_test_run();
}
