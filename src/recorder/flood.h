/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: how long a flood is left to run (design principle 4d). What a commit costs by itself
 * (syncs, trees, an index) is paid once for thousands of files, not for each few that were written
 * meanwhile. It says nothing to a single change, nor when somebody waits for an answer.
 */
#pragma once

#include <glib.h>

/* So few orders at once are no flood. */
#define FLOOD_ORDERS 8
#define FLOOD_MAX_USEC 500000

/* How long the next commit waits when this one carried out so many orders. */
gint64 flood_rest_usec(guint n_orders);
