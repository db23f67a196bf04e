/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets are read from files, and only from those that others cannot read. */
#include "bridge/peer.h"

#include <glib/gstdio.h>

static void test_secrets(void)
{
	g_autofree char *folder = g_dir_make_tmp("reeve-peer-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(folder, "password", NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	Peer peer = {.files[PEER_PASSWORD] = g_strdup(file)};

	g_assert_true(g_file_set_contents(file, "pass word\n", -1, NULL));
	g_assert_cmpint(g_chmod(file, 0644), ==, 0);
	g_assert_false(peer_load(&peer, false, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_DENIED);
	g_assert_cmpint(g_chmod(file, 0600), ==, 0);
	g_assert_true(peer_load(&peer, false, NULL));
	text = peer_text(&peer, PEER_PASSWORD);
	g_assert_cmpstr(text, ==, "pass word");
	g_assert_null(peer_text(&peer, PEER_HEADERS));
	peer_clear(&peer);
	g_unlink(file);
	g_rmdir(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/peer/secrets", test_secrets);
	return g_test_run();
}
