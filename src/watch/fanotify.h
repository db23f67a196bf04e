/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The backend "fanotify": for root. One group with marks on the watched directories (never on
 * mounts, which are blind inside a sandbox, nor on whole file systems, which flood; never
 * permission events, which can hang a machine), read by one thread into a Queue; interpreted on the
 * thread of watch_take (fanotify-events.c). Each hint has the process that caused it.
 *
 * Directories of file systems without usable file handles, or that the group cannot hold together
 * with others, are watched by an inner inotify instance: never is anything taken for watched that
 * is not.
 *
 * What the kernel does and inotify does not: while events wait to be read, those of the same
 * process on the same object become one record with all their bits. The order within a record is
 * not known, so its hints come in the order that is safe: first names, then contents; the look that
 * follows is later than all of them. Marks stay with their directory, wherever that is moved; they
 * cannot be taken off without opening it. So the handles of forgotten directories are kept, without
 * a path, until the kernel says that the directory is no more.
 */
#pragma once

#include "watch/handle-table.h"
#include "watch/watch.h"
#include "watch/wd-table.h"

#include <sys/fanotify.h>

#define FANOTIFY_NAMES \
	(FAN_CREATE | FAN_DELETE | FAN_RENAME | FAN_DELETE_SELF | FAN_MOVE_SELF | FAN_ONDIR)
#define FANOTIFY_FILE (FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ATTRIB | FAN_DELETE_SELF)
#define FANOTIFY_EVERYTHING \
	(FANOTIFY_NAMES | FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ATTRIB | FAN_EVENT_ON_CHILD)

/* Directories that are no more are remembered for this long: what the kernel merged may put their
 * end before their last events. */
#define FANOTIFY_DEAD_USEC 10000000

/* Beyond this many handles without a path, everything is watched afresh. */
#define FANOTIFY_ORPHANS_MAX 100000

/* What the interpreter works on: it makes hints of events and changes the tables. */
typedef struct {
	HandleTable *handles; /* of directories and files, to their numbers */
	WdTable *table;       /* directories, by number */
	WdTable *files;       /* files that are watched themselves, by number */
	GQueue *dead;         /* of Dead, oldest first */
	GHashTable *strange;  /* set of guint64 *: file systems with handles that nobody knew */
} FanotifyView;

FanotifyView *fanotify_view_new(void);
void fanotify_view_free(FanotifyView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FanotifyView, fanotify_view_free)
/* Back to a view of nothing; strange file systems stay known. */
void fanotify_view_reset(FanotifyView *view);
/* Forgets a path and all below it. */
void fanotify_view_forget(FanotifyView *view, const char *path);

typedef struct {
	gint64 wall_usec, mono_usec; /* when the events were read */
	gint64 since_usec;           /* monotonic: they are not older than this */
} FanotifyTime;

/*
 * Gives the hints of a block of events as read(2) returned it, and adds their number to *given.
 * Returns NULL, or the cause of a gap: from there on nothing in the tables can be trusted.
 */
const char *fanotify_view_interpret(FanotifyView *view, const char *data, gsize size,
				    FanotifyTime time, const WatchSink *sink, guint *given);
