/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Values: a gap: a stretch of time, or part of the tree, in which hints may have been lost. Never
 * silent (design principle 2).
 */
#pragma once

#include <glib.h>

typedef struct {
	gint64 start_usec; /* wall clock: the last moment of which we are sure */
	gint64 end_usec;   /* when the closing rescan began to watch again */
	char *cause;       /* "stopped" "crash" "reboot" "overflow" "queue-full" "watch-budget"
			    * "root-lost" "clock" "disk-full" "read-only" "store-removed" ...: one
			    * word */
	char *scope;       /* canonical path below which hints may be missing; "/" for everything */
	gint64 closed_usec; /* when the rescan that closed it was complete; 0: still open */
} Gap;

Gap *gap_new(const char *cause, const char *scope, gint64 start_usec, gint64 end_usec);
void gap_free(Gap *gap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gap, gap_free)
