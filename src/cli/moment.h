/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moments as people say and read them: what --since and --until accept, and times of events in the
 * reader's own time zone. Microseconds of the wall clock, as in base/clock.h.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

/*
 * Reads RFC 3339 ("2026-11-22T03:04:05Z"), "2026-11-22 03:04[:05]" and "2026-11-22" (local),
 * "03:04[:05]" (today), "90s" "15min" "2h" "3d" "1w" (that long before `now_usec`), "now", "today",
 * "yesterday" (their beginning). *error names what is accepted.
 */
bool moment_parse(const char *text, gint64 now_usec, gint64 *ret_usec, GError **error);

/* "03:04:05" when `usec` is on the same local day as `now_usec`, else "2026-11-22 03:04:05".
 * Caller frees. */
char *moment_short(gint64 usec, gint64 now_usec);
/* "2026-11-22 03:04:05", local, always. Caller frees. */
char *moment_long(gint64 usec);
/* "2026-11-22 03:04:05.123456 +0100". Caller frees. */
char *moment_full(gint64 usec);

/* "850 ms", "12 s", "1 min 4 s", "3 h 12 min", "2 days 3 h"; caller frees. */
char *moment_span(gint64 usec);
