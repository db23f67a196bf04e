/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seal: there when everything is synced, and never longer than its writer. */
#include "journal/seal.h"

#include "base/fd.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

static void test_life(void)
{
	g_autofree char *path = NULL;
	auto_fd int writer = g_file_open_tmp("reeve-seal-XXXXXX", &path, NULL);
	auto_fd int reader = open(path, O_RDONLY | O_CLOEXEC);

	g_assert_false(seal_is_whole(reader));
	seal_set(writer);
	g_assert_true(seal_is_whole(reader));
	g_assert_true(seal_is_whole(reader)); /* asking changes nothing */
	seal_break(writer);
	g_assert_false(seal_is_whole(reader));
	seal_set(writer);
	fd_close(&writer); /* it died */
	g_assert_false(seal_is_whole(reader));
	g_unlink(path);
}

/* Whoever may only read can neither make one nor keep the writer from writing. */
static void test_readers_cannot_forge(void)
{
	g_autofree char *path = NULL;
	auto_fd int writer = g_file_open_tmp("reeve-seal-XXXXXX", &path, NULL);
	auto_fd int reader = open(path, O_RDONLY | O_CLOEXEC);
	auto_fd int forger = open(path, O_RDONLY | O_CLOEXEC);
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};

	seal_set(forger);
	g_assert_false(seal_is_whole(reader));
	g_assert_cmpint(fcntl(forger, F_OFD_SETLK, &lock), ==, 0);
	g_assert_false(seal_is_whole(reader));
	seal_set(writer); /* in vain, at once */
	g_assert_false(seal_is_whole(reader));
	g_unlink(path);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/journal/seal/life", test_life);
	g_test_add_func("/journal/seal/forged", test_readers_cannot_forge);
	return g_test_run();
}
