/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Gaps: see gap.h. */
#include "event/gap.h"

Gap *gap_new(const char *cause, const char *scope, gint64 start_usec, gint64 end_usec)
{
	Gap *gap = g_new0(Gap, 1);

	gap->cause = g_strdup(cause);
	gap->scope = g_strdup(scope);
	gap->start_usec = start_usec;
	gap->end_usec = end_usec;
	return gap;
}

void gap_free(Gap *gap)
{
	if (gap == NULL) {
		return;
	}
	g_free(gap->cause);
	g_free(gap->scope);
	g_free(gap);
}
