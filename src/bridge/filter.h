/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an output wants to hear. Everything that is set must fit; what is not set fits everything.
 */
#pragma once

#include "bridge/record.h"

#include <stdbool.h>

typedef struct {
	GStrv topics;   /* prefixes; NULL: all */
	guint severity; /* at least; 0 informational */
	GStrv hosts;    /* patterns with * and ? */
	GStrv paths;    /* globs (base/glob.h): events without files do not fit */
	GStrv owners;   /* names of people: not tested here but by roster_fits */
} Filter;

void filter_clear(Filter *filter);

bool filter_fits(const Filter *filter, const char *topic, const Record *record);
