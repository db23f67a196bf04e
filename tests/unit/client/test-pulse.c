/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The pulse of the other side. */
#include "client/pulse.h"

static void test_silence_is_said_once(void)
{
	Pulse pulse;

	pulse_init(&pulse, 30, 1000);
	g_assert_false(pulse_falls_silent(&pulse, 1029));
	g_assert_cmpint(pulse_deadline(&pulse), ==, 1030);
	g_assert_true(pulse_falls_silent(&pulse, 1030));
	g_assert_false(pulse_falls_silent(&pulse, 5000));
	g_assert_cmpint(pulse_deadline(&pulse), ==, G_MAXINT64);
	g_assert_true(pulse_beat(&pulse, 6000));
	g_assert_false(pulse_beat(&pulse, 6001));
	g_assert_true(pulse_falls_silent(&pulse, 6031));
}

static void test_beats_keep_it(void)
{
	Pulse pulse;

	pulse_init(&pulse, 30, 0);
	for (gint64 now = 0; now < 1000; now += 29) {
		g_assert_false(pulse_falls_silent(&pulse, now));
		g_assert_false(pulse_beat(&pulse, now));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/client/pulse/once", test_silence_is_said_once);
	g_test_add_func("/client/pulse/beats", test_beats_keep_it);
	return g_test_run();
}
