/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mount table: which lines count, how names are written, and the real one. */
#include "watch/mounts.h"

#include <string.h>

static GHashTable *parse(const char *text, const char *root)
{
	return mounts_parse(text, strlen(text), root);
}

static void test_lines(void)
{
	g_autoptr(GHashTable) table = parse("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
					    "23 22 0:5 / /etc/new\\040dir rw - tmpfs tmpfs rw\n"
					    "24 22 0:6 / /etc/over rw - tmpfs tmpfs rw\n"
					    "25 22 0:7 / /etc/over rw shared:7 - fuse.sshfs a rw\n"
					    "nonsense\n"
					    "26 22 0:8 / relative rw\n"
					    "27 22 0:8 / /no/options\n"
					    "28 22 0:9 / /last",
					    "/");

	g_assert_cmpstr(g_hash_table_lookup(table, "/"), ==, "22 ext4");
	g_assert_cmpstr(g_hash_table_lookup(table, "/etc/new dir"), ==, "23 tmpfs");
	g_assert_cmpstr(g_hash_table_lookup(table, "/etc/over"), ==, "25 fuse");
	g_assert_cmpstr(g_hash_table_lookup(table, "/last"), ==, "28 ");
	g_assert_cmpuint(g_hash_table_size(table), ==, 5);
}

static void test_root(void)
{
	g_autoptr(GHashTable) table = parse("1 0 0:1 / / rw\n"
					    "2 0 0:1 / /srv/root rw\n"
					    "3 0 0:1 / /srv/root/etc/m rw\n"
					    "4 0 0:1 / /srv/rooter rw\n",
					    "/srv/root");

	g_assert_cmpuint(g_hash_table_size(table), ==, 2);
	g_assert_cmpstr(g_hash_table_lookup(table, "/"), ==, "2 ");
	g_assert_cmpstr(g_hash_table_lookup(table, "/etc/m"), ==, "3 ");
}

/* Nothing is mounted while this runs, so nothing differs. "/proc" is foreign, wherever we are. */
static void test_real(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Mounts) mounts = mounts_open("/proc", &error);
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

	g_assert_no_error(error);
	g_assert_cmpint(mounts_poll_fd(mounts), >=, 0);
	mounts_compare(mounts, paths);
	g_assert_cmpuint(paths->len, ==, 0);
	g_assert_cmpuint(mounts_foreign(mounts)->len, >, 0);
	g_assert_true(g_ptr_array_find_with_equal_func((GPtrArray *)mounts_foreign(mounts), "/",
						       g_str_equal, NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mounts/lines", test_lines);
	g_test_add_func("/mounts/root", test_root);
	g_test_add_func("/mounts/real", test_real);
	return g_test_run();
}
