/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder/ballast.h"
#include "base/fd.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static void test_load_and_drop(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-ballast-XXXXXX", NULL);
	g_autofree char *first = g_build_filename(dir, "ballast", "0", NULL);
	auto_fd int fd = open(dir, O_RDONLY | O_DIRECTORY);
	struct stat st;

	g_assert_false(ballast_drop(fd));
	g_assert_true(ballast_load(fd));
	g_assert_cmpint(stat(first, &st), ==, 0);
	g_assert_cmpint(st.st_blocks * 512, >=, st.st_size);
	/* what is missing is made again, what is there stays */
	g_assert_cmpint(g_unlink(first), ==, 0);
	g_assert_true(ballast_load(fd));
	g_assert_cmpint(stat(first, &st), ==, 0);
	g_assert_true(ballast_drop(fd));
	g_assert_cmpint(g_rmdir(dir), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ballast/load-and-drop", test_load_and_drop);
	return g_test_run();
}
