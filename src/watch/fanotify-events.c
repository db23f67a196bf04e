/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The meaning of fanotify's events: see fanotify.h. Pure: no system calls.
 *
 * A directory that is renamed is forgotten with everything below it, as in inotify-events.c, and
 * watched again under its new path by the look that the rename asks for. What its handle reports in
 * between is of an orphan and is dropped: it is older than that look's listing.
 *
 * The kernel tells of a directory itself by its own handle and the name ".", never by its parent's
 * and its name. So attributes of a directory that nobody watches come with a handle nobody knows:
 * that one is no loss.
 */
#include "watch/fanotify.h"
#include "base/path.h"

#include <string.h>

typedef struct {
	int number;
	gint64 mono_usec;
} Dead;

FanotifyView *fanotify_view_new(void)
{
	FanotifyView *view = g_new0(FanotifyView, 1);

	view->handles = handle_table_new();
	view->table = wd_table_new();
	view->files = wd_table_new();
	view->dead = g_queue_new();
	view->strange = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	return view;
}

void fanotify_view_free(FanotifyView *view)
{
	handle_table_free(view->handles);
	wd_table_free(view->table);
	wd_table_free(view->files);
	g_queue_free_full(view->dead, g_free);
	g_hash_table_unref(view->strange);
	g_free(view);
}

void fanotify_view_reset(FanotifyView *view)
{
	handle_table_free(view->handles);
	wd_table_free(view->table);
	wd_table_free(view->files);
	view->handles = handle_table_new();
	view->table = wd_table_new();
	view->files = wd_table_new();
	g_queue_clear_full(view->dead, g_free);
}

void fanotify_view_forget(FanotifyView *view, const char *path)
{
	g_autoptr(GArray) orphans = g_array_new(FALSE, FALSE, sizeof(int));

	wd_table_forget(view->table, path, orphans);
	wd_table_forget(view->files, path, orphans);
}

static void bury(FanotifyView *view, int number, gint64 mono_usec)
{
	Dead *dead = g_new(Dead, 1);

	*dead = (Dead){number, mono_usec};
	g_queue_push_tail(view->dead, dead);
}

static void drop_dead(FanotifyView *view, gint64 mono_usec)
{
	const Dead *oldest;

	while ((oldest = g_queue_peek_head(view->dead)) != NULL &&
	       oldest->mono_usec + FANOTIFY_DEAD_USEC < mono_usec) {
		wd_table_drop(view->table, oldest->number);
		wd_table_drop(view->files, oldest->number);
		handle_table_drop(view->handles, oldest->number);
		g_free(g_queue_pop_head(view->dead));
	}
}

/* A handle in an event, and the name that stands with it. */
typedef struct {
	const char *handle; /* NULL: the event has none of this kind */
	const char *name;   /* NULL: the event is of the object itself */
	int number;         /* -1: nobody knows it */
} Place;

/* What is being interpreted, for the few functions that share it. */
typedef struct {
	FanotifyView *view;
	FanotifyTime time;
	const WatchSink *sink;
	guint *given;
	struct fanotify_event_metadata event;
	Place place;  /* the directory, and the name in it: what is meant */
	Place target; /* of a rename: the new directory and name */
	Place object; /* the file itself */
} Reading;

static void give(const Reading *r, HintKind kind, const char *path, const char *moved_from)
{
	Hint hint = {
		.kind = kind,
		.is_directory = (r->event.mask & FAN_ONDIR) != 0,
		.path = g_strdup(path),
		.moved_from = g_strdup(moved_from),
		.wall_usec = r->time.wall_usec,
		.mono_usec = r->time.mono_usec,
		.since_usec = r->time.since_usec,
		.pid = r->event.pid,
	};

	(*r->given)++;
	r->sink->hint(r->sink->context, &hint);
}

/* The paths of what an event means, copied: handling changes the tables. */
static GPtrArray *paths_of(const WdTable *table, const Place *place)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	const GPtrArray *known = place->number < 0 ? NULL : wd_table_paths(table, place->number);

	for (guint i = 0; known != NULL && i < known->len; i++) {
		g_ptr_array_add(paths, place->name == NULL
					       ? g_strdup(known->pdata[i])
					       : path_join(known->pdata[i], place->name));
	}
	return paths;
}

/* Contents and attributes: of a name in a directory, or of a thing itself. */
static void read_content(const Reading *r, const char *path)
{
	guint64 mask = r->event.mask;

	if ((mask & FAN_ATTRIB) != 0) {
		give(r, HINT_LOOK, path, NULL);
	}
	if ((mask & FAN_MODIFY) != 0) {
		give(r, HINT_WRITING, path, NULL);
	}
	if ((mask & FAN_CLOSE_WRITE) != 0) {
		give(r, HINT_WRITTEN, path, NULL);
	}
}

/* An event of a name in a watched directory. */
static void read_entry(const Reading *r, const char *path)
{
	guint64 mask = r->event.mask;

	if ((mask & FAN_DELETE) != 0) {
		give(r, HINT_GONE, path, NULL);
	}
	if ((mask & FAN_CREATE) != 0) {
		give(r, HINT_CREATED, path, NULL);
	}
	read_content(r, path);
}

/*
 * An event of a watched directory itself. Its parent reports most of this too; where the parent is
 * not watched this is all we hear.
 */
static void read_self(const Reading *r, const char *path)
{
	guint64 mask = r->event.mask;

	read_content(r, path);
	if ((mask & FAN_DELETE_SELF) != 0) {
		give(r, HINT_GONE, path, NULL);
	}
	/* "/" is the root descriptor: wherever it is moved, it stays "/". */
	if ((mask & FAN_MOVE_SELF) != 0 && path[1] != '\0') {
		give(r, HINT_SUBTREE, path, NULL);
		fanotify_view_forget(r->view, path);
	}
}

/* An event of a watched file itself. That its last name went says nothing of what is at the path
 * now: there may be another file. */
static void read_file(const Reading *r, const char *path)
{
	if ((r->event.mask & FAN_DELETE_SELF) != 0) {
		give(r, HINT_LOOK, path, NULL);
	}
	read_content(r, path);
}

static void read_rename(const Reading *r)
{
	g_autoptr(GPtrArray) from = paths_of(r->view->table, &r->place);
	g_autoptr(GPtrArray) to = paths_of(r->view->table, &r->target);

	for (guint i = 0; i < from->len; i++) {
		if ((r->event.mask & FAN_ONDIR) != 0) {
			fanotify_view_forget(r->view, from->pdata[i]);
		}
		give(r, HINT_GONE, from->pdata[i], NULL);
	}
	for (guint i = 0; i < to->len; i++) {
		give(r, HINT_MOVED, to->pdata[i],
		     from->len == 0 ? NULL : from->pdata[MIN(i, from->len - 1)]);
	}
}

static void read_place(const Reading *r)
{
	g_autoptr(GPtrArray) paths = paths_of(r->view->table, &r->place);

	for (guint i = 0; i < paths->len; i++) {
		if (r->place.name != NULL) {
			read_entry(r, paths->pdata[i]);
		} else {
			read_self(r, paths->pdata[i]);
		}
	}
}

static void read_object(const Reading *r)
{
	g_autoptr(GPtrArray) paths = paths_of(r->view->files, &r->object);

	for (guint i = 0; i < paths->len; i++) {
		read_file(r, paths->pdata[i]);
	}
}

static bool is_known(const Place *place)
{
	return place->handle == NULL || place->number > 0;
}

/* Whether an event is of something that we never marked. (A directory that is new in a marked one
 * tells of its own mode and times before we have marked it.) */
static bool is_strange(const Reading *r)
{
	if ((r->event.mask & FAN_RENAME) != 0) {
		return !is_known(&r->place) || !is_known(&r->target);
	}
	if (r->place.handle == NULL || r->place.number > 0 || r->object.number > 0) {
		return false;
	}
	return r->place.name != NULL ||
	       (r->event.mask & ~(guint64)(FAN_ATTRIB | FAN_MODIFY | FAN_ONDIR)) != 0;
}

/* Where a record of this type belongs; NULL: it is of no concern to us. */
static Place *place_for(Reading *r, guint8 info_type)
{
	switch (info_type) {
	case FAN_EVENT_INFO_TYPE_DFID_NAME:
	case FAN_EVENT_INFO_TYPE_OLD_DFID_NAME:
	case FAN_EVENT_INFO_TYPE_DFID:
		return &r->place;
	case FAN_EVENT_INFO_TYPE_NEW_DFID_NAME:
		return &r->target;
	case FAN_EVENT_INFO_TYPE_FID:
		return &r->object;
	default:
		return NULL;
	}
}

/* What stands in a record behind its head; false when it is not as the kernel makes them. */
static bool read_place_record(const Reading *r, Place *place, const char *handle, gsize size)
{
	gsize end = size < HANDLE_HEAD_BYTES ? G_MAXSIZE : handle_size(handle);

	if (end > size || end > HANDLE_MAX_BYTES) {
		return false;
	}
	place->handle = handle;
	place->number = handle_table_find(r->view->handles, handle);
	/* A file's own record has no name, only padding. */
	if (place != &r->object && end < size && handle[end] != '\0' &&
	    strcmp(handle + end, ".") != 0) {
		place->name = handle + end;
	}
	return place->name == NULL || memchr(handle + end, '\0', size - end) != NULL;
}

static bool read_records(Reading *r, const char *data)
{
	gsize at = r->event.metadata_len;

	r->place = r->target = r->object = (Place){.number = -1};
	while (at < r->event.event_len) {
		Place *place;
		struct fanotify_event_info_header head;

		if (r->event.event_len - at < sizeof(head)) {
			return false;
		}
		memcpy(&head, data + at, sizeof(head));
		if (head.len < sizeof(head) || head.len > r->event.event_len - at) {
			return false;
		}
		place = place_for(r, head.info_type);
		if (place != NULL && !read_place_record(r, place, data + at + sizeof(head),
							head.len - sizeof(head))) {
			return false;
		}
		at += head.len;
	}
	return true;
}

/* A file system whose handles are not what it said when they were asked for. */
static void remember_stranger(const Reading *r)
{
	const Place *place = is_known(&r->place) ? &r->target : &r->place;

	g_hash_table_add(r->view->strange, g_memdup2(place->handle, HANDLE_FSID_BYTES));
}

/* Returns the cause of a gap, or NULL. */
static const char *read_event(Reading *r, const char *data)
{
	const Place *self;

	if ((r->event.mask & FAN_Q_OVERFLOW) != 0) {
		return "overflow";
	}
	if (r->event.vers != FANOTIFY_METADATA_VERSION || !read_records(r, data)) {
		return "watch-lost"; /* not what we can read: never a guess */
	}
	self = r->object.handle != NULL ? &r->object : &r->place;
	if (is_strange(r)) {
		remember_stranger(r);
		return "watch-lost";
	}
	if ((r->event.mask & FAN_RENAME) != 0) {
		read_rename(r);
	} else {
		read_place(r);
		read_object(r);
	}
	if ((r->event.mask & FAN_DELETE_SELF) != 0 && self->number > 0) {
		bury(r->view, self->number, r->time.mono_usec);
	}
	return NULL;
}

const char *fanotify_view_interpret(FanotifyView *view, const char *data, gsize size,
				    FanotifyTime time, const WatchSink *sink, guint *given)
{
	Reading r = {.view = view, .time = time, .sink = sink, .given = given};
	const char *cause = NULL;

	drop_dead(view, time.mono_usec);
	for (gsize at = 0; at + sizeof(r.event) <= size && cause == NULL;) {
		/* Records are aligned to 4 bytes only. */
		memcpy(&r.event, data + at, sizeof(r.event));
		g_assert(r.event.event_len >= sizeof(r.event) && r.event.event_len <= size - at);
		cause = read_event(&r, data + at);
		at += r.event.event_len;
	}
	if (cause == NULL && handle_table_count(view->handles) > 2 * (wd_table_count(view->table) +
								      wd_table_count(view->files)) +
									 FANOTIFY_ORPHANS_MAX) {
		cause = "watch-lost";
	}
	return cause;
}
