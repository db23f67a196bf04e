/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Formats: how a record is written. A table of names; the mappings are tables too, one file each:
 * rfc5424 (structured data), ecs (JSON), cef, hec (what Splunk's HTTP Event
 * Collector takes) and native (the event as it is, once, not per file).
 */
#pragma once

#include "bridge/record.h"

#include <stdbool.h>

typedef struct {
	const char *name;
	bool is_whole; /* once for the event, not for each file */
	void (*write)(const Record *record, GString *out);
} Format;

/* The format of that name; NULL: there is none. */
const Format *format_find(const char *name);

/* Appends whole characters of at most `max` bytes, on one line: controls become spaces, and before
 * each of `specials` comes a backslash. */
void format_append(GString *out, const char *text, gsize max, const char *specials);

void format_rfc5424(const Record *record, GString *out);
void format_ecs(const Record *record, GString *out);
void format_cef(const Record *record, GString *out);
void format_hec(const Record *record, GString *out);
