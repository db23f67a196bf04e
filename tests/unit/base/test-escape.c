/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/escape.h"

#include <string.h>

typedef struct {
	const char *raw;
	const char *escaped;
} Case;

static const Case cases[] = {
	{"", ""},
	{"/etc/motd", "/etc/motd"},
	{"a b", "a b"},
	{"a\\b", "a\\\\b"},
	{"a\nb\tc\rd", "a\\nb\\tc\\rd"},
	{"\x1b[31m", "\\x1b[31m"},
	{"\x7f", "\\x7f"},
	{"\xff\xfe", "\\xff\\xfe"},
	{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
	{"cut\xc3", "cut\\xc3"},
	{"\xc2\x85", "\\u{85}"}, /* a C1 control */
	{"\xe2\x80\xae"
	 "txt",
	 "\\u{202e}txt"}, /* right-to-left override */
	{"\xe2\x80\xa8", "\\u{2028}"},
	{"\xef\xbb\xbf", "\\u{feff}"},
	{"\xc0\x80", "\\xc0\\x80"},                   /* overlong */
	{"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond Unicode */
};

static void test_forms(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		gsize size = strlen(cases[i].raw);
		g_autofree char *escaped = escape_path(cases[i].raw);
		g_autofree char *back = unescape_path(escaped, NULL);

		g_assert_cmpstr(escaped, ==, cases[i].escaped);
		g_assert_cmpstr(back, ==, cases[i].raw);
		g_assert_cmpint(escape_is_needed(cases[i].raw, size), ==,
				!g_str_equal(cases[i].raw, cases[i].escaped));
	}
}

static void test_nul(void)
{
	gsize size;
	g_autofree char *escaped = escape_bytes("a\0b", 3);
	g_autofree char *back = unescape_path(escaped, &size);

	g_assert_cmpstr(escaped, ==, "a\\x00b");
	g_assert_cmpmem(back, size, "a\0b", 3);
}

/*
 * Every short string over an alphabet of troublemakers goes there and back, and no two of them
 * meet: injective. The escaped form is valid UTF-8 on one line.
 */
static void test_injective(void)
{
	static const char alphabet[] = "\\nxu{}0\n\xc3\xbc\x85\xff";
	const gsize n = sizeof(alphabet) - 1;
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (gsize i = 0; i < n * n * n * n; i++) {
		char raw[4] = {alphabet[i % n], alphabet[i / n % n], alphabet[i / n / n % n],
			       alphabet[i / n / n / n]};
		gsize size;
		char *escaped = escape_bytes(raw, sizeof(raw));
		g_autofree char *back = unescape_path(escaped, &size);

		g_assert_nonnull(back);
		g_assert_cmpmem(back, size, raw, sizeof(raw));
		g_assert_true(g_utf8_validate(escaped, -1, NULL));
		g_assert_null(strpbrk(escaped, "\n\r\t"));
		g_assert_true(g_hash_table_add(seen, escaped));
	}
}

static void test_not_escaped(void)
{
	static const char *const bad[] = {"\\",
					  "\\q",
					  "\\x",
					  "\\x1",
					  "\\xg0",
					  "\\u",
					  "\\u{",
					  "\\u{}",
					  "\\u{12",
					  "\\u{d800}",
					  "\\u{110000}",
					  "\\u{zz}",
					  "\\u{99999999999999999999}",
					  "\\u{-1}",
					  "\\u{ 1}"};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_assert_null(unescape_path(bad[i], NULL));
	}
}

static void test_text(void)
{
	static const char raw[] = "a\tb\\c\n\x1b]0;x\x07\r\n\xff";
	g_autofree char *text = escape_text(raw, sizeof(raw) - 1);

	g_assert_cmpstr(text, ==, "a\tb\\c\n\\x1b]0;x\\x07\\r\n\\xff");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/escape/forms", test_forms);
	g_test_add_func("/escape/nul", test_nul);
	g_test_add_func("/escape/injective", test_injective);
	g_test_add_func("/escape/not-escaped", test_not_escaped);
	g_test_add_func("/escape/text", test_text);
	return g_test_run();
}
