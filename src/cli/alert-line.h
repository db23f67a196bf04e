/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events without files as one line each: baseline, scope, gap, ack, health and whatever a newer
 * Reeve may send.
 */
#pragma once

#include "cli/paint.h"

#include <glib.h>
#include <jansson.h>

void alert_line_put(const Paint *paint, GString *out, const json_t *event, gint64 now_usec);
