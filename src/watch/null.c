/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backend for tests: see null.h. */
#include "watch/null.h"
#include "base/bell.h"
#include "base/fd.h"
#include "base/path.h"
#include "watch/ops.h"

typedef struct {
	int bell;
	GQueue fed; /* of Fed */
	GHashTable *watched;
	GHashTable *files;
	GHashTable *uncovered;
	guint budget;
} Null;

typedef struct {
	Hint hint;
	Gap *gap; /* NULL: it is a hint */
} Fed;

static void *null_open(GError **error)
{
	Null *null = g_new0(Null, 1);

	null->bell = bell_new(error);
	if (null->bell < 0) {
		g_free(null);
		return NULL;
	}
	null->watched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	null->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	null->uncovered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	null->budget = G_MAXUINT;
	return null;
}

static void fed_free(Fed *fed)
{
	hint_clear(&fed->hint);
	if (fed->gap != NULL) {
		gap_free(fed->gap);
	}
	g_free(fed);
}

static void null_close(void *backend)
{
	Null *null = backend;

	g_queue_clear_full(&null->fed, (GDestroyNotify)fed_free);
	g_hash_table_unref(null->watched);
	g_hash_table_unref(null->files);
	g_hash_table_unref(null->uncovered);
	fd_close(&null->bell);
	g_free(null);
}

static bool null_start(void *backend, GError **error)
{
	return true;
}

static int null_poll_fd(const void *backend)
{
	return ((const Null *)backend)->bell;
}

static guint null_take(void *backend, const WatchSink *sink)
{
	Null *null = backend;
	guint given = 0;
	Fed *fed;

	bell_answer(null->bell);
	while ((fed = g_queue_pop_head(&null->fed)) != NULL) {
		if (fed->gap != NULL) {
			g_hash_table_remove_all(null->watched);
			g_hash_table_remove_all(null->files);
			sink->gap(sink->context, g_steal_pointer(&fed->gap));
		} else {
			sink->hint(sink->context, &fed->hint);
			fed->hint = (Hint){0};
		}
		fed_free(fed);
		given++;
	}
	return given;
}

static void null_drain(void *backend)
{
}

static WatchAdd null_add(void *backend, const char *path, int dir_fd, WatchExtent extent)
{
	Null *null = backend;

	if (g_hash_table_contains(null->watched, path)) {
		return WATCH_KNOWN;
	}
	if (g_hash_table_size(null->watched) >= null->budget) {
		g_hash_table_add(null->uncovered, g_strdup(path));
		return WATCH_NO_BUDGET;
	}
	g_hash_table_remove(null->uncovered, path);
	g_hash_table_add(null->watched, g_strdup(path));
	return WATCH_ADDED;
}

static WatchAdd null_add_file(void *backend, const char *path, int fd)
{
	Null *null = backend;

	return g_hash_table_add(null->files, g_strdup(path)) ? WATCH_ADDED : WATCH_KNOWN;
}

static gboolean key_is_beneath(void *key, void *value, void *ancestor)
{
	return path_is_beneath(key, ancestor);
}

static void null_forget(void *backend, const char *path)
{
	Null *null = backend;

	g_hash_table_foreach_remove(null->watched, key_is_beneath, (void *)path);
	g_hash_table_foreach_remove(null->files, key_is_beneath, (void *)path);
	g_hash_table_foreach_remove(null->uncovered, key_is_beneath, (void *)path);
}

static guint null_count(const void *backend)
{
	return g_hash_table_size(((const Null *)backend)->watched);
}

static guint null_uncovered(const void *backend)
{
	return g_hash_table_size(((const Null *)backend)->uncovered);
}

const WatchOps watch_null_ops = {
	.name = "null",
	.open = null_open,
	.close = null_close,
	.start = null_start,
	.poll_fd = null_poll_fd,
	.take = null_take,
	.drain = null_drain,
	.add = null_add,
	.add_file = null_add_file,
	.forget = null_forget,
	.count = null_count,
	.uncovered = null_uncovered,
};

static void feed(Watch *watch, Fed *fed)
{
	Null *null = watch_state(watch);

	g_queue_push_tail(&null->fed, fed);
	bell_ring(null->bell);
}

void null_watch_hint(Watch *watch, HintKind kind, const char *path, const char *moved_from,
		     gint64 usec)
{
	Fed *fed = g_new0(Fed, 1);

	fed->hint.kind = kind;
	fed->hint.path = g_strdup(path);
	fed->hint.moved_from = g_strdup(moved_from);
	fed->hint.wall_usec = usec;
	fed->hint.mono_usec = usec;
	feed(watch, fed);
}

void null_watch_gap(Watch *watch, const char *cause, const char *scope, gint64 usec)
{
	Fed *fed = g_new0(Fed, 1);

	fed->gap = gap_new(cause, scope, usec, 0);
	feed(watch, fed);
	null_watch_hint(watch, HINT_SUBTREE, scope, NULL, usec);
}

bool null_watch_has(const Watch *watch, const char *path)
{
	return g_hash_table_contains(((Null *)watch_state(watch))->watched, path);
}

bool null_watch_has_file(const Watch *watch, const char *path)
{
	return g_hash_table_contains(((Null *)watch_state(watch))->files, path);
}

void null_watch_set_budget(Watch *watch, guint directories)
{
	((Null *)watch_state(watch))->budget = directories;
}
