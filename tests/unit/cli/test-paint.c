/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Painting: what reaches a terminal, and how wide it is. */
#include "cli/paint.h"

#include <glib.h>

static const Paint plain = {.is_utf8 = true};
static const Paint coloured = {.has_color = true, .is_utf8 = true};
static const Paint narrow = {.is_utf8 = true, .width = 20};

static void test_colours(void)
{
	g_autoptr(GString) with = g_string_new(NULL), without = g_string_new(NULL);

	paint_put(&coloured, with, STYLE_ADDED, "x");
	paint_put(&coloured, with, STYLE_ADDED, "");
	paint_put(&coloured, with, STYLE_PLAIN, "y");
	paint_put(&plain, without, STYLE_ADDED, "x");
	g_assert_cmpstr(with->str, ==, "\033[32mx\033[0my");
	g_assert_cmpstr(without->str, ==, "x");
}

static void test_safe(void)
{
	static const struct {
		const char *foreign, *safe;
	} texts[] = {
		{"plain", "plain"},
		{"a\033[31mb", "a\\x1b[31mb"},
		{"two\nlines", "two\\nlines"},
		{"tab\there", "tab    here"},
		{"already \\x1b escaped", "already \\x1b escaped"},
		{"\xe2\x80\xae"
		 "gpj.exe",
		 "\\u{202e}gpj.exe"},
		{"bad \xff byte", "bad \\xff byte"},
		{"Grüße", "Grüße"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *safe = paint_safe(texts[i].foreign);

		g_assert_cmpstr(safe, ==, texts[i].safe);
	}
}

static void test_fit(void)
{
	static const struct {
		const char *text;
		guint columns;
		const char *end, *middle;
	} cases[] = {
		{"/etc/passwd", 11, "/etc/passwd", "/etc/passwd"},
		{"/etc/passwd", 10, "/etc/pass…", "/et…passwd"},
		{"/etc/passwd", 0, "/etc/passwd", "/etc/passwd"},
		{"漢字漢字", 8, "漢字漢字", "漢字漢字"},
		{"漢字漢字", 7, "漢字漢…", "漢…漢字"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *end = paint_fit(&plain, cases[i].text, cases[i].columns);
		g_autofree char *middle = paint_fit_middle(&plain, cases[i].text, cases[i].columns);

		g_assert_cmpstr(end, ==, cases[i].end);
		g_assert_cmpstr(middle, ==, cases[i].middle);
		g_assert_true(cases[i].columns == 0 || paint_columns(middle) <= cases[i].columns);
	}
}

static void test_wrap(void)
{
	g_autoptr(GString) out = g_string_new("rule ");
	g_autoptr(GString) whole = g_string_new(NULL);
	g_autoptr(GString) huge = g_string_new(NULL);

	paint_wrap(&narrow, out, STYLE_PLAIN, "Check who needed it; set no.", 5, 5);
	g_assert_cmpstr(out->str, ==, "rule Check who\n     needed it; set\n     no.");
	paint_wrap(&plain, whole, STYLE_PLAIN, "Check who needed it; set no.", 5, 5);
	g_assert_cmpstr(whole->str, ==, "Check who needed it; set no.");
	/* A word that fits nowhere stands alone; nothing loops. */
	paint_wrap(&narrow, huge, STYLE_PLAIN, "a 0123456789012345678901234 b", 0, 2);
	g_assert_cmpstr(huge->str, ==, "a\n  0123456789012345678901234\n  b");
}

static void test_numbers(void)
{
	static const struct {
		guint64 n;
		const char *count, *bytes;
	} numbers[] = {
		{0, "0", "0 B"},
		{999, "999", "999 B"},
		{1024, "1,024", "1.0 KiB"},
		{1234567, "1,234,567", "1.2 MiB"},
		{G_GUINT64_CONSTANT(50) << 30, "53,687,091,200", "50 GiB"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
		g_autofree char *count = paint_count(numbers[i].n);
		g_autofree char *bytes = paint_bytes(numbers[i].n);

		g_assert_cmpstr(count, ==, numbers[i].count);
		g_assert_cmpstr(bytes, ==, numbers[i].bytes);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/paint/colours", test_colours);
	g_test_add_func("/paint/safe", test_safe);
	g_test_add_func("/paint/fit", test_fit);
	g_test_add_func("/paint/wrap", test_wrap);
	g_test_add_func("/paint/numbers", test_numbers);
	return g_test_run();
}
