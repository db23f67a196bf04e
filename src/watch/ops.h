/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a backend is: a row of functions over a state of its own. watch.c holds the table of
 * backends and nothing else; the calls mean what watch.h says of their namesakes.
 */
#pragma once

#include "watch/watch.h"

typedef struct {
	const char *name;
	const char *(*describe)(const void *backend); /* NULL: it is always `name` */
	bool is_automatic; /* may be chosen by "auto"; the first one that opens is taken */
	void *(*open)(GError **error);
	void (*close)(void *backend);
	bool (*start)(void *backend, GError **error);
	int (*poll_fd)(const void *backend);
	guint (*take)(void *backend, const WatchSink *sink);
	void (*drain)(void *backend);
	WatchAdd (*add)(void *backend, const char *path, int dir_fd, WatchExtent extent);
	WatchAdd (*add_file)(void *backend, const char *path, int fd);
	void (*forget)(void *backend, const char *path);
	guint (*count)(const void *backend);
	guint (*uncovered)(const void *backend);
} WatchOps;

extern const WatchOps watch_fanotify_ops;
extern const WatchOps watch_inotify_ops;
extern const WatchOps watch_null_ops;

/* The backend's state, for the header of one backend (null.h). */
void *watch_state(const Watch *watch);
