/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Occasions: see occasion.h. */
#include "judge/occasion.h"

#include "base/path.h"

/* The stretch that all gaps over this path make together. */
static void span_gaps(const ChangeSet *set, const char *path, MatchContext *ret)
{
	gint64 start = G_MAXINT64, end = 0;

	for (guint i = 0; i < set->gaps->len; i++) {
		const Gap *gap = set->gaps->pdata[i];

		if (path_is_beneath(path, gap->scope)) {
			start = MIN(start, gap->start_usec);
			end = MAX(end, MAX(gap->end_usec, gap->closed_usec));
		}
	}
	if (end == 0) {
		start = 0;
		end = set->recorded_usec;
	}
	ret->earliest_usec = start;
	ret->latest_usec = end;
}

void occasion_of(const ChangeSet *set, const Change *change, const char *host, MatchContext *ret)
{
	*ret = (MatchContext){.host = host == NULL ? "" : host, .actors = change->actors};
	if (change->is_offline || change->time_usec == 0) {
		span_gaps(set, change->path, ret);
	} else {
		ret->earliest_usec = change->time_usec;
		ret->latest_usec = change->time_usec;
	}
}
