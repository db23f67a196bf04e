/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vigil of an output that tells of open alerts: it follows the bus, keeps the table of what is
 * open (alerts.h), and takes to the receiver what is due:
 *
 *   Alertmanager   an alert when it opens and then every `repeat`, for there it lapses otherwise;
 * its end when it closes; mail           an alert to the first in line of those who answer for it
 * (roster.h), and when nobody has acknowledged it in time to the next; to the `recipients` of the
 * output where nobody answers for it.
 *
 * Who is told is decided at the very moment of telling, by who answers and is still here then. The
 * cursor moves when everything that was due is told; who was told already stands in NAME.told
 * beside it. After a restart the table is made anew from the journal up to the cursor.
 */
#pragma once

#include "bridge/courier.h"
#include "bridge/follow.h"
#include "bridge/ledger.h"
#include "bridge/roster.h"
#include "bridge/settings.h"

#include <stdbool.h>

/* All of it is the caller's. */
typedef struct {
	const OutputSettings *settings;
	const OutputBus *bus;
	Ledger *ledger;
	Courier *courier;
	Roster *roster; /* NULL: nobody is known */
} Vigil;

/* Works until *is_over (atomic) is set; false: it cannot go on, and has said why. */
bool vigil_run(const Vigil *vigil, gint *is_over);
