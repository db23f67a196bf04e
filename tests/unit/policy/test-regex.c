/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regular expressions: what they match, and what they may cost. */
#include "policy/regex.h"

#include <string.h>

static RegexResult matches(const char *text, guint flags, const char *value)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Regex) regex = regex_new(text, flags, &error);

	g_assert_no_error(error);
	return regex_matches(regex, value, strlen(value));
}

static void test_matches(void)
{
	static const struct {
		const char *text;
		guint flags;
		const char *value;
		bool matches;
	} rows[] = {
		{"b+", 0, "abbc", true},
		{"B+", 0, "abbc", false},
		{"B+", REGEX_IGNORE_CASE, "abbc", true},
		{"(?i)B+", 0, "abbc", true},
		{"^b", 0, "a\nb", false},
		{"^b", REGEX_MULTILINE, "a\nb", true},
		{"a.b", 0, "a\nb", false},
		{"a.b", REGEX_DOT_ALL, "a\nb", true},
		{"^\\s*Port\\s+22$", 0, "  Port 22", true},
		{"^a.c$", 0,
		 "a\xff"
		 "c",
		 true},
		{"^\xc3\xa4{2}$", 0, "\xc3\xa4\xc3\xa4", true},
		{"", 0, "", true},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(matches(rows[i].text, rows[i].flags, rows[i].value), ==,
				rows[i].matches ? REGEX_YES : REGEX_NO);
	}
}

static void test_refused(void)
{
	g_autofree char *longest = g_strnfill(REGEX_MAX_BYTES + 1, 'a');
	const char *rows[] = {"(", "a{2,1}", "[z-a]", "\\C", "(?<n>a)(?<n>b)", longest};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(Regex) regex = regex_new(rows[i], 0, &error);

		g_assert_null(regex);
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
	}
}

static void test_cut(void)
{
	g_autofree char *value = g_strnfill(5000, 'a');

	g_assert_cmpint(matches("^(a+)+$", 0, "aaaa"), ==, REGEX_YES);
	value[4999] = 'b';
	g_assert_cmpint(matches("^(a+)+$", 0, value), ==, REGEX_CUT);
	g_assert_cmpint(matches("^(a|b|aa)*[cd]", 0, value), ==, REGEX_CUT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/regex/matches", test_matches);
	g_test_add_func("/regex/refused", test_refused);
	g_test_add_func("/regex/cut", test_cut);
	return g_test_run();
}
