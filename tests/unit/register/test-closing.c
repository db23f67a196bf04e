/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closings: what is formatted is read back; anything else is refused with its line. */
#include "register/closing.h"

#include <string.h>

#define GOOD                                                               \
	"reeve-closing 1\nrequest CHG-20261122-k7qa\nby bob@example.org\n" \
	"date 2026-11-22T03:04:05Z\nnote done, but for one host\n"

static void test_round_trip(void)
{
	g_auto(Closing) closing = {NULL};
	g_autoptr(GError) error = NULL;
	g_autofree char *again = NULL;

	g_assert_true(closing_parse("c", GOOD, strlen(GOOD), &closing, &error));
	g_assert_no_error(error);
	g_assert_cmpstr(closing.by, ==, "bob@example.org");
	g_assert_cmpstr(closing.note, ==, "done, but for one host");
	again = closing_format(&closing);
	g_assert_cmpstr(again, ==, GOOD);
}

static void test_anything_else_is_refused(void)
{
	static const struct {
		const char *old, *new, *where;
	} edits[] = {
		{"closing 1", "closing 2", "c:1:"},
		{"request CHG", "request\tCHG", "c:2:"},
		{"by bob@example.org\n", "", "c:3:"},
		{"bob@", "bob and@", "c:3:"},
		{"bob@", "b\x1b[2Job@", "c:3:"},
		{"05Z", "05", "c:4:"},
		{"note done, but for", "note", NULL},
		{"note done, but for one host", "note ", "c:5:"},
		{"host\n", "host", "c:6:"},
		{"host\n", "host\n\n", "c:6:"},
		{"host\n", "host\nmore\n", "c:6:"},
		{"1\n", "1\r\n", "c:1:"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(edits); i++) {
		GString *text = g_string_new(GOOD);
		g_auto(Closing) closing = {NULL};
		g_autoptr(GError) error = NULL;
		bool good;

		g_string_replace(text, edits[i].old, edits[i].new, 1);
		good = closing_parse("c", text->str, text->len, &closing, &error);
		g_assert_true(good == (edits[i].where == NULL));
		g_assert_true(good || strstr(error->message, edits[i].where) != NULL);
		g_string_free(text, TRUE);
	}
}

static void test_what_is_no_text_is_refused(void)
{
	g_auto(Closing) closing = {NULL};
	g_autofree char *huge = g_strnfill(CLOSING_MAX_BYTES + 1, 'x');

	g_assert_false(closing_parse("c", NULL, 0, &closing, NULL));
	g_assert_false(closing_parse("c", GOOD, strlen(GOOD) + 1, &closing, NULL));
	g_assert_false(closing_parse("c", huge, strlen(huge), &closing, NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/closing/round-trip", test_round_trip);
	g_test_add_func("/closing/refusals", test_anything_else_is_refused);
	g_test_add_func("/closing/no-text", test_what_is_no_text_is_refused);
	return g_test_run();
}
