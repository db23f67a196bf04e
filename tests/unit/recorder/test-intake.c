/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The intake: what of the watch's hints reaches the settle, and as what. */
#include "recorder/intake.h"
#include "watch/null.h"

#include <string.h>

typedef struct {
	Recorder recorder;
	Scope *scope;
	GPtrArray *orders;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	static const char *const roots[] = {"/etc", "/srv/a/etc", "/srv/one.conf", NULL};
	static const char *const ignores[] = {"/etc/cache", NULL};
	g_autoptr(GError) error = NULL;

	recorder_init(&f->recorder);
	f->scope = scope_new(roots, ignores, &error);
	f->recorder.world.scope = f->scope;
	f->recorder.world.watch = watch_open("null", &error);
	g_assert_no_error(error);
	f->orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);
}

static void teardown(Fixture *f, const void *data)
{
	watch_close(f->recorder.world.watch);
	recorder_clear(&f->recorder);
	scope_free(f->scope);
	g_ptr_array_unref(f->orders);
}

static void hint(Fixture *f, HintKind kind, const char *path, const char *from)
{
	null_watch_hint(f->recorder.world.watch, kind, path, from, 1);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp((*(Order *const *)a)->path, (*(Order *const *)b)->path);
}

/* What is due after all has been taken in: paths, those of subtrees with a star. */
static const char *due(Fixture *f)
{
	static char text[1024];
	g_autoptr(GString) out = g_string_new(NULL);

	intake_take(&f->recorder);
	g_ptr_array_set_size(f->orders, 0);
	intake_due(&f->recorder, f->orders);
	g_ptr_array_sort(f->orders, compare_paths);
	for (guint i = 0; i < f->orders->len; i++) {
		const Order *order = f->orders->pdata[i];

		g_string_append_printf(out, "%s%s%s", i > 0 ? " " : "", order->path,
				       order->is_subtree ? "*" : "");
	}
	g_strlcpy(text, out->str, sizeof(text));
	return text;
}

static void test_scope(Fixture *f, const void *data)
{
	hint(f, HINT_LOOK, "/etc/a", NULL);
	hint(f, HINT_LOOK, "/etc/cache/x", NULL);
	hint(f, HINT_LOOK, "/srv/two.conf", NULL);
	hint(f, HINT_LOOK, "/srv/one.conf", NULL);
	g_assert_cmpstr(due(f), ==, "/etc/a /srv/one.conf");
}

static void test_above_roots(Fixture *f, const void *data)
{
	hint(f, HINT_GONE, "/srv/a", NULL);
	g_assert_cmpstr(due(f), ==, "/srv/a/etc*");
	g_assert_false(((Order *)f->orders->pdata[0])->is_offline);
	hint(f, HINT_MOVED, "/srv", NULL);
	g_assert_cmpstr(due(f), ==, "/srv/a/etc* /srv/one.conf*");
	hint(f, HINT_MOVED, "/var", NULL);
	g_assert_cmpstr(due(f), ==, "");
}

/* A name that came from outside is new, whatever it was called there. */
static void test_moved_in(Fixture *f, const void *data)
{
	hint(f, HINT_MOVED, "/etc/a", "/srv/a/x");
	hint(f, HINT_MOVED, "/etc/b", "/etc/c");
	g_assert_cmpstr(due(f), ==, "/etc/a /etc/b");
	g_assert_null(((Order *)f->orders->pdata[0])->moved_from);
	g_assert_cmpstr(((Order *)f->orders->pdata[1])->moved_from, ==, "/etc/c");
}

static void test_gap(Fixture *f, const void *data)
{
	null_watch_gap(f->recorder.world.watch, "overflow", "/", 1);
	g_assert_cmpstr(due(f), ==, "/etc* /srv/a/etc* /srv/one.conf*");
	for (guint i = 0; i < f->orders->len; i++) {
		g_assert_true(((Order *)f->orders->pdata[i])->is_offline);
	}
	g_assert_cmpuint(f->recorder.gaps->len, ==, 1);
}

static void test_collapsed(Fixture *f, const void *data)
{
	settle_free(f->recorder.settle);
	f->recorder.settle = settle_new(2);
	hint(f, HINT_LOOK, "/etc", NULL);
	hint(f, HINT_LOOK, "/srv/one.conf", NULL);
	hint(f, HINT_LOOK, "/etc/a/b", NULL);
	g_assert_cmpstr(due(f), ==,
			"/etc* /etc/a* /srv/a/etc* /srv/a/etc* /srv/one.conf* "
			"/srv/one.conf*");
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

/* The clock was set back by an hour: a gap over all times that may be wrong, told once. */
static void test_clock(Fixture *f, const void *data)
{
	const Gap *gap;

	f->recorder.is_started = true;
	intake_take_clock(&f->recorder);
	intake_take_clock(&f->recorder);
	g_assert_cmpuint(f->recorder.gaps->len, ==, 0);
	f->recorder.clock.offset_usec += G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC;
	intake_take_clock(&f->recorder);
	intake_take_clock(&f->recorder);
	g_assert_cmpuint(f->recorder.gaps->len, ==, 1);
	gap = f->recorder.gaps->pdata[0];
	g_assert_cmpstr(gap->cause, ==, "clock");
	g_assert_cmpint((gap->end_usec - gap->start_usec) / G_USEC_PER_SEC, >=, 3599);
	g_assert_cmpint((gap->end_usec - gap->start_usec) / G_USEC_PER_SEC, <=, 3600);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/intake/scope", test_scope);
	ADD("/intake/above-roots", test_above_roots);
	ADD("/intake/moved-in", test_moved_in);
	ADD("/intake/gap", test_gap);
	ADD("/intake/collapsed", test_collapsed);
	g_test_add("/intake/clock", Fixture, NULL, setup, test_clock, teardown);
	return g_test_run();
}
