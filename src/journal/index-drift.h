/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a file of an event changes the drift table (index.h).
 *
 * A path drifts from the first change nobody agreed to until it is back in its approved state or
 * its present state is approved. Inside journal/ only.
 */
#pragma once

#include "journal/index-tables.h"

bool drift_take_file(Tables *tables, const JournalLine *line, const json_t *event,
		     const json_t *file, GError **error);
