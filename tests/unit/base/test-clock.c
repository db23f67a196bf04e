/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

static void test_both_ways(void)
{
	static const struct {
		gint64 usec;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000000Z"},
		{1, "1970-01-01T00:00:00.000001Z"},
		{951782399999999, "2000-02-28T23:59:59.999999Z"},
		{951868799000000, "2000-02-29T23:59:59.000000Z"},
		{1795316645123456, "2026-11-22T03:04:05.123456Z"},
		{4102444800000000, "2100-01-01T00:00:00.000000Z"},
		{253402300799999999, "9999-12-31T23:59:59.999999Z"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = clock_format(cases[i].usec);
		gint64 usec;

		g_assert_cmpstr(text, ==, cases[i].text);
		g_assert_true(clock_parse(cases[i].text, &usec));
		g_assert_cmpint(usec, ==, cases[i].usec);
	}
}

static void test_other_forms(void)
{
	static const struct {
		const char *text;
		gint64 usec;
	} cases[] = {
		{"1970-01-01T00:00:01Z", 1000000},
		{"1970-01-01T00:00:01.5Z", 1500000},
		{"1970-01-01T01:00:01+01:00", 1000000},
		{"1969-12-31T19:00:01-05:00", G_MININT64}, /* before the first year we know */
		{"1970-01-01T00:30:00-05:30", 21600000000},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint64 usec = G_MININT64;
		bool ok = clock_parse(cases[i].text, &usec);

		g_assert_cmpint(ok, ==, cases[i].usec != G_MININT64);
		g_assert_cmpint(usec, ==, cases[i].usec);
	}
}

static void test_refused(void)
{
	static const char *const bad[] = {
		"",
		"2026-11-22",
		"2026-11-22T03:04:05",
		"2026-11-22 03:04:05Z",
		" 2026-11-22T03:04:05Z",
		"2026-11-22T03:04:05Z ",
		"2026-11-22T03:04:05.Z",
		"2026-11-22T03:04:05.1234567Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-01-01T00:00:60Z",
		"2026-01-01T00:00:00+24:00",
		"2026-01-01T00:00:00+1:00",
		"2026-01-01T00:00:00z",
		"26-01-01T00:00:00Z",
		"+026-01-01T00:00:00Z",
	};
	gint64 usec;

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		if (clock_parse(bad[i], &usec)) {
			g_test_message("taken: %s", bad[i]);
			g_test_fail();
		}
	}
}

static void test_now(void)
{
	gint64 wall = clock_wall_usec();
	gint64 mono = clock_mono_usec();
	struct timespec ts = {.tv_sec = 12, .tv_nsec = 345678};

	g_assert_cmpint(wall, >, 1600000000000000);
	g_assert_cmpint(clock_mono_usec(), >=, mono);
	g_assert_cmpint(clock_from_timespec(&ts), ==, 12000345);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clock/both-ways", test_both_ways);
	g_test_add_func("/clock/other-forms", test_other_forms);
	g_test_add_func("/clock/refused", test_refused);
	g_test_add_func("/clock/now", test_now);
	return g_test_run();
}
