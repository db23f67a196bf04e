/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sign of life: written, read back, and read when it is not what we wrote. */
#include "recorder/alive.h"

#include <glib/gstdio.h>

static void test_parse(void)
{
	static const struct {
		const char *line;
		gint64 usec;
		const char *cause;
	} cases[] = {
		{"1700000000000000 running boot-a", 1700000000000000, "crash"},
		{"1700000000000000 stopped boot-a", 1700000000000000, "stopped"},
		{"1700000000000000 running boot-b", 1700000000000000, "reboot"},
		{"1700000000000000 stopped boot-b", 1700000000000000, "stopped"},
		{"", 0, "crash"},
		{"nonsense", 0, "crash"},
		{"-5 running boot-a", 0, "crash"},
		{"1700000000000000 running", 0, "crash"},
	};
	Alive alive = {.fd = -1, .boot_id = (char *)"boot-a"};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		alive_parse(&alive, cases[i].line);
		g_assert_cmpint(alive.last_usec, ==, cases[i].usec);
		g_assert_cmpstr(alive.cause, ==, cases[i].cause);
	}
	/* The clock was set back since. */
	alive_parse(&alive, "9000000000000000000 running boot-a");
	g_assert_cmpint(alive.last_usec, <, G_GINT64_CONSTANT(9000000000000000000));
}

static void test_round(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-alive-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(dir, "alive", NULL);
	g_autoptr(GError) error = NULL;

	for (int round = 0; round < 3; round++) {
		g_auto(Alive) alive = {.fd = -1};

		g_assert_true(alive_open(&alive, dir, &error));
		g_assert_cmpint(alive.last_usec, ==, round == 0 ? 0 : 1700000000000000 + round);
		g_assert_cmpstr(alive.cause, ==, round == 2 ? "stopped" : "crash");
		alive_beat(&alive, 1700000000000001 + round, round == 1);
	}
	g_unlink(file);
	g_rmdir(dir);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/alive/parse", test_parse);
	g_test_add_func("/alive/round", test_round);
	return g_test_run();
}
