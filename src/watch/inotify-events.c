/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The meaning of inotify's events: see inotify.h. Pure: no system calls.
 *
 * Directories that move are the hard part: their watches stay alive and would go on reporting
 * under the old path. So at MOVED_FROM the whole subtree is forgotten, and the look that the
 * MOVED_TO asks for watches it again under its new path before it lists it. Events that such a
 * descriptor had queued in between are of an orphan and are dropped: they are older than that
 * listing.
 */
#include "watch/inotify.h"
#include "base/path.h"

#include <string.h>

#define DEPARTURES_MAX 64

typedef struct {
	guint32 cookie;
	char *path;
} Departure;

static void departure_free(Departure *departure)
{
	g_free(departure->path);
	g_free(departure);
}

InotifyView *inotify_view_new(void)
{
	InotifyView *view = g_new0(InotifyView, 1);

	view->table = wd_table_new();
	view->files = wd_table_new();
	view->departures = g_queue_new();
	view->orphans = g_array_new(FALSE, FALSE, sizeof(int));
	return view;
}

void inotify_view_free(InotifyView *view)
{
	wd_table_free(view->table);
	wd_table_free(view->files);
	g_queue_free_full(view->departures, (GDestroyNotify)departure_free);
	g_array_unref(view->orphans);
	g_free(view);
}

void inotify_view_reset(InotifyView *view)
{
	wd_table_free(view->table);
	wd_table_free(view->files);
	view->table = wd_table_new();
	view->files = wd_table_new();
	g_queue_clear_full(view->departures, (GDestroyNotify)departure_free);
	g_array_set_size(view->orphans, 0);
}

void inotify_view_forget(InotifyView *view, const char *path)
{
	wd_table_forget(view->table, path, view->orphans);
	wd_table_forget(view->files, path, view->orphans);
}

static void remember_departure(InotifyView *view, guint32 cookie, const char *path)
{
	Departure *departure = g_new0(Departure, 1);

	departure->cookie = cookie;
	departure->path = g_strdup(path);
	g_queue_push_head(view->departures, departure);
	if (view->departures->length > DEPARTURES_MAX) {
		departure_free(g_queue_pop_tail(view->departures));
	}
}

/* Where the other half of a rename came from; NULL when it was outside. Caller frees. */
static char *find_departure(const InotifyView *view, guint32 cookie)
{
	for (const GList *l = view->departures->head; l != NULL; l = l->next) {
		const Departure *departure = l->data;

		if (departure->cookie == cookie) {
			return g_strdup(departure->path);
		}
	}
	return NULL;
}

/* What is being interpreted, for the few functions that share it. */
typedef struct {
	InotifyView *view;
	const struct inotify_event *event;
	InotifyTime time;
	const WatchSink *sink;
	guint *given;
} Reading;

static void give(const Reading *r, HintKind kind, const char *path, char *moved_from)
{
	Hint hint = {
		.kind = kind,
		.is_directory = (r->event->mask & IN_ISDIR) != 0,
		.path = g_strdup(path),
		.moved_from = moved_from,
		.wall_usec = r->time.wall_usec,
		.mono_usec = r->time.mono_usec,
		.since_usec = r->time.since_usec,
	};

	(*r->given)++;
	r->sink->hint(r->sink->context, &hint);
}

/* An event of a name in a watched directory. */
static void read_entry(const Reading *r, const char *path)
{
	guint32 mask = r->event->mask;

	if ((mask & IN_MOVED_FROM) != 0) {
		remember_departure(r->view, r->event->cookie, path);
		if ((mask & IN_ISDIR) != 0) {
			inotify_view_forget(r->view, path);
		}
		give(r, HINT_GONE, path, NULL);
	}
	if ((mask & IN_MOVED_TO) != 0) {
		give(r, HINT_MOVED, path, find_departure(r->view, r->event->cookie));
	}
	if ((mask & IN_CREATE) != 0) {
		give(r, HINT_CREATED, path, NULL);
	}
	if ((mask & IN_DELETE) != 0) {
		give(r, HINT_GONE, path, NULL);
	}
	if ((mask & IN_MODIFY) != 0) {
		give(r, HINT_WRITING, path, NULL);
	}
	if ((mask & IN_ATTRIB) != 0) {
		give(r, HINT_LOOK, path, NULL);
	}
	if ((mask & IN_CLOSE_WRITE) != 0) {
		give(r, HINT_WRITTEN, path, NULL);
	}
}

/*
 * An event of a watched directory or file itself. Its parent reports most of this too; where the
 * parent is not watched this is all we hear.
 */
static void read_self(const Reading *r, const char *path)
{
	guint32 mask = r->event->mask;

	if ((mask & IN_MODIFY) != 0) {
		give(r, HINT_WRITING, path, NULL);
	}
	if ((mask & IN_ATTRIB) != 0) {
		give(r, HINT_LOOK, path, NULL);
	}
	if ((mask & IN_CLOSE_WRITE) != 0) {
		give(r, HINT_WRITTEN, path, NULL);
	}
	if ((mask & IN_DELETE_SELF) != 0) {
		give(r, HINT_GONE, path, NULL);
	}
	if ((mask & IN_UNMOUNT) != 0) {
		give(r, HINT_SUBTREE, path, NULL);
	}
	/* "/" is the root descriptor: wherever it is moved, it stays "/". */
	if ((mask & IN_MOVE_SELF) != 0 && path[1] != '\0') {
		give(r, HINT_SUBTREE, path, NULL);
		inotify_view_forget(r->view, path);
	}
}

static GPtrArray *copy_paths(const GPtrArray *paths)
{
	GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < paths->len; i++) {
		g_ptr_array_add(copy, g_strdup(paths->pdata[i]));
	}
	return copy;
}

/* Returns the cause of a gap, or NULL. */
static const char *read_event(const Reading *r)
{
	const struct inotify_event *event = r->event;
	WdTable *table = r->view->table;
	const GPtrArray *known;
	g_autoptr(GPtrArray) paths = NULL;

	if ((event->mask & IN_Q_OVERFLOW) != 0) {
		return "overflow";
	}
	known = wd_table_paths(table, event->wd);
	if (known == NULL) {
		table = r->view->files;
		known = wd_table_paths(table, event->wd);
	}
	if (known == NULL) {
		return "watch-lost"; /* a descriptor that we never made: never a guess */
	}
	paths = copy_paths(known); /* handling may change the table */
	for (guint i = 0; i < paths->len; i++) {
		if (event->len > 0) {
			g_autofree char *path = path_join(paths->pdata[i], event->name);

			read_entry(r, path);
		} else {
			read_self(r, paths->pdata[i]);
		}
	}
	if ((event->mask & IN_IGNORED) != 0) {
		wd_table_drop(table, event->wd);
	}
	return NULL;
}

const char *inotify_view_interpret(InotifyView *view, const char *data, gsize size,
				   InotifyTime time, const WatchSink *sink, guint *given)
{
	Reading r = {.view = view, .time = time, .sink = sink, .given = given};
	const char *cause = NULL;

	for (gsize at = 0; at + sizeof(struct inotify_event) <= size && cause == NULL;) {
		r.event = (const void *)(data + at);
		g_assert(r.event->len <= size - at - sizeof(struct inotify_event));
		cause = read_event(&r);
		at += sizeof(struct inotify_event) + r.event->len;
	}
	return cause;
}
