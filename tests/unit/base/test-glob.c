/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/glob.h"

#include <glib.h>
#include <string.h>

typedef struct {
	const char *pattern, *path;
	bool matches;
} Case;

static const Case cases[] = {
	{"/etc/motd", "/etc/motd", true},
	{"/etc/motd", "/etc/motd2", false},
	{"/etc/*", "/etc/motd", true},
	{"/etc/*", "/etc/ssh/x", false},
	{"/etc/*", "/etc/", true},
	{"/etc/*", "/etc", false},
	{"/etc/**", "/etc/ssh/x", true},
	{"/etc/**", "/etc", false},
	{"/**", "/etc", true},
	{"/etc/**/x", "/etc/a/b/x", true},
	{"/etc/**/x", "/etc/a/b/y", false},
	{"/etc/?otd", "/etc/motd", true},
	{"/etc?motd", "/etc/motd", false},
	{"/etc/*.conf", "/etc/a.conf.conf", true},
	{"/etc/*.conf", "/etc/a.conf/b.conf", false},
	{"/etc/**.conf", "/etc/a.conf/b.conf", true},
	{"/etc/**/*.d/*.conf", "/etc/a/b.d/c.d/d.conf", true},
	{"/etc/**/*.d/*.conf", "/etc/a/b.d/c/d.conf", false},
	{"/a*b*c", "/axbxbxc", true},
	{"/a*b*c", "/axbxbx", false},
	{"/**a*/b", "/xa/ya/b", true},
	{"/**a*/b", "/xa/y/b", false},
	{"/[a]", "/a", false}, /* brackets are themselves */
	{"/[a]", "/[a]", true},
	{"/\xff*", "/\xff\xfe", true},
	{"/a\n*", "/a\nb", true},
};

static void test_cases(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		if (glob_match(cases[i].pattern, cases[i].path) != cases[i].matches) {
			g_test_message("%s against %s", cases[i].pattern, cases[i].path);
			g_test_fail();
		}
	}
}

/* The plainest possible matcher: obviously right, exponentially slow. */
static bool matches_naively(const char *p, const char *t)
{
	if (p[0] == '*' && p[1] == '*') {
		return matches_naively(p + 2, t) || (*t != '\0' && matches_naively(p, t + 1));
	}
	if (*p == '*') {
		return matches_naively(p + 1, t) ||
		       (*t != '\0' && *t != '/' && matches_naively(p, t + 1));
	}
	if (*p == '\0' || *t == '\0') {
		return *p == *t;
	}
	return (*p == *t || (*p == '?' && *t != '/')) && matches_naively(p + 1, t + 1);
}

/* Every pattern of six over {a / ? * b} against a handful of paths. */
static void test_against_naive(void)
{
	static const char alphabet[] = "a/?*b";
	static const char *const paths[] = {"/",      "/a",     "/ab",     "/a/b",   "/aab",
					    "/a/a/b", "/ab/ab", "/b/a/ba", "/aa/a/b"};

	for (int i = 0; i < 5 * 5 * 5 * 5 * 5 * 5; i++) {
		char pattern[8] = "/";
		int rest = i;

		for (int k = 1; k < 7; k++, rest /= 5) {
			pattern[k] = alphabet[rest % 5];
		}
		for (gsize k = 0; strstr(pattern, "***") == NULL && k < G_N_ELEMENTS(paths); k++) {
			if (glob_match(pattern, paths[k]) != matches_naively(pattern, paths[k])) {
				g_test_message("%s against %s", pattern, paths[k]);
				g_test_fail();
			}
		}
	}
}

/* Exponential matchers do not come back from these. */
static void test_pathological(void)
{
	GString *pattern = g_string_new("/");
	GString *path = g_string_new("/");

	for (int i = 0; i < 500; i++) {
		g_string_append(pattern, i % 3 == 0 ? "**a" : "*a");
		g_string_append(path, i % 50 == 49 ? "a/" : "aaa");
	}
	g_string_append(pattern, "b");
	g_assert_false(glob_match(pattern->str, path->str));
	g_string_append(path, "b");
	g_assert_true(glob_match("/**b", path->str));
	g_string_free(pattern, TRUE);
	g_string_free(path, TRUE);
}

static void test_valid(void)
{
	g_assert_true(glob_is_valid("/etc/**"));
	g_assert_true(glob_is_valid("/"));
	g_assert_false(glob_is_valid("etc/*"));
	g_assert_false(glob_is_valid("/etc/../x"));
	g_assert_false(glob_is_valid("/etc/"));
	g_assert_false(glob_is_valid("/etc//x"));
	g_assert_false(glob_is_valid("/a***"));
	g_assert_false(glob_is_valid(""));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/glob/cases", test_cases);
	g_test_add_func("/glob/against-naive", test_against_naive);
	g_test_add_func("/glob/pathological", test_pathological);
	g_test_add_func("/glob/valid", test_valid);
	return g_test_run();
}
