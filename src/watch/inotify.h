/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The backend "inotify": one kernel instance, read by one thread into a Queue; interpreted on the
 * thread of watch_take against a WdTable (inotify-events.c). What is in doubt is never guessed:
 * overflow, a full queue or a descriptor nobody knows all end in a fresh kernel instance, an empty
 * table and a gap over everything.
 */
#pragma once

#include "watch/watch.h"
#include "watch/wd-table.h"

#include <sys/inotify.h>

#define INOTIFY_NAMES \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)
#define INOTIFY_FILE (IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)
#define INOTIFY_EVERYTHING (INOTIFY_NAMES | INOTIFY_FILE)

/* What the interpreter works on: it makes hints of events and changes the table; the descriptors
 * it orphans are for the caller to remove from the kernel. */
typedef struct {
	WdTable *table;     /* directories */
	WdTable *files;     /* files that are watched themselves */
	GQueue *departures; /* of Departure: the latest MOVED_FROM events, waiting for their
			       MOVED_TO */
	GArray *orphans;    /* of int */
} InotifyView;

InotifyView *inotify_view_new(void);
void inotify_view_free(InotifyView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InotifyView, inotify_view_free)
/* Back to a view of nothing. */
void inotify_view_reset(InotifyView *view);
/* Forgets a path and all below it; descriptors may become orphans. */
void inotify_view_forget(InotifyView *view, const char *path);

typedef struct {
	gint64 wall_usec, mono_usec; /* when the events were read */
	gint64 since_usec;           /* monotonic: they are not older than this */
} InotifyTime;

/*
 * Gives the hints of a block of events as read(2) returned it, and adds their number to *given.
 * Returns NULL, or the cause of a gap: from there on nothing in the table can be trusted.
 */
const char *inotify_view_interpret(InotifyView *view, const char *data, gsize size,
				   InotifyTime time, const WatchSink *sink, guint *given);
