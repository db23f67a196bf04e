/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The paths that are not in their approved state, as diff, status and explain need them: those of
 * the index, narrowed to what was named, and one compared with its approved state.
 */
#pragma once

#include "change/store.h"
#include "cli/history.h"

#include <glib.h>
#include <jansson.h>

/*
 * The drift below the paths named (as typed; a folder means all below it, `*` and `**` as
 * everywhere), sorted by path; all of it when none is named. Array of Drift; NULL and *error.
 */
GPtrArray *drift_list(History *history, char *const *paths, GError **error);

/*
 * What differs between the approved state of a drifting path and what snapshots.git has of it now:
 * a member of `files` as in an event (design 5.4). *ret_file is NULL when nothing differs any more
 * (the judge has not said so yet). Caller decrefs.
 */
bool drift_compare(Store *store, const Drift *drift, const char *head, json_t **ret_file,
		   GError **error);
