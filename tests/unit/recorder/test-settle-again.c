/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is looked at again: the hot, the doubtful, what was put off or put back; and all at once. */
#include "recorder/settle.h"

#include "settling.h"

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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/settle/hot", test_hot);
	ADD("/settle/hot-news", test_hot_news);
	ADD("/settle/hot-pending", test_hot_pending);
	ADD("/settle/rescan", test_rescan);
	ADD("/settle/recheck", test_recheck);
	ADD("/settle/barrier", test_barrier);
	ADD("/settle/put-back", test_put_back);
	ADD("/settle/postpone", test_postpone);
	ADD("/settle/postponed-recheck", test_postponed_recheck);
	ADD("/settle/doubt", test_doubt);
	ADD("/settle/doubt-inside", test_doubt_inside);
	ADD("/settle/doubt-temporary", test_doubt_temporary);
	ADD("/settle/hurry", test_hurry);
	g_test_add_func("/settle/collapse", test_collapse);
	return g_test_run();
}
