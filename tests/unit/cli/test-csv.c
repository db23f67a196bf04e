/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/csv.h"

#include <string.h>

/* Rows as "line:cell|cell" joined by '/'; the error's message behind '!'. */
static char *read_all(const char *text, char separator)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	Csv csv;
	guint line;

	if (csv_begin(&csv, "t.csv", separator, text, strlen(text), &error)) {
		for (;;) {
			g_auto(GStrv) cells = csv_next(&csv, &line, &error);
			g_autofree char *joined = cells == NULL ? NULL : g_strjoinv("|", cells);

			if (cells == NULL) {
				break;
			}
			g_string_append_printf(out, "%u:%s/", line, joined);
		}
	}
	if (error != NULL) {
		g_string_append_printf(out, "!%s", error->message);
	}
	return g_string_free(out, FALSE);
}

static void test_tables(void)
{
	static const struct {
		const char *text, *rows;
		char separator;
	} good[] = {
		{"", "", ','},
		{"a,b\n1,2\n", "1:a|b/2:1|2/", ','},
		{"a,b\r\n1,2", "1:a|b/2:1|2/", ','},
		{"\xef\xbb\xbf"
		 "a,b\n",
		 "1:a|b/", ','},
		{"a;b,c\n", "1:a|b,c/", ';'},
		{"a\n\n\nb\n", "1:a/4:b/", ','},
		{"a,,\n", "1:a||/", ','},
		{"\"a,b\",\"say \"\"hi\"\"\"\n", "1:a,b|say \"hi\"/", ','},
		{"\"a\nb\",c\nd,e\n", "1:a\nb|c/3:d|e/", ','},
		{"\"\"\n", "1:/", ','},
		{"a\rb\n", "1:a\rb/", ','},
		{"\xc3\xbc,\xe2\x82\xac\n", "1:\xc3\xbc|\xe2\x82\xac/", ','},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autofree char *rows = read_all(good[i].text, good[i].separator);

		g_assert_cmpstr(rows, ==, good[i].rows);
	}
}

static void test_refusals(void)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{"a\n\"b\nc\n", "t.csv:2: a quote is opened in this row and never closed"},
		{"a\nb\"c\n", "t.csv:2: a quote inside a cell"},
		{"\"a\"b\n", "t.csv:1: text behind a closing quote"},
		{"a\nb\n\xff\n", "t.csv:3: this is not UTF-8"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *rows = read_all(bad[i].text, ',');

		g_test_message("%s", rows);
		g_assert_nonnull(strstr(rows, bad[i].message));
	}
}

static void test_caps(void)
{
	g_autofree char *wide = g_strnfill(CSV_MAX_CELLS + 1, ',');
	g_autofree char *long_cell = g_strnfill(CSV_MAX_CELL_BYTES + 1, 'x');
	g_autofree char *quoted = g_strconcat("\"", long_cell, NULL);
	g_autofree char *a = read_all(wide, ',');
	g_autofree char *b = read_all(long_cell, ',');
	g_autofree char *c = read_all(quoted, ',');

	g_assert_cmpstr(a, ==, "!t.csv:1: a row has more than 2000 cells");
	g_assert_cmpstr(b, ==, "!t.csv:1: a cell is larger than 256 KiB");
	g_assert_cmpstr(c, ==, "!t.csv:1: a cell is larger than 256 KiB");
}

/* NUL is no text, wherever it stands. */
static void test_nul(void)
{
	g_autoptr(GError) error = NULL;
	Csv csv;

	g_assert_false(csv_begin(&csv, "t.csv", ',', "a\n\0b", 4, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/csv/tables", test_tables);
	g_test_add_func("/csv/refusals", test_refusals);
	g_test_add_func("/csv/caps", test_caps);
	g_test_add_func("/csv/nul", test_nul);
	return g_test_run();
}
