/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: where a rule's events come from (Sigma's `logsource`), and what Reeve can give it. A rule
 * whose source Reeve does not have is loaded but inactive: it cannot fire, which is no fault.
 */
#pragma once

#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	SOURCE_OTHER,      /* not ours: processes, network, another product */
	SOURCE_REEVE,      /* product linux, service reeve: every change */
	SOURCE_FILE_EVENT, /* product linux, category file_event: a file came or was written */
	SOURCE_AUDIT_PATH, /* product linux, service auditd, only fields of a PATH record */
} LogSource;

/* Any of the three may be NULL (not given). `taxonomy` NULL is Sigma's. */
LogSource source_classify(const char *product, const char *category, const char *service,
			  const char *taxonomy);

/* The sets of fields (policy/field.h) rules of a source may name; 0: any, they are not looked up.
 */
guint source_fields(LogSource source);

/* Whether a field that is in no set is a mistake: in our own taxonomy it is. */
bool source_is_strict(LogSource source);

/* Whether a change is an event of this source. */
bool source_has(LogSource source, const Change *change);
