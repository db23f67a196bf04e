/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Heat: which paths are committed so often that they are held back (design principle 4c). Pure and
 * bounded: it forgets paths that have cooled down, and beyond its limit takes up no new ones.
 */
#pragma once

#include <glib.h>

#define HEAT_COMMITS 5
#define HEAT_WINDOW_USEC 10000000
#define HEAT_HOLD_USEC 1000000
#define HEAT_HOLD_MAX_USEC 60000000
#define HEAT_MAX_PATHS 65536

typedef struct Heat Heat;

Heat *heat_new(void);
void heat_free(Heat *heat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Heat, heat_free)

/* A commit of this path at this (monotonic) time. */
void heat_committed(Heat *heat, const char *path, gint64 now_usec);

/* The path is not to be committed again before this time; 0: it is not hot. */
gint64 heat_held_until(const Heat *heat, const char *path);
