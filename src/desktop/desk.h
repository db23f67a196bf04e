/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The desk: where news, board, bubbles and cursor come together, and the only place that knows when
 * to show. A change of the board is shown after DESK_GATHER_MS, and at most once in DESK_PACE_MS,
 * so that a burst costs the notification server a handful of calls. A server that does not answer
 * is tried again, at growing intervals, and at once when one appears; meanwhile the board goes on.
 */
#pragma once

#include "desktop/options.h"

#include "base/error.h"

#include <glib.h>

#define DESK_GATHER_MS 150
#define DESK_PACE_MS 1000
#define DESK_RETRY_MOST_MS 30000

typedef struct Desk Desk;

/* Begins to listen; everything else happens in the main loop. The options outlive the desk. */
Desk *desk_new(const DesktopOptions *options, GError **error);

/* Withdraws what is shown: nobody would take it away later. What is open comes back with the next
 * desk. */
void desk_free(Desk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desk, desk_free)
