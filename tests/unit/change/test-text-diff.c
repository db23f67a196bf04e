/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text differences: src/change/text-diff.c. */
#include "change/text-diff.h"

#include "change/odb.h"

#include <string.h>

static GBytes *bytes_of(const char *text, gssize size)
{
	return text == NULL ? NULL : g_bytes_new(text, size < 0 ? strlen(text) : (gsize)size);
}

static char *joined(const GPtrArray *lines)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (guint i = 0; i < lines->len; i++) {
		g_string_append_printf(out, "%s|", (char *)lines->pdata[i]);
	}
	return g_strdup(out->str);
}

static const struct {
	const char *before, *after;
	DiffPresence presence;
	const char *diff, *added, *removed;
} cases[] = {
	{"a\n", "a\n", DIFF_NONE, NULL, "", ""},
	{NULL, NULL, DIFF_NONE, NULL, "", ""},
	{NULL, "a\nb\n", DIFF_PRESENT, "@@ -0,0 +1,2 @@\n+a\n+b\n", "a|b|", ""},
	{"a\nb\n", NULL, DIFF_PRESENT, "@@ -1,2 +0,0 @@\n-a\n-b\n", "", "a|b|"},
	{"a\nb\nc\n", "a\nB\nc\n", DIFF_PRESENT, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n", "B|", "b|"},
	{"a\n", "a", DIFF_PRESENT, "@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n", "a|",
	 "a|"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\nX\n", DIFF_PRESENT,
	 "@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+X\n", "X|", "9|"},
	/* what could fool a terminal is escaped in the diff, made UTF-8 for the rules */
	{"a\n", "\x1b[31m\xff\n", DIFF_PRESENT, "@@ -1,1 +1,1 @@\n-a\n+\\x1b[31m\\xff\n",
	 "\x1b[31m\xef\xbf\xbd|", "a|"},
	/* the order of lines counts for the diff */
	{"a\nb\n", "b\na\n", DIFF_PRESENT, "@@ -1,2 +1,2 @@\n-a\n b\n+a\n", "a|", "a|"},
};

static void test_cases(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) before = bytes_of(cases[i].before, -1);
		g_autoptr(GBytes) after = bytes_of(cases[i].after, -1);
		g_auto(TextDiff) diff = {0};
		g_autofree char *added = NULL;
		g_autofree char *removed = NULL;

		text_diff(before, after, 65536, &diff);
		added = joined(diff.added);
		removed = joined(diff.removed);
		g_assert_cmpint(diff.presence, ==, cases[i].presence);
		g_assert_cmpstr(diff.diff, ==, cases[i].diff);
		g_assert_cmpstr(added, ==, cases[i].added);
		g_assert_cmpstr(removed, ==, cases[i].removed);
	}
}

/* A zero byte makes a file binary for people; the rules see its lines all the same. */
static void test_binary(void)
{
	g_autoptr(GBytes) before = bytes_of("Port 22\nPermitRootLogin no\n", -1);
	g_autoptr(GBytes) after = bytes_of("Port 22\nPermitRootLogin yes\n# \0\n", 32);
	g_auto(TextDiff) diff = {0};
	g_autofree char *added = NULL;
	g_autofree char *removed = NULL;

	text_diff(before, after, 65536, &diff);
	added = joined(diff.added);
	removed = joined(diff.removed);
	g_assert_cmpint(diff.presence, ==, DIFF_BINARY);
	g_assert_null(diff.diff);
	g_assert_cmpstr(added, ==, "PermitRootLogin yes|# \xef\xbf\xbd|");
	g_assert_cmpstr(removed, ==, "PermitRootLogin no|");
}

/* And so does padding. */
static void test_too_large(void)
{
	static const struct {
		const char *line;
		guint count;
	} paddings[] = {{"#\n", TEXT_DIFF_MAX_LINES + 1},
			{"################################################################\n",
			 TEXT_DIFF_MAX_BYTES / 64}};

	for (guint i = 0; i < G_N_ELEMENTS(paddings); i++) {
		g_autoptr(GString) text = g_string_new("PermitRootLogin yes\n");
		g_autoptr(GBytes) before = NULL;
		g_autoptr(GBytes) after = NULL;
		g_auto(TextDiff) diff = {0};

		for (guint j = 0; j < paddings[i].count; j++) {
			g_string_append(text, paddings[i].line);
		}
		before = bytes_of(text->str + strlen("PermitRootLogin yes\n"), -1);
		after = bytes_of(text->str, -1);
		text_diff(before, after, 65536, &diff);
		g_assert_cmpint(diff.presence, ==, DIFF_TOO_LARGE);
		g_assert_cmpuint(diff.added->len, ==, 1);
		g_assert_cmpstr(diff.added->pdata[0], ==, "PermitRootLogin yes");
		g_assert_cmpuint(diff.removed->len, ==, 0);
	}
}

/* A line more often than before counts as added. */
static void test_bag_counts(void)
{
	g_autoptr(GBytes) before = bytes_of("a\n\0\n", 4);
	g_autoptr(GBytes) after = bytes_of("a\na\na\n\0\n", 8);
	g_auto(TextDiff) diff = {0};
	g_autofree char *added = NULL;

	text_diff(before, after, 65536, &diff);
	added = joined(diff.added);
	g_assert_cmpstr(added, ==, "a|a|");
	g_assert_cmpuint(diff.removed->len, ==, 0);
}

static void test_cap(void)
{
	g_autoptr(GBytes) before = bytes_of("a\n", -1);
	g_autoptr(GBytes) after = bytes_of("a\nsomething longer than the cap\n", -1);
	g_auto(TextDiff) diff = {0};

	text_diff(before, after, 20, &diff);
	g_assert_cmpint(diff.presence, ==, DIFF_TOO_LARGE);
	g_assert_null(diff.diff);
	g_assert_cmpstr(diff.added->pdata[0], ==, "something longer than the cap");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	odb_prepare();
	g_test_add_func("/text-diff/cases", test_cases);
	g_test_add_func("/text-diff/binary", test_binary);
	g_test_add_func("/text-diff/too-large", test_too_large);
	g_test_add_func("/text-diff/bag-counts", test_bag_counts);
	g_test_add_func("/text-diff/cap", test_cap);
	return g_test_run();
}
