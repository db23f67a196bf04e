/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Time: see clock.h. */
#include "base/clock.h"

#include <string.h>

#define USEC_PER_SEC G_GINT64_CONSTANT(1000000)

gint64 clock_from_timespec(const struct timespec *ts)
{
	return (gint64)ts->tv_sec * USEC_PER_SEC + ts->tv_nsec / 1000;
}

static gint64 clock_read(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return clock_from_timespec(&ts);
}

gint64 clock_wall_usec(void)
{
	return clock_read(CLOCK_REALTIME);
}

gint64 clock_mono_usec(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

gint64 clock_boot_usec(void)
{
	return clock_read(CLOCK_BOOTTIME);
}

char *clock_format(gint64 wall_usec)
{
	time_t seconds = (time_t)(wall_usec / USEC_PER_SEC);
	int fraction = (int)(wall_usec % USEC_PER_SEC);
	struct tm tm;
	char text[32];

	if (fraction < 0) {
		fraction += (int)USEC_PER_SEC;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return g_strdup_printf("%s.%06dZ", text, fraction);
}

/* Reads exactly `n` digits at *p and moves *p behind them. */
static bool read_digits(const char **p, int n, int *ret)
{
	int value = 0;

	for (int i = 0; i < n; i++, (*p)++) {
		if (!g_ascii_isdigit(**p)) {
			return false;
		}
		value = value * 10 + (**p - '0');
	}
	*ret = value;
	return true;
}

static bool read_literal(const char **p, char c)
{
	if (**p != c) {
		return false;
	}
	(*p)++;
	return true;
}

static bool read_fraction(const char **p, int *ret_usec)
{
	int scale = 100000;

	*ret_usec = 0;
	if (**p != '.') {
		return true;
	}
	(*p)++;
	if (!g_ascii_isdigit(**p)) {
		return false;
	}
	for (; g_ascii_isdigit(**p); (*p)++, scale /= 10) {
		if (scale == 0) {
			return false;
		}
		*ret_usec += (**p - '0') * scale;
	}
	return true;
}

static bool read_zone(const char **p, int *ret_offset_sec)
{
	int hours, minutes, sign;

	*ret_offset_sec = 0;
	if (read_literal(p, 'Z')) {
		return true;
	}
	sign = **p == '-' ? -1 : 1;
	if (**p != '+' && **p != '-') {
		return false;
	}
	(*p)++;
	if (!read_digits(p, 2, &hours) || !read_literal(p, ':') || !read_digits(p, 2, &minutes) ||
	    hours > 23 || minutes > 59) {
		return false;
	}
	*ret_offset_sec = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool tm_is_calendar_date(const struct tm *given)
{
	struct tm normal = *given;
	time_t t = timegm(&normal);

	(void)t;
	return normal.tm_mday == given->tm_mday && normal.tm_mon == given->tm_mon &&
	       given->tm_hour <= 23 && given->tm_min <= 59 && given->tm_sec <= 59;
}

bool clock_parse(const char *text, gint64 *ret_usec)
{
	const char *p = text;
	struct tm tm = {0};
	int year, month, usec, offset;

	if (!read_digits(&p, 4, &year) || !read_literal(&p, '-') || !read_digits(&p, 2, &month) ||
	    !read_literal(&p, '-') || !read_digits(&p, 2, &tm.tm_mday) || !read_literal(&p, 'T') ||
	    !read_digits(&p, 2, &tm.tm_hour) || !read_literal(&p, ':') ||
	    !read_digits(&p, 2, &tm.tm_min) || !read_literal(&p, ':') ||
	    !read_digits(&p, 2, &tm.tm_sec) || !read_fraction(&p, &usec) ||
	    !read_zone(&p, &offset) || *p != '\0') {
		return false;
	}
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	if (month < 1 || month > 12 || year < 1970 || !tm_is_calendar_date(&tm)) {
		return false;
	}
	*ret_usec = ((gint64)timegm(&tm) - offset) * USEC_PER_SEC + usec;
	return true;
}
