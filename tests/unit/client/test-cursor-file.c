/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cursor comes back as it was written, and nothing else is taken for one. */
#include "client/cursor-file.h"
#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void test_survives(void)
{
	static const char *const others[] = {"", ID, ID "0\n", "nonsense\n", ID "\n\n"};
	g_autofree char *dir = g_dir_make_tmp("reeve-cursor-XXXXXX", NULL);
	auto_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autofree char *id = NULL;

	g_assert_true(cursor_file_read(fd, "a", &id, NULL));
	g_assert_null(id);
	g_assert_true(cursor_file_write(fd, "a", 0600, "", NULL));
	g_assert_true(cursor_file_read(fd, "a", &id, NULL));
	g_assert_cmpstr(id, ==, "");
	g_clear_pointer(&id, g_free);
	g_assert_true(cursor_file_write(fd, "a", 0600, ID, NULL));
	g_assert_true(cursor_file_read(fd, "a", &id, NULL));
	g_assert_cmpstr(id, ==, ID);
	g_clear_pointer(&id, g_free);
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_true(io_replace_file(fd, "a", others[i], strlen(others[i]), 0600, NULL));
		g_assert_false(cursor_file_read(fd, "a", &id, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
		g_assert_null(id);
	}
	unlinkat(fd, "a", 0);
	g_rmdir(dir);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cursor-file/survives", test_survives);
	return g_test_run();
}
