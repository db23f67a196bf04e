/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sigma's wildcards and escapes, word for word as the specification tells them. */
#include "policy/wildcard.h"

#include <string.h>

#define CONTAINS (WILDCARD_OPEN_START | WILDCARD_OPEN_END)

typedef struct {
	const char *pattern;
	guint flags;
	const char *value;
	bool matches;
} Row;

static const Row rows[] = {
	{"abc", 0, "abc", true},
	{"abc", 0, "ABC", true},
	{"ABC", 0, "abc", true},
	{"abc", WILDCARD_CASED, "ABC", false},
	{"abc", WILDCARD_CASED, "abc", true},
	{"abc", 0, "abcd", false},
	{"abc", 0, "xabc", false},
	{"", 0, "", true},
	{"", 0, "a", false},
	{"*", 0, "", true},
	{"*", 0, "anything\nat all", true},
	{"a*", 0, "a", true},
	{"a*c", 0, "abbbc", true},
	{"a*c", 0, "abbbcd", false},
	{"*c*", 0, "abcd", true},
	{"a*b*c", 0, "a1b2b3c", true},
	{"a*b*c", 0, "a1c2b3", false},
	/* the last segment must not use what the first has used */
	{"ab*b", 0, "ab", false},
	{"aba*aba", 0, "ababa", false},
	{"a**c", 0, "ac", true},
	{"a?c", 0, "abc", true},
	{"a?c", 0, "ac", false},
	{"a?c", 0,
	 "a\xc3\xa4"
	 "c",
	 true}, /* one character, two bytes */
	{"a?c", 0,
	 "a\xff"
	 "c",
	 true}, /* not UTF-8: one byte */
	{"??", 0, "a", false},
	/* escapes */
	{"a\\*c", 0, "a*c", true},
	{"a\\*c", 0, "abc", false},
	{"a\\?c", 0, "a?c", true},
	{"a\\?c", 0, "abc", false},
	{"a\\\\*c", 0, "a\\bbc", true},
	{"a\\\\*c", 0, "a*c", false},
	{"a\\\\\\*c", 0, "a\\*c", true},
	{"a\\b", 0, "a\\b", true},
	{"a\\\\b", 0, "a\\b", true},
	{"a\\", 0, "a\\", true},
	{"\\\\\\\\x", 0, "\\\\x", true},
	/* open ends */
	{"b", CONTAINS, "abc", true},
	{"d", CONTAINS, "abc", false},
	{"a", WILDCARD_OPEN_END, "abc", true},
	{"b", WILDCARD_OPEN_END, "abc", false},
	{"c", WILDCARD_OPEN_START, "abc", true},
	{"c", WILDCARD_OPEN_START, "abcd", false},
	{"c", WILDCARD_OPEN_START, "ccc", true},
	{"b*d", CONTAINS, "abcde", true},
	/* dashes */
	{"cmd -x", WILDCARD_DASHES, "cmd /x", true},
	{"cmd -x", WILDCARD_DASHES, "cmd \xe2\x80\x93x", true},
	{"cmd -x", WILDCARD_DASHES, "cmd xx", false},
	{"a-b", WILDCARD_DASHES, "a/b", false},
	{"-x", CONTAINS | WILDCARD_DASHES, "foo /xyz", true},
	/* the value of another field */
	{"a*", WILDCARD_LITERAL, "a*", true},
	{"a*", WILDCARD_LITERAL, "ab", false},
};

static void test_rows(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		const Row *row = &rows[i];
		g_autoptr(Wildcard) wildcard = wildcard_new(row->pattern, row->flags);
		bool matches = wildcard_matches(wildcard, row->value, strlen(row->value));

		if (matches != row->matches) {
			g_error("`%s` and `%s`: %d", row->pattern, row->value, matches);
		}
	}
}

/* Many stars over a long value: no backtracking, so it ends. */
static void test_hostile(void)
{
	g_autofree char *value = g_strnfill(1000000, 'a');
	g_autoptr(Wildcard) wildcard = wildcard_new("*a*a*a*a*a*a*a*a*b*a*a*a*a*", 0);

	g_assert_false(wildcard_matches(wildcard, value, 1000000));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wildcard/rows", test_rows);
	g_test_add_func("/wildcard/hostile", test_hostile);
	return g_test_run();
}
