/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writers: each once, in order, and no more than fit. */
#include "recorder/writers.h"

static void test_each_once(void)
{
	Writers writers = {0};

	writers_add(&writers, (Writer){.pid = 0, .until_usec = 1});
	g_assert_cmpuint(writers.n, ==, 0);
	writers_add(&writers, (Writer){.pid = 7, .since_usec = 1, .until_usec = 2});
	writers_add(&writers, (Writer){.pid = 8, .since_usec = 2, .until_usec = 3});
	writers_add(&writers, (Writer){.pid = 7, .since_usec = 4, .until_usec = 5});
	g_assert_cmpuint(writers.n, ==, 2);
	g_assert_cmpint(writers.each[0].pid, ==, 7);
	g_assert_cmpint(writers.each[0].until_usec, ==, 2);
	g_assert_cmpint(writers.each[1].pid, ==, 8);
	writers_clear(&writers);
	g_assert_cmpuint(writers.n, ==, 0);
}

static void test_bounded(void)
{
	Writers writers = {0}, others = {0};

	for (gint64 pid = 1; pid <= WRITERS_MAX; pid++) {
		writers_add(&writers, (Writer){.pid = pid});
	}
	g_assert_false(writers.has_more);
	writers_add(&others, (Writer){.pid = 1});
	writers_join(&writers, &others);
	g_assert_false(writers.has_more);
	writers_add(&others, (Writer){.pid = 1000});
	writers_join(&writers, &others);
	g_assert_cmpuint(writers.n, ==, WRITERS_MAX);
	g_assert_true(writers.has_more);
	writers_join(&others, &writers);
	g_assert_cmpint(others.each[1].pid, ==, 1000);
	g_assert_true(others.has_more);
	writers_clear(&writers);
	writers_clear(&others);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/writers/each-once", test_each_once);
	g_test_add_func("/writers/bounded", test_bounded);
	return g_test_run();
}
