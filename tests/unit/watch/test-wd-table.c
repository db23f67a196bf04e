/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of watch descriptors: several paths, stolen paths, orphans, subtrees. */
#include "watch/wd-table.h"

static GArray *forget(WdTable *table, const char *path)
{
	GArray *orphans = g_array_new(FALSE, FALSE, sizeof(int));

	wd_table_forget(table, path, orphans);
	return orphans;
}

static void test_put_find(void)
{
	g_autoptr(WdTable) table = wd_table_new();

	g_assert_cmpint(wd_table_find(table, "/etc"), ==, -1);
	g_assert_null(wd_table_paths(table, 1));
	g_assert_cmpint(wd_table_put(table, 1, "/etc"), ==, -1);
	g_assert_cmpint(wd_table_put(table, 1, "/etc"), ==, -1);
	g_assert_cmpint(wd_table_find(table, "/etc"), ==, 1);
	g_assert_cmpuint(wd_table_paths(table, 1)->len, ==, 1);
	g_assert_cmpuint(wd_table_count(table), ==, 1);
}

/* A bind mount: two paths, one descriptor; it is no orphan before both are gone. */
static void test_two_paths(void)
{
	g_autoptr(WdTable) table = wd_table_new();
	g_autoptr(GArray) first = NULL;
	g_autoptr(GArray) second = NULL;

	wd_table_put(table, 7, "/etc/a");
	wd_table_put(table, 7, "/srv/b");
	g_assert_cmpuint(wd_table_paths(table, 7)->len, ==, 2);
	first = forget(table, "/etc");
	g_assert_cmpuint(first->len, ==, 0);
	g_assert_cmpstr(wd_table_paths(table, 7)->pdata[0], ==, "/srv/b");
	second = forget(table, "/srv/b");
	g_assert_cmpuint(second->len, ==, 1);
	g_assert_cmpint(g_array_index(second, int, 0), ==, 7);
	/* An orphan is still known, so that its late events are not taken for a stranger's. */
	g_assert_cmpuint(wd_table_paths(table, 7)->len, ==, 0);
	wd_table_drop(table, 7);
	g_assert_null(wd_table_paths(table, 7));
}

/* A directory made again under the old path: the newest wins, and the late "it is gone" of the
 * old one does not take the path from it. */
static void test_stolen_path(void)
{
	g_autoptr(WdTable) table = wd_table_new();

	wd_table_put(table, 1, "/etc/d");
	g_assert_cmpint(wd_table_put(table, 2, "/etc/d"), ==, 1);
	wd_table_drop(table, 1);
	g_assert_cmpint(wd_table_find(table, "/etc/d"), ==, 2);
	g_assert_cmpuint(wd_table_count(table), ==, 1);
}

static void test_forget_subtree(void)
{
	static const char *const paths[] = {"/etc/a",   "/etc/a-b", "/etc/a/x", "/etc/a/x/y",
					    "/etc/a.d", "/etc/ab",  "/etc"};
	g_autoptr(WdTable) table = wd_table_new();
	g_autoptr(GArray) orphans = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		wd_table_put(table, (int)i, paths[i]);
	}
	orphans = forget(table, "/etc/a");
	g_assert_cmpuint(orphans->len, ==, 3);
	g_assert_cmpuint(wd_table_count(table), ==, 4);
	g_assert_cmpint(wd_table_find(table, "/etc/a-b"), ==, 1);
	g_assert_cmpint(wd_table_find(table, "/etc/a.d"), ==, 4);
	g_assert_cmpint(wd_table_find(table, "/etc/a/x"), ==, -1);
}

static void test_forget_all(void)
{
	g_autoptr(WdTable) table = wd_table_new();
	g_autoptr(GArray) orphans = NULL;

	wd_table_put(table, 1, "/");
	wd_table_put(table, 2, "/etc");
	wd_table_put(table, 3, "/\001x");
	orphans = forget(table, "/");
	g_assert_cmpuint(orphans->len, ==, 3);
	g_assert_cmpuint(wd_table_count(table), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wd-table/put-find", test_put_find);
	g_test_add_func("/wd-table/two-paths", test_two_paths);
	g_test_add_func("/wd-table/stolen-path", test_stolen_path);
	g_test_add_func("/wd-table/forget-subtree", test_forget_subtree);
	g_test_add_func("/wd-table/forget-all", test_forget_all);
	return g_test_run();
}
