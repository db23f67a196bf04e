/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cursor on disk. */
#include "desktop/cursor.h"

#include "base/digest.h"

#include <glib/gstdio.h>
#include <string.h>

#define RUNTIME "/run/reeve"

/* The one file in the folder. */
static char *only_file(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name = g_dir_read_name(dir);

	g_assert_nonnull(name);
	g_assert_null(g_dir_read_name(dir));
	return g_build_filename(folder, name, NULL);
}

static void test_round(void)
{
	g_autofree char *parent = g_dir_make_tmp("reeve-XXXXXX", NULL);
	g_autofree char *folder = g_build_filename(parent, "state", NULL);
	g_autofree char *id = g_strnfill(DIGEST_HEX, 'a');
	g_autoptr(Cursor) cursor = cursor_open(folder, RUNTIME, NULL);
	g_autoptr(Cursor) again = NULL, other = NULL;
	g_autofree char *file = NULL;

	g_assert_null(cursor_id(cursor));
	g_assert_true(cursor_store(cursor, "", NULL));
	g_assert_cmpstr(cursor_id(cursor), ==, "");
	g_assert_true(cursor_store(cursor, id, NULL));
	again = cursor_open(folder, RUNTIME, NULL);
	other = cursor_open(folder, "/run/other", NULL);
	g_assert_cmpstr(cursor_id(again), ==, id);
	g_assert_null(cursor_id(other));
	file = only_file(folder);
	/* the same id is not written again */
	g_assert_cmpint(g_unlink(file), ==, 0);
	g_assert_true(cursor_store(cursor, id, NULL));
	g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
	g_rmdir(folder);
	g_rmdir(parent);
}

static const char *const garbage[] = {"abc\n", "no newline", "\xff\n", "\n\n"};

static void test_garbage_is_no_cursor(void)
{
	g_autofree char *folder = g_dir_make_tmp("reeve-XXXXXX", NULL);
	g_autofree char *file = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(garbage); i++) {
		g_autoptr(Cursor) cursor = cursor_open(folder, RUNTIME, NULL);
		g_autoptr(Cursor) again = NULL;

		g_assert_true(cursor_store(cursor, "", NULL));
		g_free(file);
		file = only_file(folder);
		g_assert_true(g_file_set_contents(file, garbage[i], -1, NULL));
		again = cursor_open(folder, RUNTIME, NULL);
		g_assert_null(cursor_id(again));
		g_unlink(file);
	}
	g_rmdir(folder);
}

static void test_no_folder(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(cursor_open("/proc/nothing/here", RUNTIME, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_IO);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cursor/round", test_round);
	g_test_add_func("/cursor/garbage is no cursor", test_garbage_is_no_cursor);
	g_test_add_func("/cursor/no folder", test_no_folder);
	return g_test_run();
}
