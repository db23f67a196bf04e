/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters: see filter.h. */
#include "bridge/filter.h"
#include "base/glob.h"

#include <string.h>

void filter_clear(Filter *filter)
{
	g_strfreev(filter->topics);
	g_strfreev(filter->hosts);
	g_strfreev(filter->paths);
	g_strfreev(filter->owners);
	memset(filter, 0, sizeof(*filter));
}

typedef bool (*Fits)(const char *pattern, const char *text);

static bool begins(const char *pattern, const char *text)
{
	return g_str_has_prefix(text, pattern);
}

static bool matches(const char *pattern, const char *text)
{
	return g_pattern_match_simple(pattern, text);
}

static bool any(GStrv patterns, const char *text, Fits fits)
{
	if (patterns == NULL) {
		return true;
	}
	for (; *patterns != NULL; patterns++) {
		if (fits(*patterns, text)) {
			return true;
		}
	}
	return false;
}

bool filter_fits(const Filter *filter, const char *topic, const Record *record)
{
	return any(filter->topics, topic, begins) && record_severity(record) >= filter->severity &&
	       any(filter->hosts, record_word(record, "host.name"), matches) &&
	       (filter->paths == NULL || record->file != NULL) &&
	       any(filter->paths, record_word(record, "file.path"), glob_match);
}
