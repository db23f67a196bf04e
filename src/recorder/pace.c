/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pace: see pace.h. */
#include "recorder/pace.h"

#include <stdbool.h>

#define USEC_PER_SEC G_GINT64_CONSTANT(1000000)

void pace_begin(Pace *pace, guint64 total, gint64 now_usec)
{
	pace->began_usec = now_usec;
	pace->total = total;
	pace->next_usec = now_usec;
}

/* Whether at this speed the round would outlast its greatest period; a tenth is kept in hand. */
static bool is_behind(const Pace *pace, gint64 now_usec, guint64 done)
{
	gint64 limit_usec = pace->rule->greatest_usec / 10 * 9;
	double elapsed = (double)(now_usec - pace->began_usec) / (double)limit_usec;

	return pace->total > 0 && (double)done / (double)pace->total < elapsed;
}

void pace_did(Pace *pace, gint64 now_usec, gint64 cpu_usec, guint64 bytes, guint64 done)
{
	const PaceRule *rule = pace->rule;
	gint64 pause_usec = cpu_usec * rule->cpu_share;

	if (rule->bytes_per_sec > 0) {
		gint64 reading_usec =
			(gint64)((double)bytes / (double)rule->bytes_per_sec * USEC_PER_SEC);

		pause_usec = MAX(pause_usec, reading_usec);
	}
	if (is_behind(pace, now_usec + pause_usec, done)) {
		pause_usec = MIN(pause_usec, cpu_usec * PACE_HURRIED_SHARE);
	}
	pace->next_usec = now_usec + pause_usec;
	pace->paid_usec = pace->next_usec;
}

void pace_end(Pace *pace)
{
	pace->next_usec = MAX(pace->next_usec, pace->began_usec + pace->rule->least_usec);
}

void pace_hurry(Pace *pace, gint64 now_usec)
{
	pace->next_usec = MAX(now_usec, pace->paid_usec);
}
