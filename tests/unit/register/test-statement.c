/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements: what is formatted is read back; anything else is refused with its line. */
#include "register/statement.h"

#include <string.h>

#define SHA "5e1c000000000000000000000000000000000000000000000000000000000000"
#define BLOB "1f0a000000000000000000000000000000000000"
#define GOOD                                                                                      \
	"reeve-approval 1\nrequest CHG-20261122-k7qa\nrequest-sha256 " SHA "\nrequest-blob " BLOB \
	"\ndecision approve\nrole change-authority\napprover alice@example.org\n"                 \
	"date 2026-11-22T03:04:05Z\n"

static void test_round_trip(void)
{
	g_auto(Statement) statement = {NULL};
	g_autofree char *again = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(statement_parse("s", GOOD, strlen(GOOD), &statement, &error));
	g_assert_no_error(error);
	g_assert_cmpstr(statement.request, ==, "CHG-20261122-k7qa");
	g_assert_cmpstr(statement.approver, ==, "alice@example.org");
	g_assert_cmpint(statement.decision, ==, DECISION_APPROVE);
	again = statement_format(&statement);
	g_assert_cmpstr(again, ==, GOOD);
}

/* `edit` replaces the first `old` by `new`; `where` must be in the message. */
static void test_anything_else_is_refused(void)
{
	static const struct {
		const char *old, *new, *where;
	} edits[] = {
		{"approval 1", "approval 2", "s:1:"},
		{"request CHG", "request  CHG", "s:2:"},
		{"request CHG-20261122-k7qa\n", "", "s:2:"},
		{"5e1c", "5E1C", "s:3:"},
		{"1f0a", "1f0", "s:4:"},
		{"decision approve", "decision maybe", "s:5:"},
		{"role change-authority", "role ", "s:6:"},
		{"alice@", "alice mallory@", "s:7:"},
		{"alice@", "al\x1b[2Jice@", "s:7:"},
		{"05Z", "05+00:00", "s:8:"},
		{"05Z", "05.5Z", "s:8:"},
		{"05Z\n", "05Z", "s:9:"},
		{"05Z\n", "05Z\n\n", "s:9:"},
		{"05Z\n", "05Z\nextra\n", "s:9:"},
		{"1\n", "1\r\n", "s:1:"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(edits); i++) {
		GString *text = g_string_new(GOOD);
		g_auto(Statement) statement = {NULL};
		g_autoptr(GError) error = NULL;

		g_string_replace(text, edits[i].old, edits[i].new, 1);
		g_assert_false(statement_parse("s", text->str, text->len, &statement, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
		g_assert_nonnull(strstr(error->message, edits[i].where));
		g_string_free(text, TRUE);
	}
}

static void test_nul_bytes_are_refused(void)
{
	g_auto(Statement) statement = {NULL};

	g_assert_false(statement_parse("s", GOOD "\0", sizeof(GOOD), &statement, NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/statement/round-trip", test_round_trip);
	g_test_add_func("/statement/refusals", test_anything_else_is_refused);
	g_test_add_func("/statement/nul", test_nul_bytes_are_refused);
	return g_test_run();
}
