/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settling: when what is written, made, renamed or taken away is looked at. */
#include "recorder/settle.h"

#include "settling.h"

/* A package manager unpacks under a name and renames seconds later: that is one new name, or one
 * update. Where it never renames, or somebody waits for an answer, the file is told as it is. */
static void test_unpacked(Fixture *f, const void *data)
{
	Order *unpacked;
	guint64 mark;

	push(f, HINT_CREATED, "/etc/a.dpkg-new", 0);
	push(f, HINT_WRITTEN, "/etc/a.dpkg-new", 1);
	g_assert_cmpstr(take(f, 5000), ==, "");
	push(f, HINT_GONE, "/etc/a.dpkg-new", 5000);
	push_full(f, HINT_MOVED, "/etc/a", "/etc/a.dpkg-new", false, 5000);
	g_assert_cmpstr(take(f, 5000), ==, "/etc/a /etc/a.dpkg-new");
	g_assert_false(taken(f, 1)->is_new); /* no transient */

	push(f, HINT_CREATED, "/etc/b.dpkg-new", 6000);
	g_assert_cmpstr(take(f, 15999), ==, "");
	g_assert_cmpstr(take(f, 16000), ==, "/etc/b.dpkg-new");

	unpacked = g_new0(Order, 1);
	unpacked->path = g_strdup("/etc/new.d/a.dpkg-new");
	unpacked->born = 1; /* of an order that was there before the mark */
	mark = settle_mark(f->settle);
	settle_push_unpacked(f->settle, unpacked, START + 17000 * MS);
	g_assert_false(settle_is_clear(f->settle, mark));
	push(f, HINT_GONE, "/etc/new.d/a.dpkg-new", 18000);
	push_full(f, HINT_MOVED, "/etc/new.d/a", "/etc/new.d/a.dpkg-new", false, 18000);
	g_assert_cmpstr(take(f, 18000), ==, "/etc/new.d/a /etc/new.d/a.dpkg-new");
	g_assert_true(settle_is_clear(f->settle, mark));

	push(f, HINT_CREATED, "/etc/c.dpkg-new", 20000);
	settle_release(f->settle);
	g_assert_cmpint(next_ms(f), ==, 20250);
	g_assert_cmpstr(take(f, 20250), ==, "/etc/c.dpkg-new");
}

/* Made and not closed: the look is told. */
static void test_begun(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/held-up", 0);
	push(f, HINT_CREATED, "/etc/made", 0);
	push(f, HINT_WRITTEN, "/etc/made", 1);
	push_full(f, HINT_MOVED, "/etc/moved", "/etc/old", false, 1);
	g_assert_cmpstr(take(f, 100), ==, "/etc/held-up /etc/made /etc/moved");
	g_assert_true(taken(f, 0)->is_begun);
	g_assert_false(taken(f, 1)->is_begun);
	g_assert_false(taken(f, 2)->is_begun);
}

static void test_at_once(Fixture *f, const void *data)
{
	g_assert_cmpint(next_ms(f), ==, -1);
	push(f, HINT_LOOK, "/etc/a", 0);
	push(f, HINT_LOOK, "/etc/a", 3);
	g_assert_cmpuint(settle_count(f->settle), ==, 1);
	g_assert_cmpstr(take(f, 3), ==, "/etc/a");
	g_assert_cmpint(taken(f, 0)->wall_usec, ==, 1);
	g_assert_false(taken(f, 0)->is_subtree);
	g_assert_cmpstr(take(f, 100000), ==, "");
}

/* A writer closes: read then, not before. */
static void test_written(Fixture *f, const void *data)
{
	push(f, HINT_WRITING, "/etc/a", 0);
	g_assert_cmpstr(take(f, 500), ==, "");
	push(f, HINT_LOOK, "/etc/a", 600);
	g_assert_cmpstr(take(f, 600), ==, "");
	push(f, HINT_WRITTEN, "/etc/a", 700);
	g_assert_cmpstr(take(f, 700), ==, "/etc/a");
	g_assert_cmpint(taken(f, 0)->wall_usec, ==, 1);
}

/* A writer that never closes, and goes on writing: read after a second, and said so. */
static void test_open(Fixture *f, const void *data)
{
	for (int at = 0; at < 1000; at += 100) {
		push(f, HINT_WRITING, "/etc/a", at);
		g_assert_cmpstr(take(f, at), ==, "");
	}
	g_assert_cmpint(next_ms(f), ==, 1000);
	g_assert_cmpstr(take(f, 1000), ==, "/etc/a!");
}

static void test_created(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/link", 0);
	push(f, HINT_CREATED, "/etc/file", 0);
	push(f, HINT_WRITING, "/etc/file", 1);
	g_assert_cmpstr(take(f, 24), ==, "");
	push(f, HINT_WRITTEN, "/etc/file", 24);
	g_assert_cmpstr(take(f, 25), ==, "/etc/link");
	g_assert_true(taken(f, 0)->is_new);
	g_assert_false(taken(f, 0)->is_open);
	g_assert_cmpstr(take(f, 48), ==, "");
	g_assert_cmpstr(take(f, 49), ==, "/etc/file");
}

/* Removed and made again (install, an editor that unlinks): one look. */
static void test_made_again(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	push(f, HINT_CREATED, "/etc/a", 10);
	g_assert_cmpstr(take(f, 30), ==, "");
	push(f, HINT_WRITTEN, "/etc/a", 31);
	g_assert_cmpstr(take(f, 56), ==, "/etc/a");
	g_assert_cmpstr(take(f, 10000), ==, "");
}

static void test_gone(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	g_assert_cmpstr(take(f, 24), ==, "");
	g_assert_cmpstr(take(f, 25), ==, "/etc/a");
}

/* Over and over: the brief wait is not prolonged for ever. */
static void test_flicker(Fixture *f, const void *data)
{
	for (int at = 0; at < 1000; at += 20) {
		push(f, at % 40 == 0 ? HINT_GONE : HINT_CREATED, "/etc/a", at);
		g_assert_cmpstr(take(f, at), ==, "");
	}
	g_assert_cmpstr(take(f, 1000), ==, "/etc/a");
}

/* mv a b: both ends at once, in one change-set. */
static void test_rename(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	push_full(f, HINT_MOVED, "/etc/b", "/etc/a", false, 0);
	g_assert_cmpstr(take(f, 0), ==, "/etc/a /etc/b");
	g_assert_cmpstr(taken(f, 1)->moved_from, ==, "/etc/a");
	push(f, HINT_GONE, "/etc/d", 10);
	push_full(f, HINT_MOVED, "/etc/e", "/etc/d", true, 10);
	g_assert_cmpstr(take(f, 10), ==, "/etc/d /etc/e");
	g_assert_true(taken(f, 1)->is_subtree);
	g_assert_false(taken(f, 0)->is_new);
}

/* sed -i: the temporary name is gone before anybody looks, and was no transient. */
static void test_temporary_renamed(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/sedAb3dE9", 0);
	push(f, HINT_WRITTEN, "/etc/sedAb3dE9", 1);
	g_assert_cmpstr(take(f, 1), ==, "");
	push(f, HINT_GONE, "/etc/sedAb3dE9", 2);
	push_full(f, HINT_MOVED, "/etc/a", "/etc/sedAb3dE9", false, 2);
	g_assert_cmpstr(take(f, 2), ==, "/etc/a /etc/sedAb3dE9");
	g_assert_cmpstr(taken(f, 1)->path, ==, "/etc/sedAb3dE9");
	g_assert_false(taken(f, 1)->is_new);
}

/* Written beside under any name, then renamed over: the name beside was never worth a look. */
static void test_written_beside(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/a.beside", 0);
	push(f, HINT_WRITTEN, "/etc/a.beside", 10);
	g_assert_cmpstr(take(f, 30), ==, "");
	push(f, HINT_GONE, "/etc/a.beside", 31);
	push_full(f, HINT_MOVED, "/etc/a", "/etc/a.beside", false, 31);
	g_assert_cmpstr(take(f, 31), ==, "/etc/a /etc/a.beside");
	g_assert_false(taken(f, 1)->is_new);
}

/* How long a new name was there; one renamed away was no transient. */
static void test_lived(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/a.tmp", 0);
	push(f, HINT_WRITTEN, "/etc/a.tmp", 1);
	push(f, HINT_GONE, "/etc/a.tmp", 100);
	push(f, HINT_GONE, "/etc/b", 110);
	g_assert_cmpstr(take(f, 300), ==, "/etc/a.tmp /etc/b");
	g_assert_cmpint(taken(f, 0)->lived_usec, ==, 100 * MS);
	g_assert_cmpint(taken(f, 1)->lived_usec, ==, 0);
}

/* vim: a -> a~, a is written anew, a~ is removed. One look at a. */
static void test_backup(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	push_full(f, HINT_MOVED, "/etc/a~", "/etc/a", false, 0);
	g_assert_cmpstr(take(f, 40), ==, "");
	push(f, HINT_CREATED, "/etc/a", 50);
	push(f, HINT_WRITING, "/etc/a", 50);
	push(f, HINT_WRITTEN, "/etc/a", 60);
	push(f, HINT_GONE, "/etc/a~", 61);
	g_assert_cmpstr(take(f, 85), ==, "/etc/a");
	g_assert_cmpstr(take(f, 249), ==, "");
	g_assert_cmpstr(take(f, 250), ==, "/etc/a~");
}

/* The twin: nobody writes it anew, so it has really moved, and both ends come together. */
static void test_backup_only(Fixture *f, const void *data)
{
	push(f, HINT_GONE, "/etc/a", 0);
	push_full(f, HINT_MOVED, "/etc/a~", "/etc/a", false, 0);
	g_assert_cmpstr(take(f, 249), ==, "");
	g_assert_cmpstr(take(f, 250), ==, "/etc/a /etc/a~");
}

static void test_temporary(Fixture *f, const void *data)
{
	push(f, HINT_CREATED, "/etc/.a.swp", 0);
	push(f, HINT_WRITTEN, "/etc/.a.swp", 1);
	g_assert_cmpint(next_ms(f), ==, 250);
	g_assert_cmpstr(take(f, 249), ==, "");
	g_assert_cmpstr(take(f, 250), ==, "/etc/.a.swp");
	g_assert_true(taken(f, 0)->is_new);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/settle/unpacked", test_unpacked);
	ADD("/settle/at-once", test_at_once);
	ADD("/settle/written", test_written);
	ADD("/settle/open", test_open);
	ADD("/settle/created", test_created);
	ADD("/settle/made-again", test_made_again);
	ADD("/settle/gone", test_gone);
	ADD("/settle/flicker", test_flicker);
	ADD("/settle/rename", test_rename);
	ADD("/settle/temporary-renamed", test_temporary_renamed);
	ADD("/settle/written-beside", test_written_beside);
	ADD("/settle/lived", test_lived);
	ADD("/settle/backup", test_backup);
	ADD("/settle/backup-only", test_backup_only);
	ADD("/settle/temporary", test_temporary);
	ADD("/settle/begun", test_begun);
	return g_test_run();
}
