/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of the fields of one change, collected once. */
#include "policy/facts.h"

#include "policy/field.h"

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

bool facts_afford(Facts *facts, gsize size)
{
	if (facts->cuts >= FACTS_MAX_CUTS || size > FACTS_REGEX_BYTES - facts->regex_bytes) {
		facts->was_cut = true;
		return false;
	}
	facts->regex_bytes += size;
	return true;
}
