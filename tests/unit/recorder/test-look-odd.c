/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look that meets what is not simple: many names, no room, no time, or a writer. */
#include "base/fd.h"

#include "looking.h"

static void test_budget(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	make_dir(f, "etc/e");
	null_watch_set_budget(f->world.watch, 3);
	adopt(f);
	g_assert_cmpuint(catalog_count(f->world.catalog), ==, 3);
	g_assert_cmpuint(look_report(f->look)->uncovered->len, ==, 1);
}

/* A file with several names is watched itself, also where a listing finds it unchanged, and no
 * longer when its name is gone. */
static void test_several_names(Fixture *f, const void *data)
{
	f->world.linked = linked_new();
	write_file(f, "etc/x", "1");
	write_file(f, "etc/y", "1");
	adopt(f);
	g_assert_false(null_watch_has_file(f->world.watch, "/etc/x"));
	must(linkat(f->world.root_fd, "etc/x", f->world.root_fd, "elsewhere", 0) == 0, NULL);
	look(f, order("/etc/x"), NULL, NULL);
	g_assert_true(null_watch_has_file(f->world.watch, "/etc/x"));
	g_assert_false(null_watch_has_file(f->world.watch, "/etc/y"));
	watch_forget(f->world.watch, "/etc/x");
	look(f, subtree("/etc"), NULL, NULL);
	g_assert_true(null_watch_has_file(f->world.watch, "/etc/x"));
	g_assert_cmpuint(look_report(f->look)->changed->len, ==, 0);
	remove_file(f, "etc/x");
	look(f, order("/etc/x"), NULL, NULL);
	g_assert_false(null_watch_has_file(f->world.watch, "/etc/x"));
	linked_free(f->world.linked);
	f->world.linked = NULL;
}

static void test_root_file(Fixture *f, const void *data)
{
	adopt(f);
	write_file(f, "one.conf", "1");
	g_assert_cmpstr(look(f, subtree("/one.conf"), NULL, NULL), ==, "/one.conf");
	g_assert_cmpstr(joined(look_report(f->look)->found_roots), ==, "/one.conf");
	remove_file(f, "one.conf");
	g_assert_cmpstr(look(f, order("/one.conf"), NULL, NULL), ==, "/one.conf");
	g_assert_cmpstr(joined(look_report(f->look)->lost_roots), ==, "/one.conf");
}

/* We do not record ourselves. */
static void test_excluded(Fixture *f, const void *data)
{
	make_dir(f, "etc/state");
	write_file(f, "etc/state/x", "1");
	must(fstatat(f->world.root_fd, "etc/state", &f->world.excluded[0], 0) == 0, NULL);
	adopt(f);
	g_assert_cmpuint(catalog_count(f->world.catalog), ==, 1);
	g_assert_false(null_watch_has(f->world.watch, "/etc/state"));
}

static bool stop_at_once(void *context, guint64 done)
{
	return false;
}

static void test_stopped(Fixture *f, const void *data)
{
	g_autoptr(GPtrArray) orders = orders_of(subtree("/etc"), NULL, NULL);
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_CHANGE);
	g_autoptr(Look) stopped = NULL;
	g_autoptr(GError) error = NULL;

	f->world.tick = stop_at_once;
	must(snapshot_begin(f->world.snapshot, &error), error);
	must(catalog_begin(f->world.catalog, &error), error);
	stopped = look_new(&f->world, LOOK_COMPARE, NULL, notes);
	g_assert_false(look_carry_out(stopped, orders, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE);
	snapshot_abandon(f->world.snapshot);
	catalog_abandon(f->world.catalog);
}

static bool always_written(void *context, const char *path)
{
	return true;
}

static bool never_written(void *context, const char *path)
{
	return false;
}

/* Read in the middle of a write: not recorded, until the writer has gone or will not go. */
static void test_being_written(Fixture *f, const void *data)
{
	Order *open = order("/etc/a");

	write_file(f, "etc/a", "1");
	adopt(f);
	write_file(f, "etc/a", "2");
	f->world.is_being_written = always_written;
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "");
	g_assert_cmpuint(look_report(f->look)->postponed->len, ==, 1);
	open->is_open = true;
	g_assert_cmpstr(look(f, open, NULL, NULL), ==, "/etc/a");
	g_assert_true(notes_path(f->notes, "/etc/a")->is_open);
	write_file(f, "etc/a", "3");
	f->world.is_being_written = never_written;
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "/etc/a");
	g_assert_cmpuint(look_report(f->look)->postponed->len, ==, 0);
}

/* Emptied: one more moment, then it is empty. */
static void test_emptied(Fixture *f, const void *data)
{
	Order *again = order("/etc/a");

	write_file(f, "etc/a", "1");
	adopt(f);
	write_file(f, "etc/a", "");
	f->world.is_being_written = never_written;
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "");
	g_assert_cmpuint(look_report(f->look)->postponed->len, ==, 1);
	again->postponed = 1; /* for another reason: that it is empty is new */
	g_assert_cmpstr(look(f, again, NULL, NULL), ==, "");
	again = order("/etc/a");
	again->was_empty = true;
	g_assert_cmpstr(look(f, again, NULL, NULL), ==, "/etc/a");
}

/* A new name with nothing in it: its maker may be about to write. Not for ever. */
static void test_hardly_begun(Fixture *f, const void *data)
{
	Order *begun = order("/etc/a"), *at_last = order("/etc/a"), *full = order("/etc/b");

	adopt(f);
	write_file(f, "etc/a", "");
	write_file(f, "etc/b", "1");
	f->world.is_being_written = never_written;
	begun->is_begun = true;
	g_assert_cmpstr(look(f, begun, NULL, NULL), ==, "");
	g_assert_cmpuint(look_report(f->look)->postponed->len, ==, 1);
	at_last->is_begun = true;
	at_last->postponed = 8;
	full->is_begun = true;
	g_assert_cmpstr(look(f, at_last, full, NULL), ==, "/etc/a /etc/b");
}

/*
 * The catalog says one thing, the last commit another (a crash between the two), and the disk is
 * as the catalog says: comparing would record nothing and leave the wrong commit standing.
 */
static void test_rebuild(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *head = NULL;
	g_autofree char *stray = g_strdup("/etc/stray");

	write_file(f, "etc/a", "1");
	adopt(f);
	must(snapshot_begin(f->world.snapshot, &error), error);
	snapshot_put(f->world.snapshot, stray, &(FileState){.type = FILE_FIFO, .mode = 0600});
	snapshot_remove(f->world.snapshot, "/etc/a");
	must(snapshot_commit(f->world.snapshot, f->notes, &error) == SNAPSHOT_COMMITTED, error);
	head = g_strdup(snapshot_head(f->world.snapshot));
	look(f, subtree("/etc"), NULL, NULL);
	g_assert_cmpstr(snapshot_head(f->world.snapshot), ==, head);
	look_mode(f, LOOK_REBUILD, CHANGE_SET_CHANGE,
		  orders_of(subtree("/etc"), subtree("/one.conf"), NULL));
	g_assert_cmpstr(snapshot_head(f->world.snapshot), !=, head);
	/* And once more changes nothing: it is not recorded twice. */
	g_free(head);
	head = g_strdup(snapshot_head(f->world.snapshot));
	look_mode(f, LOOK_REBUILD, CHANGE_SET_CHANGE,
		  orders_of(subtree("/etc"), subtree("/one.conf"), NULL));
	g_assert_cmpstr(snapshot_head(f->world.snapshot), ==, head);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/look/budget", test_budget);
	ADD("/look/several-names", test_several_names);
	ADD("/look/root-file", test_root_file);
	ADD("/look/excluded", test_excluded);
	ADD("/look/stopped", test_stopped);
	ADD("/look/being-written", test_being_written);
	ADD("/look/emptied", test_emptied);
	ADD("/look/hardly-begun", test_hardly_begun);
	ADD("/look/rebuild", test_rebuild);
	return g_test_run();
}
