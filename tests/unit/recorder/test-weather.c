/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorder/weather.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>

#define ROOMY 1000000
#define BLOCK 4096

static const struct {
	const char *name;
	int failure;
	guint64 free_blocks, files, free_files;
	const char *word;
} cases[] = {
	{"fair", 0, ROOMY, 100, 50, NULL},
	{"nearly full", 0, 10, 100, 50, "disk-full"},
	{"full", ENOSPC, 0, 100, 50, "disk-full"},
	{"over quota", EDQUOT, ROOMY, 100, 50, "disk-full"},
	{"no inodes", ENOSPC, ROOMY, 100, 0, "no-inodes"},
	{"inodes without number", ENOSPC, 0, 0, 0, "disk-full"},
	{"read-only", EROFS, ROOMY, 100, 50, "read-only"},
	{"no descriptors", EMFILE, ROOMY, 100, 50, "no-descriptors"},
	{"none in the system", ENFILE, ROOMY, 100, 50, "no-descriptors"},
	{"a broken disk", EIO, ROOMY, 100, 50, "trouble"},
};

static void test_words(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct statvfs disk = {.f_frsize = BLOCK,
				       .f_blocks = 2 * ROOMY,
				       .f_bfree = cases[i].free_blocks,
				       .f_files = cases[i].files,
				       .f_ffree = cases[i].free_files};

		g_test_message("%s", cases[i].name);
		g_assert_cmpstr(weather_word(cases[i].failure, &disk), ==, cases[i].word);
		g_assert_nonnull(weather_text(cases[i].word == NULL ? "" : cases[i].word));
	}
}

static void test_looking_leaves_nothing(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-weather-XXXXXX", NULL);
	auto_fd int fd = open(dir, O_RDONLY | O_DIRECTORY);

	g_assert_cmpstr(weather_of(fd), ==, NULL);
	g_assert_cmpint(g_rmdir(dir), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/weather/words", test_words);
	g_test_add_func("/weather/looking", test_looking_leaves_nothing);
	return g_test_run();
}
