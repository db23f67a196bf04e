/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cursor and the dead letters survive. */
#include "bridge/ledger.h"
#include "base/fd.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void test_survives(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-ledger-XXXXXX", NULL);
	g_autofree char *dead = g_build_filename(dir, "a.dead", NULL);
	g_autofree char *cursor = g_build_filename(dir, "a.cursor", NULL);
	g_autofree char *text = NULL;
	auto_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autoptr(GError) error = NULL;
	Ledger *ledger = ledger_open(fd, "a", NULL);

	g_assert_cmpstr(ledger_cursor(ledger), ==, "");
	g_assert_true(ledger_move(ledger, ID, NULL));
	g_assert_true(ledger_bury(ledger, ID, "re\"cord\xff", "too long", NULL));
	ledger_free(ledger);
	ledger = ledger_open(fd, "a", NULL);
	g_assert_cmpstr(ledger_cursor(ledger), ==, ID);
	ledger_free(ledger);
	g_assert_true(g_file_get_contents(dead, &text, NULL, NULL));
	g_assert_nonnull(strstr(text, "\"why\":\"too long\""));
	g_assert_true(g_file_set_contents(cursor, "nonsense\n", -1, NULL));
	g_assert_null(ledger_open(fd, "a", &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	g_unlink(dead);
	g_unlink(cursor);
	g_rmdir(dir);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ledger/survives", test_survives);
	return g_test_run();
}
