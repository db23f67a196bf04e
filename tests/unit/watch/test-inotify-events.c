/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The meaning of events, fed by hand: renames, late events of orphans, strangers, overflow. */
#include "watch/inotify.h"

#include <string.h>

typedef struct {
	InotifyView *view;
	GByteArray *events;
	GString *told; /* one word per hint */
	guint given;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	f->view = inotify_view_new();
	f->events = g_byte_array_new();
	f->told = g_string_new(NULL);
	wd_table_put(f->view->table, 1, "/etc");
	wd_table_put(f->view->table, 2, "/etc/d");
	wd_table_put(f->view->table, 3, "/etc/d/e");
}

static void teardown(Fixture *f, const void *data)
{
	inotify_view_free(f->view);
	g_byte_array_unref(f->events);
	g_string_free(f->told, TRUE);
}

static void event(Fixture *f, int wd, guint32 mask, guint32 cookie, const char *name)
{
	struct inotify_event head = {.wd = wd, .mask = mask, .cookie = cookie};
	char padded[256] = "";

	if (name != NULL) {
		strcpy(padded, name);
		head.len = (guint32)((strlen(name) + 1 + 15) / 16 * 16);
	}
	g_byte_array_append(f->events, (const guint8 *)&head, sizeof(head));
	g_byte_array_append(f->events, (const guint8 *)padded, head.len);
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
	g_assert_cmpint(hint->mono_usec, ==, 8);
	hint_clear(hint);
}

static const char *interpret(Fixture *f)
{
	WatchSink sink = {tell_hint, NULL, f};
	InotifyTime time = {7, 8, 6};
	const char *cause = inotify_view_interpret(f->view, (const char *)f->events->data,
						   f->events->len, time, &sink, &f->given);

	g_byte_array_set_size(f->events, 0);
	return cause;
}

static void test_entries(Fixture *f, const void *data)
{
	event(f, 1, IN_CREATE, 0, "new");
	event(f, 1, IN_MODIFY, 0, "new");
	event(f, 1, IN_CLOSE_WRITE, 0, "new");
	event(f, 1, IN_ATTRIB, 0, "new");
	event(f, 1, IN_DELETE, 0, "new");
	event(f, 1, IN_CREATE | IN_ISDIR, 0, "dir");
	event(f, 2, IN_ATTRIB | IN_ISDIR, 0, NULL);
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==,
			"created /etc/new, writing /etc/new, written /etc/new, look /etc/new, "
			"gone /etc/new, created/ /etc/dir, look/ /etc/d");
	g_assert_cmpuint(f->given, ==, 7);
}

static void test_rename(Fixture *f, const void *data)
{
	event(f, 1, IN_MOVED_FROM, 99, "a");
	event(f, 2, IN_MOVED_TO, 99, "b");
	event(f, 2, IN_MOVED_TO, 98, "stranger");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==,
			"gone /etc/a, moved /etc/d/b < /etc/a, moved /etc/d/stranger");
}

/* The two halves of a rename in two reads. */
static void test_rename_parted(Fixture *f, const void *data)
{
	event(f, 1, IN_MOVED_FROM, 5, "a");
	g_assert_null(interpret(f));
	event(f, 1, IN_MOVED_TO, 5, "b");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "gone /etc/a, moved /etc/b < /etc/a");
}

/* A directory that moves takes its watches with it: they are given up, and what they still have to
 * say is not told under the old path. */
static void test_directory_moves(Fixture *f, const void *data)
{
	event(f, 1, IN_MOVED_FROM | IN_ISDIR, 5, "d");
	event(f, 1, IN_MOVED_TO | IN_ISDIR, 5, "n");
	event(f, 2, IN_MOVE_SELF, 0, NULL);
	event(f, 3, IN_CREATE, 0, "late");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "gone/ /etc/d, moved/ /etc/n < /etc/d");
	g_assert_cmpuint(f->view->orphans->len, ==, 2);
	g_assert_cmpint(wd_table_find(f->view->table, "/etc/d/e"), ==, -1);
	g_assert_cmpint(wd_table_find(f->view->table, "/etc"), ==, 1);
}

static void test_ignored(Fixture *f, const void *data)
{
	event(f, 3, IN_DELETE_SELF, 0, NULL);
	event(f, 3, IN_IGNORED, 0, NULL);
	event(f, 2, IN_DELETE | IN_ISDIR, 0, "e");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "gone /etc/d/e, gone/ /etc/d/e");
	g_assert_null(wd_table_paths(f->view->table, 3));
	g_assert_cmpuint(f->view->orphans->len, ==, 0);
}

/* One directory under two paths: a hint for each. */
static void test_two_paths(Fixture *f, const void *data)
{
	wd_table_put(f->view->table, 3, "/srv/e");
	event(f, 3, IN_CLOSE_WRITE, 0, "x");
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "written /etc/d/e/x, written /srv/e/x");
}

static void test_moved_itself(Fixture *f, const void *data)
{
	wd_table_put(f->view->table, 9, "/");
	event(f, 2, IN_MOVE_SELF, 0, NULL);
	event(f, 9, IN_MOVE_SELF, 0, NULL);
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "subtree /etc/d");
	g_assert_cmpuint(f->view->orphans->len, ==, 2);
	g_assert_cmpint(wd_table_find(f->view->table, "/"), ==, 9);
}

static void test_unmount(Fixture *f, const void *data)
{
	event(f, 2, IN_UNMOUNT, 0, NULL);
	event(f, 2, IN_IGNORED, 0, NULL);
	g_assert_null(interpret(f));
	g_assert_cmpstr(f->told->str, ==, "subtree /etc/d");
}

static void test_doubt(Fixture *f, const void *data)
{
	event(f, 1, IN_ATTRIB, 0, "before");
	event(f, -1, IN_Q_OVERFLOW, 0, NULL);
	event(f, 1, IN_ATTRIB, 0, "behind");
	g_assert_cmpstr(interpret(f), ==, "overflow");
	g_assert_cmpstr(f->told->str, ==, "look /etc/before");
	event(f, 1234, IN_ATTRIB, 0, "x");
	g_assert_cmpstr(interpret(f), ==, "watch-lost");
	inotify_view_reset(f->view);
	g_assert_cmpuint(wd_table_count(f->view->table), ==, 0);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/inotify-events/entries", test_entries);
	ADD("/inotify-events/rename", test_rename);
	ADD("/inotify-events/rename-parted", test_rename_parted);
	ADD("/inotify-events/directory-moves", test_directory_moves);
	ADD("/inotify-events/ignored", test_ignored);
	ADD("/inotify-events/two-paths", test_two_paths);
	ADD("/inotify-events/moved-itself", test_moved_itself);
	ADD("/inotify-events/unmount", test_unmount);
	ADD("/inotify-events/doubt", test_doubt);
	return g_test_run();
}
