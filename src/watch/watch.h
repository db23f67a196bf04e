/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A watch: kernel -> Hint, Gap. One ops table, several backends (`fanotify` for root, which knows
 * the writer's process; `inotify` for everyone; `null` for tests). A hint says "look at this path"
 * and is never a fact.
 *
 * Life: watch_open() (needs the privileges), then the wall, then watch_start() begins the reader
 * thread, which does nothing but drain the kernel into a bounded queue; watch_take() interprets
 * what it drained, on the caller's thread. When the queue is full the reader drops and the watch
 * reports a gap: memory stays bounded whatever the burst.
 *
 * The watch owns its kernel descriptors and the table of watched directories; it never opens,
 * stats or lists anything by itself except through the descriptors it is given.
 */
#pragma once

#include "base/error.h"
#include "event/gap.h"

#include <glib.h>
#include <stdbool.h>

typedef enum {
	HINT_LOOK,    /* something about this entry may differ (attributes, ...) */
	HINT_CREATED, /* a new name; whoever made it may still be filling it */
	HINT_MOVED, /* a name came by rename, complete as it is; `moved_from` when that is known */
	HINT_GONE,  /* a name was removed or moved away; often to be made again at once */
	HINT_WRITING, /* written in place, writer still has it open: arms (design principle 4a) */
	HINT_WRITTEN, /* a writer closed it: fires */
	HINT_SUBTREE, /* in doubt: look at everything at and below it */
} HintKind;

typedef struct {
	HintKind kind;
	bool is_directory; /* HINT_CREATED, _MOVED, _GONE: the name is a directory's */
	char *path;        /* canonical, raw */
	char *moved_from;  /* HINT_MOVED: canonical, raw; NULL: from outside what is watched */
	gint64 wall_usec;  /* when the reader took it from the kernel */
	gint64 mono_usec;
	gint64 since_usec; /* monotonic: it happened after this; 0: not known */
	gint64 pid; /* of the writer, in our namespace; 0: the backend cannot tell. It may have
		       ended long since, and its number may be somebody else's: ask at once */
} Hint;

void hint_clear(Hint *hint);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hint, hint_clear)

typedef struct Watch Watch;

/* Takes one hint or gap; ownership of the contents moves to the sink. A sink must not call back
 * into the watch. */
typedef struct {
	void (*hint)(void *context, Hint *hint);
	void (*gap)(void *context, Gap *gap); /* always followed by a HINT_SUBTREE of its scope */
	void *context;
} WatchSink;

/* `backend`: "auto" (the first that works of the next two), "fanotify", "inotify", "null"; an
 * unknown or unavailable one is an error that says why. */
Watch *watch_open(const char *backend, GError **error);
void watch_close(Watch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watch, watch_close)

/* The backend in use: "fanotify", "inotify", or both: "fanotify and inotify" where some of what is
 * watched lies on file systems that fanotify cannot mark. */
const char *watch_backend(const Watch *watch);

/* Starts the reader thread. */
bool watch_start(Watch *watch, GError **error);

/* Becomes readable when watch_take has something to do. */
int watch_poll_fd(const Watch *watch);

/*
 * Gives everything drained so far to the sink; returns the number of hints and gaps given. What is
 * drained meanwhile is for the next call: it ends, however fast somebody writes. After a gap
 * nothing is watched any more: the rescan adds every directory again.
 */
guint watch_take(Watch *watch, const WatchSink *sink);

/*
 * Waits (bounded by what is queued at the call) until the reader has drained all events that the
 * kernel had queued when this was called; then watch_take returns them. For the barrier.
 */
void watch_drain(Watch *watch);

typedef enum {
	WATCH_EVERYTHING, /* names, contents and attributes in the directory, and its own */
	WATCH_NAMES,      /* only names that come and go: enough above a watched root */
} WatchExtent;

typedef enum {
	WATCH_ADDED,
	WATCH_KNOWN,     /* this very directory is watched already under this path */
	WATCH_NO_BUDGET, /* the kernel's limit is reached: this directory is not covered */
	WATCH_FAILED,    /* vanished meanwhile, or not permitted */
} WatchAdd;

/*
 * Watches one directory, given by an open descriptor (O_PATH will do) and the path it is known by.
 * The caller adds first, then lists, then compares, so that nothing made in between is missed.
 */
WatchAdd watch_add(Watch *watch, const char *path, int dir_fd, WatchExtent extent);

/*
 * Watches one file itself, given by an open descriptor (O_PATH will do): for files with several
 * names, which may be written through one that lies outside of everything watched. Its hints are
 * HINT_WRITING, _WRITTEN and _LOOK of `path`. Not counted; where it fails nobody is told, so the
 * caller looks at such files now and then, too. watch_forget(path) ends it, and so does a gap.
 */
WatchAdd watch_add_file(Watch *watch, const char *path, int fd);

/* Forgets a directory or file and all below it (deleted or moved away). */
void watch_forget(Watch *watch, const char *path);

/* How many directories are watched; how many could not be for want of budget. */
guint watch_count(const Watch *watch);
guint watch_uncovered(const Watch *watch);
