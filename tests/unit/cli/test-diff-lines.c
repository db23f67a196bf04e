/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unified diffs: short for an alert, whole for show, and as a patch. */
#include "cli/diff-lines.h"

#include <glib.h>

static const Paint plain = {.is_utf8 = true};

#define ONE_CHANGE "@@ -1,5 +1,5 @@\n far\n near\n-old\n+new\n close\n away\n"

static void test_short(void)
{
	g_autoptr(GString) roomy = g_string_new(NULL), tight = g_string_new(NULL);

	/* With room: one line of context on either side. */
	g_assert_cmpuint(diff_lines_put(&plain, roomy, ONE_CHANGE, 2, 12), ==, 0);
	g_assert_cmpstr(roomy->str, ==, "    near\n  - old\n  + new\n    close\n");
	/* Without: the change alone. */
	g_assert_cmpuint(diff_lines_put(&plain, tight, ONE_CHANGE, 2, 2), ==, 0);
	g_assert_cmpstr(tight->str, ==, "  - old\n  + new\n");
}

static void test_left_out(void)
{
	static const char diff[] = "@@ -0,0 +1,5 @@\n+1\n+2\n+3\n+4\n+5\n";
	g_autoptr(GString) cut = g_string_new(NULL), spared = g_string_new(NULL);

	g_assert_cmpuint(diff_lines_put(&plain, cut, diff, 0, 3), ==, 2);
	g_assert_cmpstr(cut->str, ==, "+ 1\n+ 2\n+ 3\n");
	/* Saying "1 more line" would take that line. */
	g_assert_cmpuint(diff_lines_put(&plain, spared, diff, 0, 4), ==, 0);
	g_assert_cmpstr(spared->str, ==, "+ 1\n+ 2\n+ 3\n+ 4\n+ 5\n");
}

static void test_whole(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	diff_lines_put(&plain, out, "@@ -1 +1 @@\n-old\n+new\n\\ No newline at end of file\n", 1,
		       0);
	g_assert_cmpstr(out->str, ==,
			" @@ -1 +1 @@\n - old\n + new\n \\ No newline at end of file\n");
}

/* "--- x" is a header before the first hunk, and in one the removal of "-- x". */
static void test_header_or_removal(void)
{
	g_autoptr(GString) out = g_string_new(NULL);
	guint added, removed;
	static const char diff[] = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n--- x\n+++ y\n";

	diff_lines_count(diff, &added, &removed);
	g_assert_cmpuint(added, ==, 1);
	g_assert_cmpuint(removed, ==, 1);
	diff_lines_put(&plain, out, diff, 0, 12);
	g_assert_cmpstr(out->str, ==, "- -- x\n+ ++ y\n");
}

static void test_patch(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	diff_lines_put_patch(&plain, out, "@@ -1,2 +1,2 @@\n \tkept\n-a\033[2J\n+b\n",
			     "approved/etc/x", "current/etc/x");
	g_assert_cmpstr(out->str, ==,
			"--- approved/etc/x\n+++ current/etc/x\n@@ -1,2 +1,2 @@\n \tkept\n"
			"-a\\x1b[2J\n+b\n");
}

static void test_narrow(void)
{
	const Paint narrow = {.is_utf8 = true, .width = 10};
	g_autoptr(GString) out = g_string_new(NULL);

	diff_lines_put(&narrow, out, "@@ -0,0 +1 @@\n+0123456789\n", 2, 12);
	g_assert_cmpstr(out->str, ==, "  + 01234…\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/diff-lines/short", test_short);
	g_test_add_func("/diff-lines/left-out", test_left_out);
	g_test_add_func("/diff-lines/whole", test_whole);
	g_test_add_func("/diff-lines/header-or-removal", test_header_or_removal);
	g_test_add_func("/diff-lines/patch", test_patch);
	g_test_add_func("/diff-lines/narrow", test_narrow);
	return g_test_run();
}
