/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Windows of time as people type them: START/END, START/+2h, START+2h; either side may be empty
 * (open). START and END as in moment.h, lengths as 90s, 30min, 2h, 3d, 1w.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

/* 0 in *ret_start or *ret_end: open. A window that ends before it starts is an error. */
bool window_parse(const char *text, gint64 now_usec, gint64 *ret_start, gint64 *ret_end,
		  GError **error);

/* "2026-11-22 20:00:00 to 22:00:00", "any time", in the reader's time zone. Caller frees. */
char *window_words(gint64 start_usec, gint64 end_usec);
