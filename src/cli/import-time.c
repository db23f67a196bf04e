/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments of other systems: see import-time.h. */
#include "cli/import-time.h"

#include "base/clock.h"

#include <locale.h>
#include <string.h>
#include <time.h>

#define NO_FORM "is not written in any form the map knows"

/* The whole of the text must be of the form. */
static bool read_form(const char *text, const char *form, struct tm *ret)
{
	locale_t english = newlocale(LC_TIME_MASK, "C", (locale_t)0);
	const char *end;

	*ret = (struct tm){.tm_mday = 0};
	end = english == (locale_t)0 ? NULL : strptime_l(text, form, ret, english);
	if (english != (locale_t)0) {
		freelocale(english);
	}
	return end != NULL && *end == '\0';
}

/* What strptime takes that no calendar has: 31 February, a second of 60. */
static bool is_calendar_date(const struct tm *tm)
{
	return g_date_valid_dmy((GDateDay)tm->tm_mday, (GDateMonth)(tm->tm_mon + 1),
				(GDateYear)(tm->tm_year + 1900)) &&
	       tm->tm_sec <= 59;
}

static bool reads_as(GDateTime *moment, const struct tm *tm)
{
	return moment != NULL && g_date_time_get_hour(moment) == tm->tm_hour &&
	       g_date_time_get_minute(moment) == tm->tm_min &&
	       g_date_time_get_day_of_month(moment) == tm->tm_mday;
}

/* Clocks are set by half an hour at least, and by two at most, in all the years a computer has
 * seen. */
static bool is_there_twice(GDateTime *moment, const struct tm *tm)
{
	static const int minutes[] = {-120, -60, -30, 30, 60, 120};

	for (gsize i = 0; i < G_N_ELEMENTS(minutes); i++) {
		g_autoptr(GDateTime) other = g_date_time_add_minutes(moment, minutes[i]);

		if (reads_as(other, tm)) {
			return true;
		}
	}
	return false;
}

static const char *in_zone(const struct tm *tm, GTimeZone *zone, gint64 *ret_usec)
{
	g_autoptr(GDateTime) moment =
		g_date_time_new(zone, tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday, tm->tm_hour,
				tm->tm_min, tm->tm_sec);

	if (!reads_as(moment, tm)) {
		return "is a time that clocks there never showed";
	}
	if (is_there_twice(moment, tm)) {
		return "was shown twice by clocks there, and nobody can say which is meant";
	}
	*ret_usec = g_date_time_to_unix(moment) * G_USEC_PER_SEC;
	return NULL;
}

const char *import_time(const char *text, GStrv forms, GTimeZone *zone, gint64 *ret_usec)
{
	if (clock_parse(text, ret_usec)) {
		return NULL;
	}
	for (; forms != NULL && *forms != NULL; forms++) {
		bool has_zone = strstr(*forms, "%z") != NULL;
		struct tm tm;

		if (!read_form(text, *forms, &tm)) {
			continue;
		}
		if (!is_calendar_date(&tm) || tm.tm_year < 70 || tm.tm_year > 8000) {
			return "is no date of the calendar";
		}
		if (!has_zone) {
			return in_zone(&tm, zone, ret_usec);
		}
		*ret_usec = (timegm(&(struct tm){.tm_sec = tm.tm_sec,
						 .tm_min = tm.tm_min,
						 .tm_hour = tm.tm_hour,
						 .tm_mday = tm.tm_mday,
						 .tm_mon = tm.tm_mon,
						 .tm_year = tm.tm_year}) -
			     tm.tm_gmtoff) *
			    G_USEC_PER_SEC;
		return NULL;
	}
	return NO_FORM;
}
