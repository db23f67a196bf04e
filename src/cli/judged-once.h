/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holds the journal against the history of snapshots.git: every commit was judged, in its order,
 * exactly once (all parts, each once), and every event's commit exists.
 */
#pragma once

#include "change/store.h"
#include "cli/context.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	guint64 commits; /* of the history */
	guint64 waiting; /* at its end, that the judge has not come to yet */
} JudgedOnce;

/* Adds what is wrong to `problems` (char *). False when it could not look. */
bool judged_once_check(const Context *context, Store *store, GPtrArray *problems, JudgedOnce *ret,
		       GError **error);
