/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The relay's access log (relay/access.h: STATE/access-0.ndjson and access-1.ndjson), read and
 * shown for `reeve log --access`, oldest first. Lines that are none are skipped: the relay may just
 * be writing the last one.
 */
#pragma once

#include "cli/context.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	gint64 since_usec, until_usec; /* wall clock; 0: no bound */
	guint limit;                   /* the newest so many; 0: all */
} AccessQuery;

/* Prints what answers the query. False and *error: the log cannot be read. */
bool access_log_print(const Context *context, const AccessQuery *query, GError **error);
