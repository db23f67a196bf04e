/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gap in which an offline change happened, for views that show the change alone: the gaps of a
 * commit are journaled right before its changes.
 */
#pragma once

#include "cli/alert.h"
#include "cli/history.h"

#include <stdbool.h>

/*
 * Tells `view` the gaps of the event's commit when one of its files is offline. Reads the journal:
 * lines read before are no longer valid.
 */
bool gap_before_note(History *history, AlertView *view, const json_t *event, GError **error);
