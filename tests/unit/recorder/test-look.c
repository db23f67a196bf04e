/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look: what is ordered is compared with what is known, and the difference recorded. */
#include "base/fd.h"

#include "looking.h"

static Order *new_order(const char *path)
{
	Order *o = order(path);

	o->is_new = true;
	return o;
}

static void test_baseline(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	make_dir(f, "etc/d");
	write_file(f, "etc/d/b", "2");
	make_dir(f, "etc/ignored");
	write_file(f, "etc/ignored/x", "3");
	write_file(f, "outside", "4");
	adopt(f);
	g_assert_cmpuint(catalog_count(f->world.catalog), ==, 4);
	g_assert_cmpuint(look_report(f->look)->changed->len, ==, 0);
	g_assert_cmpuint(g_hash_table_size(f->notes->paths), ==, 0);
	g_assert_true(null_watch_has(f->world.watch, "/"));
	g_assert_true(null_watch_has(f->world.watch, "/etc"));
	g_assert_true(null_watch_has(f->world.watch, "/etc/d"));
	g_assert_false(null_watch_has(f->world.watch, "/etc/ignored"));
}

static void test_change(Fixture *f, const void *data)
{
	const PathNote *note;

	write_file(f, "etc/a", "1");
	write_file(f, "etc/b", "1");
	adopt(f);
	g_assert_cmpstr(look(f, order("/etc/a"), order("/etc/b"), NULL), ==, "");
	write_file(f, "etc/a", "2");
	g_assert_cmpstr(look(f, order("/etc/a"), order("/etc/b"), NULL), ==, "/etc/a");
	note = notes_path(f->notes, "/etc/a");
	g_assert_cmpint(note->time_usec, ==, 77);
	g_assert_cmpint(note->ctime_usec, >, 77);
	g_assert_false(note->is_offline);
	g_assert_cmpuint(entry(f, "/etc/a")->state.size, ==, 1);
	/* Twice is harmless. */
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "");
	/* So is what nobody watches. */
	g_assert_cmpstr(look(f, order("/outside"), order("/etc/ignored"), order("/")), ==, "");
}

static void test_touched(Fixture *f, const void *data)
{
	const struct timespec times[2] = {{1, 0}, {1, 0}};

	write_file(f, "etc/a", "1");
	adopt(f);
	must(utimensat(f->world.root_fd, "etc/a", times, 0) == 0, NULL);
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "");
	g_assert_cmpint(entry(f, "/etc/a")->mtime_nsec, ==, 1000000000);
	g_assert_cmpuint(entry(f, "/etc/a")->state.blob[0], !=, 0);
}

static void test_doubt(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	adopt(f);
	g_assert_nonnull(strstr(joined(look_report(f->look)->doubtful), "/etc/a"));
}

/* mkdir -p with a file at the bottom, one hint for the top. */
static void test_new_tree(Fixture *f, const void *data)
{
	adopt(f);
	make_dir(f, "etc/a");
	make_dir(f, "etc/a/b");
	write_file(f, "etc/a/b/c", "deep");
	g_assert_cmpstr(look(f, new_order("/etc/a"), NULL, NULL), ==, "/etc/a /etc/a/b /etc/a/b/c");
	g_assert_true(null_watch_has(f->world.watch, "/etc/a/b"));
	g_assert_cmpint(notes_path(f->notes, "/etc/a/b/c")->time_usec, ==, 77);
}

/* A directory that is well known is not listed for a hint about itself. */
static void test_known_directory(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	adopt(f);
	write_file(f, "etc/d/unhinted", "1");
	g_assert_cmpstr(look(f, order("/etc/d"), NULL, NULL), ==, "");
	g_assert_cmpstr(look(f, subtree("/etc/d"), NULL, NULL), ==, "/etc/d/unhinted");
}

/* One whose watch was lost is. */
static void test_unwatched_directory(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	adopt(f);
	write_file(f, "etc/d/unhinted", "1");
	watch_forget(f->world.watch, "/etc/d");
	g_assert_cmpstr(look(f, order("/etc/d"), NULL, NULL), ==, "/etc/d/unhinted");
}

static void test_vanished(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	write_file(f, "etc/d/x", "1");
	adopt(f);
	remove_file(f, "etc/d/x");
	must(unlinkat(f->world.root_fd, "etc/d", AT_REMOVEDIR) == 0, NULL);
	g_assert_cmpstr(look(f, order("/etc/d"), order("/etc/d/x"), NULL), ==, "/etc/d /etc/d/x");
	g_assert_false(null_watch_has(f->world.watch, "/etc/d"));
	g_assert_cmpuint(catalog_count(f->world.catalog), ==, 1);
	g_assert_cmpuint(f->notes->transients->len, ==, 0);
	g_assert_cmpstr(look(f, order("/etc/d"), NULL, NULL), ==, "");
}

static void test_transient(Fixture *f, const void *data)
{
	adopt(f);
	g_assert_cmpstr(
		look(f, new_order("/etc/flash"), new_order("/etc/flash~"), order("/etc/never")), ==,
		"/etc/flash");
	g_assert_cmpuint(f->notes->transients->len, ==, 1);
	g_assert_cmpstr(((Transient *)f->notes->transients->pdata[0])->path, ==, "/etc/flash");
}

static Order *flash(const char *path, gint64 lived_ms)
{
	Order *o = new_order(path);

	o->lived_usec = lived_ms * 1000;
	return o;
}

/* Temporary-looking names: told when they stayed a while and stand beside nothing. */
static void test_transient_temporary(Fixture *f, const void *data)
{
	write_file(f, "etc/there", "1");
	adopt(f);
	g_assert_cmpstr(look(f, flash("/etc/none.tmp", 26), flash("/etc/there.tmp", 200),
			     flash("/etc/4913", 25)),
			==, "/etc/none.tmp");
	g_assert_cmpuint(f->notes->transients->len, ==, 1);
	g_assert_cmpstr(look(f, flash("/etc/tmpAb3dE9", 100), flash("/etc/.there.swp", 200), NULL),
			==, "/etc/tmpAb3dE9");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/look/baseline", test_baseline);
	ADD("/look/change", test_change);
	ADD("/look/touched", test_touched);
	ADD("/look/doubt", test_doubt);
	ADD("/look/new-tree", test_new_tree);
	ADD("/look/known-directory", test_known_directory);
	ADD("/look/unwatched-directory", test_unwatched_directory);
	ADD("/look/vanished", test_vanished);
	ADD("/look/transient", test_transient);
	ADD("/look/transient-temporary", test_transient_temporary);
	return g_test_run();
}
