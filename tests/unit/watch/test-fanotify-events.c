/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The meaning of fanotify's records, fed by hand: merged events, renames, orphans, strangers, and
 * bytes that the kernel would never write. */
#include "watch/fanotify.h"

#include <string.h>

#define SECOND G_GINT64_CONSTANT(1000000)

typedef struct {
	FanotifyView *view;
	GByteArray *events;
	gsize begun; /* where the event being made begins */
	GString *told;
	guint given;
	FanotifyTime time;
} Fixture;

/* The handle of a thing is a file system of its own and four bytes. */
static void make_handle(guint32 thing, guint8 ret[HANDLE_MAX_BYTES])
{
	guint32 size = sizeof(thing), type = 1;
	guint64 fsid = 5;

	memcpy(ret, &fsid, sizeof(fsid));
	memcpy(ret + 8, &size, sizeof(size));
	memcpy(ret + 12, &type, sizeof(type));
	memcpy(ret + 16, &thing, sizeof(thing));
}

static void know(Fixture *f, WdTable *table, guint32 thing, const char *path)
{
	guint8 handle[HANDLE_MAX_BYTES];

	make_handle(thing, handle);
	wd_table_put(table, handle_table_put(f->view->handles, handle), path);
}

static void setup(Fixture *f, const void *data)
{
	f->view = fanotify_view_new();
	f->events = g_byte_array_new();
	f->told = g_string_new(NULL);
	f->time = (FanotifyTime){7, 8, 6};
	know(f, f->view->table, 1, "/etc");
	know(f, f->view->table, 2, "/etc/d");
	know(f, f->view->table, 3, "/etc/d/e");
	know(f, f->view->files, 9, "/etc/two-names");
}

static void teardown(Fixture *f, const void *data)
{
	fanotify_view_free(f->view);
	g_byte_array_unref(f->events);
	g_string_free(f->told, TRUE);
}

static void begin(Fixture *f, guint64 mask)
{
	struct fanotify_event_metadata head = {
		.event_len = sizeof(head),
		.vers = FANOTIFY_METADATA_VERSION,
		.metadata_len = sizeof(head),
		.mask = mask,
		.fd = FAN_NOFD,
		.pid = 42,
	};

	f->begun = f->events->len;
	g_byte_array_append(f->events, (const guint8 *)&head, sizeof(head));
}

/* One more record of the event that was begun. */
static void record(Fixture *f, guint8 type, guint32 thing, const char *name)
{
	guint8 body[HANDLE_MAX_BYTES + 256] = {0};
	struct fanotify_event_info_header head = {.info_type = type};
	gsize size = HANDLE_HEAD_BYTES + 4;
	guint32 length;

	make_handle(thing, body);
	if (name != NULL) {
		strcpy((char *)body + size, name);
		size += strlen(name) + 1;
	}
	size = (size + 3) / 4 * 4;
	head.len = (guint16)(sizeof(head) + size);
	g_byte_array_append(f->events, (const guint8 *)&head, sizeof(head));
	g_byte_array_append(f->events, body, (guint)size);
	length = (guint32)(f->events->len - f->begun);
	memcpy(f->events->data + f->begun, &length, sizeof(length));
}

/* An event of a name in a directory (of the directory itself: "."). */
static void event(Fixture *f, guint64 mask, guint32 thing, const char *name)
{
	begin(f, mask);
	record(f, FAN_EVENT_INFO_TYPE_DFID_NAME, thing, name);
}

static void rename_event(Fixture *f, guint64 mask, guint32 from, const char *old, guint32 to,
			 const char *new)
{
	begin(f, FAN_RENAME | mask);
	if (old != NULL) {
		record(f, FAN_EVENT_INFO_TYPE_OLD_DFID_NAME, from, old);
	}
	if (new != NULL) {
		record(f, FAN_EVENT_INFO_TYPE_NEW_DFID_NAME, to, new);
	}
}

static const char *kind_word(HintKind kind)
{
	static const char *const words[] = {
		[HINT_LOOK] = "look",       [HINT_CREATED] = "created", [HINT_MOVED] = "moved",
		[HINT_GONE] = "gone",       [HINT_WRITING] = "writing", [HINT_WRITTEN] = "written",
		[HINT_SUBTREE] = "subtree",
	};

	return words[kind];
}

static void tell_hint(void *context, Hint *hint)
{
	Fixture *f = context;

	g_string_append_printf(f->told, "%s%s%s %s%s%s", f->told->len > 0 ? ", " : "",
			       kind_word(hint->kind), hint->is_directory ? "/" : "", hint->path,
			       hint->moved_from != NULL ? " < " : "",
			       hint->moved_from != NULL ? hint->moved_from : "");
	g_assert_cmpint(hint->wall_usec, ==, 7);
	g_assert_cmpint(hint->since_usec, ==, 6);
	g_assert_cmpint(hint->pid, ==, 42);
	hint_clear(hint);
}

static const char *interpret(Fixture *f)
{
	WatchSink sink = {tell_hint, NULL, f};
	const char *cause;

	g_string_truncate(f->told, 0);
	cause = fanotify_view_interpret(f->view, (const char *)f->events->data, f->events->len,
					f->time, &sink, &f->given);
	g_byte_array_set_size(f->events, 0);
	return cause;
}

static void test_entries(Fixture *f, const void *data)
{
	event(f, FAN_CREATE, 1, "new");
	event(f, FAN_MODIFY, 1, "new");
	event(f, FAN_CLOSE_WRITE, 1, "new");
	event(f, FAN_ATTRIB, 1, "new");
	event(f, FAN_DELETE, 1, "new");
	event(f, FAN_CREATE | FAN_ONDIR, 1, "dir");
	event(f, FAN_ATTRIB | FAN_ONDIR, 2, ".");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==,
			"created /etc/new, writing /etc/new, written /etc/new, look /etc/new, "
			"gone /etc/new, created/ /etc/dir, look/ /etc/d");
	g_assert_cmpuint(f->given, ==, 7);
}

/* What the kernel made one record of: names before contents, and a close fires what was armed. */
static void test_merged(Fixture *f, const void *data)
{
	event(f, FAN_CREATE | FAN_DELETE, 1, "x");
	event(f, FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ATTRIB, 1, "x");
	event(f, FAN_CREATE | FAN_DELETE | FAN_ONDIR, 1, "d");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==,
			"gone /etc/x, created /etc/x, look /etc/x, writing /etc/x, written /etc/x, "
			"gone/ /etc/d, created/ /etc/d");
}

static void test_rename(Fixture *f, const void *data)
{
	rename_event(f, 0, 1, "a", 2, "b");
	rename_event(f, 0, 0, NULL, 2, "came");
	rename_event(f, 0, 1, "went", 0, NULL);
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==,
			"gone /etc/a, moved /etc/d/b < /etc/a, moved /etc/d/came, gone /etc/went");
}

/* A directory that moves takes its mark with it, and what it still has to say is not told under
 * the old path; watched again, it speaks by the new one. */
static void test_directory_moves(Fixture *f, const void *data)
{
	rename_event(f, FAN_ONDIR, 1, "d", 1, "n");
	event(f, FAN_MOVE_SELF | FAN_ONDIR, 2, ".");
	event(f, FAN_CREATE, 3, "late");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "gone/ /etc/d, moved/ /etc/n < /etc/d");
	g_assert_cmpuint(wd_table_count(f->view->table), ==, 1);
	know(f, f->view->table, 3, "/etc/n/e");
	event(f, FAN_CREATE, 3, "x");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "created /etc/n/e/x");
}

/* The end of a directory, merged into an event older than its last ones: they are no strangers'.
 * Long afterwards it is forgotten. */
static void test_dead(Fixture *f, const void *data)
{
	event(f, FAN_ATTRIB | FAN_DELETE_SELF | FAN_ONDIR, 3, ".");
	event(f, FAN_DELETE, 3, "x");
	event(f, FAN_DELETE | FAN_ONDIR, 2, "e");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==,
			"look/ /etc/d/e, gone/ /etc/d/e, gone /etc/d/e/x, gone/ /etc/d/e");
	g_assert_cmpuint(handle_table_count(f->view->handles), ==, 4);
	f->time.mono_usec += FANOTIFY_DEAD_USEC + SECOND;
	g_assert_null(interpret(f));
	g_assert_cmpuint(handle_table_count(f->view->handles), ==, 3);
	g_assert_cmpuint(wd_table_count(f->view->table), ==, 2);
}

static void test_two_paths(Fixture *f, const void *data)
{
	know(f, f->view->table, 3, "/srv/e");
	event(f, FAN_CLOSE_WRITE, 3, "x");
	rename_event(f, 0, 3, "x", 3, "y");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==,
			"written /etc/d/e/x, written /srv/e/x, gone /etc/d/e/x, gone /srv/e/x, "
			"moved /etc/d/e/y < /etc/d/e/x, moved /srv/e/y < /srv/e/x");
}

/* A file that is watched itself: the name that was used is of no concern, its own path is. */
static void test_file(Fixture *f, const void *data)
{
	begin(f, FAN_MODIFY | FAN_CLOSE_WRITE);
	record(f, FAN_EVENT_INFO_TYPE_DFID_NAME, 77, "outside");
	record(f, FAN_EVENT_INFO_TYPE_FID, 9, NULL);
	begin(f, FAN_ATTRIB | FAN_DELETE_SELF);
	record(f, FAN_EVENT_INFO_TYPE_FID, 9, NULL);
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==,
			"writing /etc/two-names, written /etc/two-names, look /etc/two-names, "
			"look /etc/two-names");
	fanotify_view_forget(f->view, "/etc/two-names");
	begin(f, FAN_MODIFY);
	record(f, FAN_EVENT_INFO_TYPE_DFID_NAME, 77, "outside");
	record(f, FAN_EVENT_INFO_TYPE_FID, 9, NULL);
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "");
}

static void test_moved_itself(Fixture *f, const void *data)
{
	know(f, f->view->table, 4, "/");
	event(f, FAN_MOVE_SELF | FAN_ONDIR, 2, ".");
	event(f, FAN_MOVE_SELF | FAN_ONDIR, 4, ".");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "subtree/ /etc/d");
	g_assert_cmpint(wd_table_find(f->view->table, "/etc/d/e"), ==, -1);
	g_assert_cmpint(wd_table_find(f->view->table, "/"), >, 0);
}

/* The attributes of a directory that nobody watches come by a handle that nobody knows. */
static void test_unwatched(Fixture *f, const void *data)
{
	event(f, FAN_ATTRIB | FAN_ONDIR, 77, ".");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "");
	g_assert_cmpuint(g_hash_table_size(f->view->strange), ==, 0);
}

static void test_overflow(Fixture *f, const void *data)
{
	event(f, FAN_ATTRIB, 1, "before");
	begin(f, FAN_Q_OVERFLOW);
	event(f, FAN_ATTRIB, 1, "behind");
	g_assert_cmpstr(interpret(f), ==, "overflow");
	g_assert_cmpstr(f->told->str, ==, "look /etc/before");
	fanotify_view_reset(f->view);
	g_assert_cmpuint(wd_table_count(f->view->table), ==, 0);
}

/* Never a guess: and that file system is left to inotify from here on. */
static void test_stranger(Fixture *f, const void *data)
{
	const guint64 fsid = 5;

	event(f, FAN_CREATE, 77, "x");
	g_assert_cmpstr(interpret(f), ==, "watch-lost");
	g_assert_true(g_hash_table_contains(f->view->strange, &fsid));
	rename_event(f, 0, 1, "x", 77, "x");
	g_assert_cmpstr(interpret(f), ==, "watch-lost");
	g_assert_cmpstr(f->told->str, ==, "");
}

/* Every length in a record cut short or too long: told as a loss, read nowhere beyond. */
static void test_mangled(Fixture *f, const void *data)
{
	static const struct {
		gsize at; /* of the byte to spoil, behind the event's head */
		guint8 byte;
	} spoils[] = {{2, 200}, {2, 1}, {2, 6}, {12, 255}, {13, 255}, {15, 255}};

	for (gsize i = 0; i < G_N_ELEMENTS(spoils); i++) {
		event(f, FAN_CREATE, 1, "name");
		f->events->data[sizeof(struct fanotify_event_metadata) + spoils[i].at] =
			spoils[i].byte;
		g_assert_cmpstr(interpret(f), ==, "watch-lost");
	}
	event(f, FAN_CREATE, 1, "name");
	f->events->data[4]++; /* the version */
	g_assert_cmpstr(interpret(f), ==, "watch-lost");
	g_assert_cmpstr(f->told->str, ==, "");
}

#define ADD(name, function) \
	g_test_add("/fanotify-events/" name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("entries", test_entries);
	ADD("merged", test_merged);
	ADD("rename", test_rename);
	ADD("directory-moves", test_directory_moves);
	ADD("dead", test_dead);
	ADD("two-paths", test_two_paths);
	ADD("file", test_file);
	ADD("moved-itself", test_moved_itself);
	ADD("unwatched", test_unwatched);
	ADD("overflow", test_overflow);
	ADD("stranger", test_stranger);
	ADD("mangled", test_mangled);
	return g_test_run();
}
