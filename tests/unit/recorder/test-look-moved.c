/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look at what was moved. */
#include "base/fd.h"

#include "looking.h"

static void move(Fixture *f, const char *from, const char *to)
{
	must(renameat(f->world.root_fd, from, f->world.root_fd, to) == 0, NULL);
}

static Order *moved(const char *path, const char *from)
{
	Order *o = subtree(path);

	o->moved_from = g_strdup(from);
	return o;
}

static void test_file_and_directory(Fixture *f, const void *data)
{
	write_file(f, "etc/x", "file");
	adopt(f);
	remove_file(f, "etc/x");
	make_dir(f, "etc/x");
	write_file(f, "etc/x/in", "1");
	g_assert_cmpstr(look(f, order("/etc/x"), NULL, NULL), ==, "/etc/x /etc/x/in");
	remove_file(f, "etc/x/in");
	must(unlinkat(f->world.root_fd, "etc/x", AT_REMOVEDIR) == 0, NULL);
	write_file(f, "etc/x", "file again");
	g_assert_cmpstr(look(f, order("/etc/x"), NULL, NULL), ==, "/etc/x /etc/x/in");
	g_assert_null(entry(f, "/etc/x/in"));
	g_assert_false(null_watch_has(f->world.watch, "/etc/x"));
}

static void test_moved_file(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	adopt(f);
	move(f, "etc/a", "etc/b");
	g_assert_cmpstr(look(f, order("/etc/a"), moved("/etc/b", "/etc/a"), NULL), ==,
			"/etc/a /etc/b");
	g_assert_cmpstr(notes_path(f->notes, "/etc/b")->moved_from, ==, "/etc/a");
}

static void test_moved_directory(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	write_file(f, "etc/d/x", "1");
	adopt(f);
	move(f, "etc/d", "etc/e");
	look(f, order("/etc/d"), moved("/etc/e", "/etc/d"), NULL);
	g_assert_cmpstr(notes_path(f->notes, "/etc/e")->moved_from, ==, "/etc/d");
	g_assert_cmpstr(notes_path(f->notes, "/etc/e/x")->moved_from, ==, "/etc/d/x");
	g_assert_true(null_watch_has(f->world.watch, "/etc/e"));
	g_assert_false(null_watch_has(f->world.watch, "/etc/d"));
}

/* A move found by a rescan, nobody having told of it. */
static void test_moved_unseen(Fixture *f, const void *data)
{
	Order *all = subtree("/etc");

	write_file(f, "etc/z", "1");
	adopt(f);
	move(f, "etc/z", "etc/a");
	all->is_offline = true;
	g_assert_cmpstr(look(f, all, NULL, NULL), ==, "/etc/a /etc/z");
	g_assert_cmpstr(notes_path(f->notes, "/etc/a")->moved_from, ==, "/etc/z");
	g_assert_true(notes_path(f->notes, "/etc/a")->is_offline);
	g_assert_cmpint(notes_path(f->notes, "/etc/a")->time_usec, ==, 0);
}

/* What moves into the open stays a secret as long as it has the same bytes; others are judged by
 * path and content alone. */
static void test_moved_secret(Fixture *f, const void *data)
{
	make_dir(f, "etc/ssl");
	make_dir(f, "etc/ssl/private");
	write_file(f, "etc/ssl/private/k", "hunter2");
	adopt(f);
	g_assert_cmpint(entry(f, "/etc/ssl/private/k")->state.content, ==, CONTENT_SECRET);
	move(f, "etc/ssl/private/k", "etc/k");
	look(f, order("/etc/ssl/private/k"), moved("/etc/k", "/etc/ssl/private/k"), NULL);
	g_assert_cmpint(entry(f, "/etc/k")->state.content, ==, CONTENT_SECRET);
	write_file(f, "etc/k", "hunter2"); /* the same bytes */
	look(f, order("/etc/k"), NULL, NULL);
	g_assert_cmpint(entry(f, "/etc/k")->state.content, ==, CONTENT_SECRET);
	write_file(f, "etc/k", "nothing much");
	look(f, order("/etc/k"), NULL, NULL);
	g_assert_cmpint(entry(f, "/etc/k")->state.content, ==, CONTENT_STORED);
	move(f, "etc/k", "etc/ssl/private/k");
	look(f, order("/etc/k"), moved("/etc/ssl/private/k", "/etc/k"), NULL);
	g_assert_cmpint(entry(f, "/etc/ssl/private/k")->state.content, ==, CONTENT_SECRET);
}

/* As if it had been seen long after it was made: then its stat alone says that it is the same. */
static void make_sure(Fixture *f, const char *path)
{
	g_autoptr(GError) error = NULL;
	CatalogEntry *known = entry(f, path);

	known->seen_nsec += G_GINT64_CONSTANT(1000000000);
	must(catalog_begin(f->world.catalog, &error), error);
	must(catalog_put(f->world.catalog, path, known, &error), error);
	must(catalog_finish(f->world.catalog, snapshot_head(f->world.snapshot), &error), error);
}

/* A directory with a well-known file moves to where files are secret, and back. */
static void test_moved_among_secrets(Fixture *f, const void *data)
{
	make_dir(f, "etc/ssl");
	make_dir(f, "etc/plain");
	write_file(f, "etc/plain/k", "hunter2");
	adopt(f);
	make_sure(f, "/etc/plain/k");
	move(f, "etc/plain", "etc/ssl/private");
	look(f, order("/etc/plain"), moved("/etc/ssl/private", "/etc/plain"), NULL);
	g_assert_cmpint(entry(f, "/etc/ssl/private/k")->state.content, ==, CONTENT_SECRET);
	make_sure(f, "/etc/ssl/private/k");
	move(f, "etc/ssl/private", "etc/plain");
	look(f, order("/etc/ssl/private"), moved("/etc/plain", "/etc/ssl/private"), NULL);
	g_assert_cmpint(entry(f, "/etc/plain/k")->state.content, ==, CONTENT_SECRET);
	make_sure(f, "/etc/plain/k");
	move(f, "etc/plain", "etc/other");
	look(f, order("/etc/plain"), moved("/etc/other", "/etc/plain"), NULL);
	g_assert_cmpint(entry(f, "/etc/other/k")->state.content, ==, CONTENT_SECRET);
}

/* Single paths and the subtree they are in, in one batch: each keeps its own time. */
static void test_single_before_subtree(Fixture *f, const void *data)
{
	Order *all = subtree("/etc");

	write_file(f, "etc/a", "1");
	write_file(f, "etc/b", "1");
	adopt(f);
	write_file(f, "etc/a", "2");
	write_file(f, "etc/b", "2");
	all->is_offline = true;
	g_assert_cmpstr(look(f, all, order("/etc/a"), NULL), ==, "/etc/a /etc/b");
	g_assert_cmpint(notes_path(f->notes, "/etc/a")->time_usec, ==, 77);
	g_assert_true(notes_path(f->notes, "/etc/b")->is_offline);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/look/file-and-directory", test_file_and_directory);
	ADD("/look/moved-file", test_moved_file);
	ADD("/look/moved-directory", test_moved_directory);
	ADD("/look/moved-unseen", test_moved_unseen);
	ADD("/look/moved-secret", test_moved_secret);
	ADD("/look/moved-among-secrets", test_moved_among_secrets);
	ADD("/look/single-before-subtree", test_single_before_subtree);
	return g_test_run();
}
