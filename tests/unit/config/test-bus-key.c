/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of the bus, their texts and files. */
#include "config/bus-key.h"

#include <glib/gstdio.h>
#include <string.h>

#define KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

static void test_valid(void)
{
	g_assert_true(bus_key_is_valid(KEY));
	g_assert_false(bus_key_is_valid(""));
	g_assert_false(bus_key_is_valid(KEY "x"));
	g_assert_false(bus_key_is_valid("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf"));
	g_assert_false(bus_key_is_valid("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]y\"7"));
}

static void test_texts(void)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{"reeve-bus-public " KEY "\n", true},
		{"# of siem-1\n\n  reeve-bus-public " KEY "  \n", true},
		{"reeve-bus-secret " KEY "\n", false},
		{"reeve-bus-public " KEY "\nreeve-bus-public " KEY "\n", false},
		{"reeve-bus-public  " KEY "\n", false},
		{"reeve-bus-public\n", false},
		{KEY "\n", false},
		{"", false},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *key = bus_key_parse(BUS_KEY_PUBLIC, cases[i].text, &error);

		g_assert_cmpstr(key, ==, cases[i].ok ? KEY : NULL);
		g_assert_cmpint(error == NULL, ==, cases[i].ok);
	}
}

static void test_files(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-key-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "a.key", NULL);
	g_autofree char *text = bus_key_format(BUS_KEY_SECRET, KEY);
	g_autofree char *key = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_chmod(path, 0640);
	g_assert_null(bus_key_read(BUS_KEY_SECRET, path, &error));
	g_assert_nonnull(strstr(error->message, "chmod 600"));
	g_chmod(path, 0600);
	key = bus_key_read(BUS_KEY_SECRET, path, NULL);
	g_assert_cmpstr(key, ==, KEY);
	g_unlink(path);
	g_rmdir(dir);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bus-key/valid", test_valid);
	g_test_add_func("/bus-key/texts", test_texts);
	g_test_add_func("/bus-key/files", test_files);
	return g_test_run();
}
