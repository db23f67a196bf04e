/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hot paths: when they become hot, how long they are held, when they cool down. */
#include "recorder/heat.h"

#define SEC G_GINT64_CONSTANT(1000000)

static void test_slow_is_never_hot(void)
{
	g_autoptr(Heat) heat = heat_new();

	for (int i = 1; i < 100; i++) {
		heat_committed(heat, "/a", i * 3 * SEC);
		g_assert_cmpint(heat_held_until(heat, "/a"), ==, 0);
	}
}

static void test_doubling(void)
{
	g_autoptr(Heat) heat = heat_new();
	gint64 at = SEC;

	for (int i = 0; i < 4; i++) {
		heat_committed(heat, "/a", at);
		g_assert_cmpint(heat_held_until(heat, "/a"), ==, 0);
	}
	heat_committed(heat, "/a", at);
	for (gint64 hold = 1; hold <= 60; hold = MIN(2 * hold, 60)) {
		g_assert_cmpint(heat_held_until(heat, "/a"), ==, at + hold * SEC);
		g_assert_cmpint(heat_held_until(heat, "/b"), ==, 0);
		at += hold * SEC;
		heat_committed(heat, "/a", at);
		if (hold == 60) {
			break;
		}
	}
	g_assert_cmpint(heat_held_until(heat, "/a"), ==, at + 60 * SEC);
}

static void test_cools_down(void)
{
	g_autoptr(Heat) heat = heat_new();

	for (int i = 0; i < 5; i++) {
		heat_committed(heat, "/a", SEC);
	}
	g_assert_cmpint(heat_held_until(heat, "/a"), ==, 2 * SEC);
	heat_committed(heat, "/b", 23 * SEC / 2); /* sweeps, a moment too early for /a */
	heat_committed(heat, "/a", 13 * SEC);
	g_assert_cmpint(heat_held_until(heat, "/a"), ==, 0);
}

/* Beyond the limit new paths are not counted; they are once others have cooled down. */
static void test_bounded(void)
{
	g_autoptr(Heat) heat = heat_new();

	for (int i = 0; i < HEAT_MAX_PATHS; i++) {
		g_autofree char *path = g_strdup_printf("/%d", i);

		heat_committed(heat, path, SEC);
	}
	for (int i = 0; i < 5; i++) {
		heat_committed(heat, "/new", 2 * SEC);
	}
	g_assert_cmpint(heat_held_until(heat, "/new"), ==, 0);
	for (int i = 0; i < 5; i++) {
		heat_committed(heat, "/new", 20 * SEC);
	}
	g_assert_cmpint(heat_held_until(heat, "/new"), ==, 21 * SEC);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/heat/slow-is-never-hot", test_slow_is_never_hot);
	g_test_add_func("/heat/doubling", test_doubling);
	g_test_add_func("/heat/cools-down", test_cools_down);
	g_test_add_func("/heat/bounded", test_bounded);
	return g_test_run();
}
