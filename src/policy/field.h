/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields a rule may name, and how each is read from a Change. A field has any number of values:
 * none (it is absent), one, or many (lines, words). doc/policies.md tells them to rule authors.
 */
#pragma once

#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

/* Which vocabulary a field belongs to; a rule's log source decides which it may use. */
typedef enum {
	FIELD_SIGMA = 1 << 0, /* Sigma's own words for file events */
	FIELD_REEVE = 1 << 1, /* what `taxonomy: reeve` adds */
	FIELD_AUDIT = 1 << 2, /* auditd's PATH record */
} FieldSet;

#define FIELD_LINE_BYTES 8192 /* a line longer than this makes Content say `long-line` */

/* Number of fields; a field is an index below it. */
guint field_count(void);
const char *field_name(guint field);
/* The field of that name in these sets, or -1. Names are case-sensitive, as in Sigma. */
int field_find(const char *name, guint sets);
/* The name in these sets that differs least, for a message; NULL when none is near. */
const char *field_nearest(const char *name, guint sets);
/* Whether a keyword (a value without a field) is looked for in it. */
bool field_is_searched(guint field);
/* Whether it has many or long values, so that a rule should look at others first. */
bool field_is_costly(guint field);

/* Whether its one value is the path of the change. */
bool field_is_path(guint field);

/* The values: an array of char *; the caller unrefs. */
GPtrArray *field_collect(guint field, const Change *change);
