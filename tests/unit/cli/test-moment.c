/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments as people say them. The zone is Berlin's, with its two jumps a year. */
#include "cli/moment.h"

#include "base/clock.h"

#include <glib.h>
#include <time.h>

/* 2026-11-22T12:30:00Z, a Sunday: 13:30 in Berlin. */
#define NOW "2026-11-22T12:30:00Z"

static gint64 at(const char *text)
{
	gint64 usec;

	g_assert_true(clock_parse(text, &usec));
	return usec;
}

static const struct {
	const char *typed, *meant;
} readable[] = {
	{"now", NOW},
	{"today", "2026-11-21T23:00:00Z"},
	{"yesterday", "2026-11-20T23:00:00Z"},
	{"90s", "2026-11-22T12:28:30Z"},
	{"15min", "2026-11-22T12:15:00Z"},
	{"15m", "2026-11-22T12:15:00Z"},
	{"2h", "2026-11-22T10:30:00Z"},
	{"3d", "2026-11-19T12:30:00Z"},
	{"1w", "2026-11-15T12:30:00Z"},
	{"2026-11-22", "2026-11-21T23:00:00Z"},
	{"2026-07-01", "2026-06-30T22:00:00Z"},
	{"2026-11-22 03:04", "2026-11-22T02:04:00Z"},
	{"2026-11-22 03:04:05", "2026-11-22T02:04:05Z"},
	{"2026-11-22T03:04:05", "2026-11-22T02:04:05Z"},
	{"2026-11-22T03:04:05Z", "2026-11-22T03:04:05Z"},
	{"2026-11-22T03:04:05.5+02:00", "2026-11-22T01:04:05.5Z"},
	{"03:04", "2026-11-22T02:04:00Z"},
	{"03:04:05", "2026-11-22T02:04:05Z"},
};

static void test_readable(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(readable); i++) {
		g_autoptr(GError) error = NULL;
		gint64 usec = 0;

		g_test_message("%s", readable[i].typed);
		moment_parse(readable[i].typed, at(NOW), &usec, &error);
		g_assert_no_error(error);
		g_assert_cmpint(usec, ==, at(readable[i].meant));
	}
}

static void test_refused(void)
{
	static const char *const refused[] = {
		"",
		"soon",
		"h",
		"2",
		"-2h",
		"2 h",
		"2x",
		"2026",
		"2026-02-30",
		"2026-13-01",
		"25:00",
		"2026-11-22 ",
		"99999999999999999999d",
		"2026-11-22T03:04:05Zx",
		"yesterday 03:04",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		gint64 usec;

		g_test_message("`%s`", refused[i]);
		g_assert_false(moment_parse(refused[i], at(NOW), &usec, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
		/* It says what would be understood. */
		g_assert_nonnull(strstr(error->message, "yesterday"));
	}
}

static void test_shown(void)
{
	g_autofree char *same_day = moment_short(at("2026-11-22T02:04:05Z"), at(NOW));
	g_autofree char *other_day = moment_short(at("2026-11-21T22:59:59Z"), at(NOW));
	g_autofree char *other_year = moment_short(at("2025-11-22T02:04:05Z"), at(NOW));
	g_autofree char *full = moment_full(at("2026-11-22T02:04:05.000042Z"));

	g_assert_cmpstr(same_day, ==, "03:04:05");
	g_assert_cmpstr(other_day, ==, "2026-11-21 23:59:59");
	g_assert_cmpstr(other_year, ==, "2025-11-22 03:04:05");
	g_assert_cmpstr(full, ==, "2026-11-22 03:04:05.000042 +0100");
}

static void test_spans(void)
{
	static const struct {
		gint64 ms;
		const char *shown;
	} spans[] = {
		{-5, "0 ms"},
		{850, "850 ms"},
		{12000, "12 s"},
		{64000, "1 min 4 s"},
		{3 * 3600000 + 12 * 60000, "3 h 12 min"},
		{G_GINT64_CONSTANT(27) * 3600000, "1 day 3 h"},
		{G_GINT64_CONSTANT(51) * 3600000, "2 days 3 h"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(spans); i++) {
		g_autofree char *shown = moment_span(spans[i].ms * 1000);

		g_assert_cmpstr(shown, ==, spans[i].shown);
	}
}

int main(int argc, char **argv)
{
	g_setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", TRUE);
	tzset();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/moment/readable", test_readable);
	g_test_add_func("/moment/refused", test_refused);
	g_test_add_func("/moment/shown", test_shown);
	g_test_add_func("/moment/spans", test_spans);
	return g_test_run();
}
