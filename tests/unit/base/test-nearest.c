/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nearest.h"

#include <glib.h>

static void test_words(void)
{
	static const char *const known[] = {"watch", "ignore", "secrets", "host", "bus", NULL};
	static const struct {
		const char *word, *nearest;
	} cases[] = {
		{"wach", "watch"},   {"wathc", "watch"},    {"WATCH", "watch"},
		{"watchs", "watch"}, {"secret", "secrets"}, {"ingore", "ignore"},
		{"hots", "host"},    {"buss", "bus"},       {"zebra", NULL},
		{"", NULL},          {"w", NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_assert_cmpstr(nearest_word(cases[i].word, known), ==, cases[i].nearest);
	}
}

static void test_long_words(void)
{
	g_autofree char *longest = g_strnfill(64, 'x');
	g_autofree char *longer = g_strnfill(100000, 'x');
	const char *const known[] = {longer, longest, NULL};

	g_assert_null(nearest_word(longer, known));
	g_assert_true(nearest_word(longest, known) == longest);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/nearest/words", test_words);
	g_test_add_func("/nearest/long", test_long_words);
	return g_test_run();
}
