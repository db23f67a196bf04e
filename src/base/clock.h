/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Time. Wall-clock time is microseconds since 1970-01-01T00:00:00Z in a gint64; monotonic time is
 * microseconds since boot. 0 means "not known". Text is RFC 3339 in UTC.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <time.h>

/* Now on the wall clock (CLOCK_REALTIME). */
gint64 clock_wall_usec(void);

/* Now on the monotonic clock (CLOCK_MONOTONIC). */
gint64 clock_mono_usec(void);

/* Since boot, sleep included (CLOCK_BOOTTIME): moves with the wall clock unless that is set. */
gint64 clock_boot_usec(void);

/* A struct timespec (of stat, for instance) as microseconds. */
gint64 clock_from_timespec(const struct timespec *ts);

/* "2026-11-22T03:04:05.123456Z"; caller frees. */
char *clock_format(gint64 wall_usec);

/*
 * Reads what clock_format writes; the fraction (up to 6 digits) may be missing, the zone must be Z
 * or +HH:MM. Returns false when the text is not such a time. Strict: no surrounding space.
 */
bool clock_parse(const char *text, gint64 *ret_usec);
