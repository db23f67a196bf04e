/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of backends, and the backend for tests. */
#include "watch/null.h"

#include <string.h>

static void test_backends(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Watch) automatic = watch_open("auto", &error);
	g_autoptr(Watch) known = NULL;
	g_autoptr(Watch) unknown = NULL;

	g_assert_no_error(error);
	/* Root's is the one that knows who did it; whether we are privileged is the kernel's word.
	 */
	known = watch_open("fanotify", NULL);
	g_assert_cmpstr(watch_backend(automatic), ==, known != NULL ? "fanotify" : "inotify");
	unknown = watch_open("fanotifo", &error);
	g_assert_null(unknown);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE);
	g_assert_nonnull(strstr(error->message, "fanotifo"));
}

typedef struct {
	guint hints, gaps;
	bool gap_first;
} Seen;

static void see_hint(void *context, Hint *hint)
{
	((Seen *)context)->hints++;
	hint_clear(hint);
}

static void see_gap(void *context, Gap *gap)
{
	Seen *seen = context;

	seen->gap_first = seen->hints == 0;
	seen->gaps++;
	gap_free(gap);
}

static void test_null(void)
{
	g_autoptr(Watch) watch = watch_open("null", NULL);
	Seen seen = {0};
	WatchSink sink = {see_hint, see_gap, &seen};

	g_assert_cmpint(watch_add(watch, "/etc", -1, WATCH_EVERYTHING), ==, WATCH_ADDED);
	g_assert_cmpint(watch_add(watch, "/etc", -1, WATCH_EVERYTHING), ==, WATCH_KNOWN);
	g_assert_true(null_watch_has(watch, "/etc"));
	null_watch_set_budget(watch, 1);
	g_assert_cmpint(watch_add(watch, "/srv", -1, WATCH_EVERYTHING), ==, WATCH_NO_BUDGET);
	g_assert_cmpuint(watch_count(watch), ==, 1);
	g_assert_cmpuint(watch_uncovered(watch), ==, 1);
	null_watch_gap(watch, "overflow", "/", 5);
	g_assert_cmpuint(watch_take(watch, &sink), ==, 2);
	g_assert_cmpuint(seen.gaps, ==, 1);
	g_assert_true(seen.gap_first);
	g_assert_cmpuint(watch_count(watch), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/watch/backends", test_backends);
	g_test_add_func("/watch/null", test_null);
	return g_test_run();
}
