/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moves: what is the same file under another name, and what only looks like it. */
#include "recorder/moves.h"

static CatalogEntry entry(guint64 ino, gint64 mtime, guint64 size)
{
	return (CatalogEntry){
		.dev = 1,
		.ino = ino,
		.mtime_nsec = mtime,
		.stat_size = size,
		.stat_mode = S_IFREG | 0644,
		.state = {.type = FILE_REGULAR},
	};
}

static void depart(Moves *moves, const char *path, CatalogEntry e)
{
	moves_depart(moves, path, &e);
}

static void arrive(Moves *moves, const char *path, CatalogEntry e, const char *from)
{
	moves_arrive(moves, path, &e, from);
}

static void test_moves(void)
{
	g_autoptr(Moves) moves = moves_new();
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_CHANGE);

	depart(moves, "/a", entry(10, 5, 100));
	depart(moves, "/b", entry(11, 5, 100));
	depart(moves, "/c", entry(12, 5, 100));
	arrive(moves, "/a2", entry(10, 5, 100), NULL);    /* the same */
	arrive(moves, "/b2", entry(11, 6, 100), NULL);    /* the number was used again */
	arrive(moves, "/c2", entry(12, 6, 101), "/c");    /* written after a rename we saw */
	arrive(moves, "/d2", entry(13, 5, 100), "/gone"); /* from nowhere we knew */
	moves_note(moves, notes);
	g_assert_cmpuint(g_hash_table_size(notes->paths), ==, 2);
	g_assert_cmpstr(notes_path(notes, "/a2")->moved_from, ==, "/a");
	g_assert_cmpstr(notes_path(notes, "/c2")->moved_from, ==, "/c");
}

static void test_other_type(void)
{
	g_autoptr(Moves) moves = moves_new();
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_CHANGE);
	CatalogEntry link = entry(10, 5, 100);

	link.stat_mode = S_IFLNK | 0777;
	depart(moves, "/a", entry(10, 5, 100));
	arrive(moves, "/a2", link, "/a");
	moves_note(moves, notes);
	g_assert_cmpuint(g_hash_table_size(notes->paths), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/moves/moves", test_moves);
	g_test_add_func("/moves/other-type", test_other_type);
	return g_test_run();
}
