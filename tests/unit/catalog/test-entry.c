/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a stat says that nothing has happened, and when it may not be believed. */
#include "catalog/catalog.h"

#define SEC G_GINT64_CONSTANT(1000000000)

static struct stat some_stat(void)
{
	return (struct stat){
		.st_dev = 1,
		.st_ino = 2,
		.st_mode = 0100644,
		.st_nlink = 1,
		.st_size = 10,
		.st_ctim = {100, 5},
		.st_mtim = {99, 7},
	};
}

static void test_matches(void)
{
	struct stat st = some_stat();
	CatalogEntry entry = {0};

	catalog_entry_set_stat(&entry, &st, 101 * SEC);
	g_assert_true(catalog_entry_matches(&entry, &st));
}

#define CHECK_DIFFERENT(change)                                     \
	do {                                                        \
		struct stat st = some_stat();                       \
		CatalogEntry entry = {0};                           \
		catalog_entry_set_stat(&entry, &st, 101 * SEC);     \
		change;                                             \
		g_assert_false(catalog_entry_matches(&entry, &st)); \
	} while (0)

static void test_differs(void)
{
	CHECK_DIFFERENT(st.st_dev++);
	CHECK_DIFFERENT(st.st_ino++);
	CHECK_DIFFERENT(st.st_mode++);
	CHECK_DIFFERENT(st.st_nlink++);
	CHECK_DIFFERENT(st.st_size++);
	CHECK_DIFFERENT(st.st_ctim.tv_sec++);
	CHECK_DIFFERENT(st.st_ctim.tv_nsec++);
	CHECK_DIFFERENT(st.st_mtim.tv_nsec++);
}

static void test_doubt(void)
{
	static const struct {
		gint64 age_nsec;
		bool is_doubtful;
	} cases[] = {
		{0, true},    {19999999, true}, {-19999999, true}, {20000000, false},
		{SEC, false}, {-SEC, false}, /* a clock set back: a later write would move ctime
						back too */
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct stat st = some_stat();
		CatalogEntry entry = {0};

		catalog_entry_set_stat(&entry, &st, 100 * SEC + 5 + cases[i].age_nsec);
		g_assert_cmpint(catalog_entry_is_doubtful(&entry), ==, cases[i].is_doubtful);
		g_assert_cmpint(catalog_entry_matches(&entry, &st), !=, cases[i].is_doubtful);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/catalog/entry/matches", test_matches);
	g_test_add_func("/catalog/entry/differs", test_differs);
	g_test_add_func("/catalog/entry/doubt", test_doubt);
	return g_test_run();
}
