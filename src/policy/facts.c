/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of the fields of one change, collected once. */
#include "policy/facts.h"

#include "base/clock.h"
#include "policy/field.h"

#include <time.h>

/* Reading the clock costs as much as a short line: it is done once for so many bytes. */
#define CHECK_BYTES 4096

void facts_init(Facts *facts, const Change *change)
{
	*facts = (Facts){.change = change, .values = g_new0(GPtrArray *, field_count())};
}

void facts_clear(Facts *facts)
{
	for (guint i = 0; facts->values != NULL && i < field_count(); i++) {
		g_clear_pointer(&facts->values[i], g_ptr_array_unref);
	}
	g_free(facts->values);
	*facts = (Facts){0};
}

const GPtrArray *facts_get(Facts *facts, guint field)
{
	if (facts->values[field] == NULL) {
		facts->values[field] = field_collect(field, facts->change);
	}
	return facts->values[field];
}

void facts_begin(Facts *facts)
{
	facts->was_cut = facts->is_exhausted = false;
	facts->unchecked = 0;
	facts->start_usec = 0;
}

/* Of this thread: a busy machine must not make rules blind. */
static gint64 cpu_usec(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return clock_from_timespec(&now);
}

bool facts_afford(Facts *facts, gsize size)
{
	facts->unchecked += size;
	if (facts->unchecked >= CHECK_BYTES && !facts->is_exhausted) {
		gint64 now = cpu_usec();

		facts->unchecked = 0;
		if (facts->start_usec == 0) {
			facts->start_usec = now;
		}
		facts->is_exhausted = now - facts->start_usec > FACTS_RULE_USEC;
	}
	facts->was_cut |= facts->is_exhausted;
	return !facts->is_exhausted;
}
