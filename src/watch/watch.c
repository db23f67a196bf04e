/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of backends: see watch.h and ops.h. */
#include "watch/watch.h"
#include "watch/ops.h"

struct Watch {
	const WatchOps *ops;
	void *backend;
};

static const WatchOps *const backends[] = {&watch_fanotify_ops, &watch_inotify_ops,
					   &watch_null_ops};

void hint_clear(Hint *hint)
{
	g_clear_pointer(&hint->path, g_free);
	g_clear_pointer(&hint->moved_from, g_free);
}

static Watch *open_backend(const WatchOps *ops, GError **error)
{
	void *backend = ops->open(error);
	Watch *watch;

	if (backend == NULL) {
		g_prefix_error(error, "backend %s: ", ops->name);
		return NULL;
	}
	watch = g_new0(Watch, 1);
	watch->ops = ops;
	watch->backend = backend;
	return watch;
}

static Watch *open_automatic(GError **error)
{
	g_autoptr(GError) last = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(backends); i++) {
		Watch *watch;

		if (!backends[i]->is_automatic) {
			continue;
		}
		g_clear_error(&last);
		watch = open_backend(backends[i], &last);
		if (watch != NULL) {
			return watch;
		}
	}
	g_propagate_error(error, g_steal_pointer(&last));
	return NULL;
}

Watch *watch_open(const char *backend, GError **error)
{
	if (g_str_equal(backend, "auto")) {
		return open_automatic(error);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(backends); i++) {
		if (g_str_equal(backends[i]->name, backend)) {
			return open_backend(backends[i], error);
		}
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
		    "there is no watch backend \"%s\"; this build has auto, fanotify and inotify",
		    backend);
	return NULL;
}

void watch_close(Watch *watch)
{
	if (watch == NULL) {
		return;
	}
	watch->ops->close(watch->backend);
	g_free(watch);
}

const char *watch_backend(const Watch *watch)
{
	const WatchOps *ops = watch->ops;

	return ops->describe == NULL ? ops->name : ops->describe(watch->backend);
}

void *watch_state(const Watch *watch)
{
	return watch->backend;
}

bool watch_start(Watch *watch, GError **error)
{
	return watch->ops->start(watch->backend, error);
}

int watch_poll_fd(const Watch *watch)
{
	return watch->ops->poll_fd(watch->backend);
}

guint watch_take(Watch *watch, const WatchSink *sink)
{
	return watch->ops->take(watch->backend, sink);
}

void watch_drain(Watch *watch)
{
	watch->ops->drain(watch->backend);
}

WatchAdd watch_add(Watch *watch, const char *path, int dir_fd, WatchExtent extent)
{
	return watch->ops->add(watch->backend, path, dir_fd, extent);
}

WatchAdd watch_add_file(Watch *watch, const char *path, int fd)
{
	return watch->ops->add_file(watch->backend, path, fd);
}

void watch_forget(Watch *watch, const char *path)
{
	watch->ops->forget(watch->backend, path);
}

guint watch_count(const Watch *watch)
{
	return watch->ops->count(watch->backend);
}

guint watch_uncovered(const Watch *watch)
{
	return watch->ops->uncovered(watch->backend);
}
