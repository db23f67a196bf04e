/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/window.h"

#define NOW (G_GINT64_CONSTANT(1795316645) * G_USEC_PER_SEC)
#define HOUR (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)
#define EIGHT (G_GINT64_CONSTANT(1795377600) * G_USEC_PER_SEC) /* 2026-11-22T20:00:00Z */

static void test_windows(void)
{
	static const struct {
		const char *text;
		gint64 start, end;
	} good[] = {
		{"2026-11-22T20:00:00Z/2026-11-22T22:00:00Z", EIGHT, EIGHT + 2 * HOUR},
		{"2026-11-22T20:00:00Z+2h", EIGHT, EIGHT + 2 * HOUR},
		{"2026-11-22T20:00:00Z/+2h", EIGHT, EIGHT + 2 * HOUR},
		{"2026-11-22T21:00:00+01:00+90min", EIGHT, EIGHT + 3 * HOUR / 2},
		{"2026-11-22T21:00:00+01:00/2026-11-22T22:00:00Z", EIGHT, EIGHT + 2 * HOUR},
		{"now+2h", NOW, NOW + 2 * HOUR},
		{"/+2h", 0, NOW + 2 * HOUR},
		{"/2026-11-22T22:00:00Z", 0, EIGHT + 2 * HOUR},
		{"2026-11-22T20:00:00Z/", EIGHT, 0},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autoptr(GError) error = NULL;
		gint64 start = -1, end = -1;

		g_test_message("%s", good[i].text);
		window_parse(good[i].text, NOW, &start, &end, &error);
		g_assert_no_error(error);
		g_assert_cmpint(start, ==, good[i].start);
		g_assert_cmpint(end, ==, good[i].end);
	}
}

static void test_refusals(void)
{
	static const char *const bad[] = {
		"",
		"soon",
		"2h",
		"now",
		"now+",
		"now+2",
		"now+2y",
		"now+-2h",
		"x/y",
		"2026-11-22T22:00:00Z/2026-11-22T20:00:00Z",
		"2026-11-22T20:00:00+01:00",
		"now+0h",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		gint64 start, end;

		g_test_message("%s", bad[i]);
		g_assert_false(window_parse(bad[i], NOW, &start, &end, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
	}
}

int main(int argc, char **argv)
{
	g_setenv("TZ", "UTC", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/window/good", test_windows);
	g_test_add_func("/window/refusals", test_refusals);
	return g_test_run();
}
