/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder/clock-step.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define NOW (1700000000 * SECOND)

static const struct {
	const char *name;
	gint64 wall, boot; /* since the first call */
	gint64 moved;
} cases[] = {
	{"time passes", 5 * SECOND, 5 * SECOND, 0},
	{"time is kept", 5 * SECOND + SECOND / 2, 5 * SECOND, 0},
	{"nothing passes", 0, 0, 0},
	{"set back an hour", -3595 * SECOND, 5 * SECOND, -3600 * SECOND},
	{"set forward a day", 86405 * SECOND, 5 * SECOND, 86400 * SECOND},
	{"set back a little", 3 * SECOND, 5 * SECOND, -2 * SECOND},
	{"the machine slept, and both clocks know", 3600 * SECOND, 3600 * SECOND, 0},
};

static void test_steps(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		ClockStep step = {0};

		g_test_message("%s", cases[i].name);
		g_assert_cmpint(clock_step_take(&step, NOW, 77 * SECOND), ==, 0);
		g_assert_cmpint(
			clock_step_take(&step, NOW + cases[i].wall, 77 * SECOND + cases[i].boot),
			==, cases[i].moved);
		/* told once */
		g_assert_cmpint(clock_step_take(&step, NOW + cases[i].wall + SECOND,
						78 * SECOND + cases[i].boot),
				==, 0);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clock-step/steps", test_steps);
	return g_test_run();
}
