/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments as people say and read them: see moment.h. */
#include "cli/moment.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define SECOND G_GINT64_CONSTANT(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static struct tm local_tm(gint64 usec)
{
	time_t seconds = (time_t)(usec / SECOND);
	struct tm tm;

	localtime_r(&seconds, &tm);
	return tm;
}

/* The given local calendar time, any field out of range normalised by mktime (days before 1). */
static gint64 from_local(struct tm tm)
{
	tm.tm_isdst = -1;
	return (gint64)mktime(&tm) * SECOND;
}

static gint64 day_start(gint64 now_usec, int days_back)
{
	struct tm tm = local_tm(now_usec);

	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday -= days_back;
	return from_local(tm);
}

static bool parse_word(const char *text, gint64 now_usec, gint64 *ret)
{
	if (strcmp(text, "now") == 0) {
		*ret = now_usec;
	} else if (strcmp(text, "today") == 0) {
		*ret = day_start(now_usec, 0);
	} else if (strcmp(text, "yesterday") == 0) {
		*ret = day_start(now_usec, 1);
	} else {
		return false;
	}
	return true;
}

static const struct {
	const char *suffix;
	gint64 usec;
} units[] = {
	{"s", SECOND}, {"min", MINUTE}, {"m", MINUTE}, {"h", HOUR}, {"d", DAY}, {"w", 7 * DAY},
};

static bool parse_ago(const char *text, gint64 now_usec, gint64 *ret)
{
	char *end;
	guint64 n;

	if (!g_ascii_isdigit(*text)) {
		return false;
	}
	n = g_ascii_strtoull(text, &end, 10);
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		if (strcmp(end, units[i].suffix) == 0 && n <= (guint64)(now_usec / units[i].usec)) {
			*ret = now_usec - (gint64)n * units[i].usec;
			return true;
		}
	}
	return false;
}

/* A field of a form like "%4d-..." read by strptime; the whole text must be used. */
static bool parse_form(const char *text, const char *form, struct tm tm, gint64 *ret)
{
	struct tm asked;
	const char *end = strptime(text, form, &tm);

	if (end == NULL || *end != '\0') {
		return false;
	}
	asked = tm;
	*ret = from_local(tm);
	/* mktime turns 31 February into March; what does not come back was no date. */
	tm = local_tm(*ret);
	return tm.tm_mday == asked.tm_mday && tm.tm_mon == asked.tm_mon && *ret >= 0;
}

static bool parse_local(const char *text, gint64 now_usec, gint64 *ret)
{
	static const char *const dated[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
					    "%Y-%m-%d %H:%M", "%Y-%m-%d"};
	static const char *const clocked[] = {"%H:%M:%S", "%H:%M"};
	struct tm today = local_tm(day_start(now_usec, 0));

	for (gsize i = 0; i < G_N_ELEMENTS(dated); i++) {
		if (parse_form(text, dated[i], (struct tm){0}, ret)) {
			return true;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(clocked); i++) {
		if (parse_form(text, clocked[i], today, ret)) {
			return true;
		}
	}
	return false;
}

bool moment_parse(const char *text, gint64 now_usec, gint64 *ret_usec, GError **error)
{
	if (parse_word(text, now_usec, ret_usec) || parse_ago(text, now_usec, ret_usec) ||
	    clock_parse(text, ret_usec) || parse_local(text, now_usec, ret_usec)) {
		return true;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
		    "`%s` is no time I know; write 2h, 3d, today, yesterday, 2026-11-22, "
		    "\"2026-11-22 03:04\" or 2026-11-22T03:04:05Z",
		    text);
	return false;
}

char *moment_long(gint64 usec)
{
	struct tm tm = local_tm(usec);
	char text[64];

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	return g_strdup(text);
}

static char *clock_of(const struct tm *tm)
{
	return g_strdup_printf("%02d:%02d:%02d", tm->tm_hour, tm->tm_min, tm->tm_sec);
}

char *moment_short(gint64 usec, gint64 now_usec)
{
	struct tm a = local_tm(usec), b = local_tm(now_usec);

	if (a.tm_yday == b.tm_yday && a.tm_year == b.tm_year) {
		return clock_of(&a);
	}
	return moment_long(usec);
}

char *moment_full(gint64 usec)
{
	g_autofree char *date = moment_long(usec);
	struct tm tm = local_tm(usec);
	char zone[16];

	strftime(zone, sizeof(zone), "%z", &tm);
	return g_strdup_printf("%s.%06d %s", date, (int)(usec % SECOND), zone);
}

char *moment_span(gint64 usec)
{
	if (usec < SECOND) {
		return g_strdup_printf("%d ms", (int)(MAX(usec, 0) / 1000));
	}
	if (usec < MINUTE) {
		return g_strdup_printf("%d s", (int)(usec / SECOND));
	}
	if (usec < HOUR) {
		return g_strdup_printf("%d min %d s", (int)(usec / MINUTE),
				       (int)(usec % MINUTE / SECOND));
	}
	if (usec < DAY) {
		return g_strdup_printf("%d h %d min", (int)(usec / HOUR),
				       (int)(usec % HOUR / MINUTE));
	}
	return g_strdup_printf("%" G_GINT64_FORMAT " %s %d h", usec / DAY,
			       usec < 2 * DAY ? "day" : "days", (int)(usec % DAY / HOUR));
}
