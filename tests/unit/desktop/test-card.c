/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a card says. */
#include "desktop/card.h"

#include <string.h>

#define MAX_FILES 5

typedef struct {
	const char *name;
	NewsFile files[MAX_FILES]; /* ended by one without a path */
	guint n;                   /* 0: as many as there are files */
	bool is_floor;
	const char *title, *body;
	Urgency urgency;
} Case;

#define FILE(p, v, s)                                                          \
	.path = (char *)(p), .verdict = VERDICT_##v, .severity = SEVERITY_##s, \
	.what = (char *)"a 1 → 2"

static const Case cases[] = {
	{.name = "low",
	 .files = {{FILE("/a", UNAPPROVED, LOW)}},
	 .title = "Unapproved change on h",
	 .body = "/a\na 1 → 2",
	 .urgency = URGENCY_LOW},
	{.name = "medium",
	 .files = {{FILE("/a", MISMATCH, MEDIUM), .who = (char *)"alice"}},
	 .title = "Change beside its request on h",
	 .body = "/a\na 1 → 2\nalice",
	 .urgency = URGENCY_NORMAL},
	{.name = "high",
	 .files = {{FILE("/a", UNAPPROVED, HIGH), .rule = (char *)"a rule"}},
	 .title = "Unapproved change on h (high)",
	 .body = "/a\na 1 → 2\na rule",
	 .urgency = URGENCY_CRITICAL},
	{.name = "critical",
	 .files = {{FILE("/a", APPROVED, CRITICAL), .rule = (char *)"a rule",
		    .who = (char *)"alice"}},
	 .title = "Risky change on h (critical)",
	 .body = "/a\na 1 → 2\na rule · alice",
	 .urgency = URGENCY_CRITICAL},
	{.name = "two, the worst first",
	 .files = {{FILE("/a", UNAPPROVED, LOW)},
		   {FILE("/b", UNAPPROVED, HIGH), .rule = (char *)"a rule"}},
	 .title = "2 unapproved changes on h (high)",
	 .body = "/b: a rule\n/a: a 1 → 2",
	 .urgency = URGENCY_CRITICAL},
	{.name = "three",
	 .files = {{FILE("/a", UNAPPROVED, LOW)},
		   {FILE("/b", MISMATCH, LOW)},
		   {FILE("/c", UNAPPROVED, LOW)}},
	 .title = "3 changes to look at on h",
	 .body = "/a: a 1 → 2\n/b: a 1 → 2\n/c: a 1 → 2",
	 .urgency = URGENCY_LOW},
	{.name = "more than lines",
	 .files = {{FILE("/a", UNAPPROVED, LOW)},
		   {FILE("/b", UNAPPROVED, LOW)},
		   {FILE("/c", UNAPPROVED, LOW)},
		   {FILE("/d", UNAPPROVED, LOW)}},
	 .title = "4 unapproved changes on h",
	 .body = "/a: a 1 → 2\n/b: a 1 → 2\nand 2 more",
	 .urgency = URGENCY_LOW},
	{.name = "more than are kept",
	 .files = {{FILE("/a", UNAPPROVED, LOW)}},
	 .n = 9,
	 .is_floor = true,
	 .title = "More than 9 unapproved changes on h",
	 .body = "/a: a 1 → 2\nand 8 more",
	 .urgency = URGENCY_LOW},
	{.name = "no files", .n = 1, .title = "Alert on h", .body = "summary"},
};

static Card *make_card(const Case *one)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new();
	CardMatter matter = {.host = "h", .files = files, .summary = "summary"};

	for (guint i = 0; i < MAX_FILES && one->files[i].path != NULL; i++) {
		g_ptr_array_add(files, (gpointer)&one->files[i]);
	}
	matter.n = one->n != 0 ? one->n : files->len;
	matter.is_floor = one->is_floor;
	return card_of_changes("key", &matter);
}

static void test_case(gconstpointer data)
{
	const Case *one = data;
	g_autoptr(Card) card = make_card(one);

	g_assert_cmpstr(card->title, ==, one->title);
	g_assert_cmpstr(card->body, ==, one->body);
	g_assert_cmpint(card->urgency, ==, one->urgency);
}

static void test_long_paths_keep_their_end(void)
{
	g_autofree char *long_part = g_strnfill(4000, 'x');
	g_autofree char *path = g_strconcat("/etc/", long_part, "/name", NULL);
	const Case one = {.files = {{FILE(path, UNAPPROVED, LOW)}}};
	g_autoptr(Card) card = make_card(&one);
	g_auto(GStrv) lines = g_strsplit(card->body, "\n", -1);

	g_assert_cmpint(g_utf8_strlen(lines[0], -1), ==, 100);
	g_assert_true(g_str_has_prefix(lines[0], "/etc/x"));
	g_assert_true(g_str_has_suffix(lines[0], "/name"));
}

static void test_equality(void)
{
	g_autoptr(Card) card = make_card(&cases[0]);
	g_autoptr(Card) same = make_card(&cases[0]);
	g_autoptr(Card) other = make_card(&cases[1]);

	g_assert_true(card_equal(card, same));
	g_assert_false(card_equal(card, other));
	g_ptr_array_add(same->ids, g_strdup("1"));
	g_assert_false(card_equal(card, same));
	g_ptr_array_add(card->ids, g_strdup("2"));
	g_assert_false(card_equal(card, same));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strconcat("/card/", cases[i].name, NULL);

		g_test_add_data_func(name, &cases[i], test_case);
	}
	g_test_add_func("/card/long paths keep their end", test_long_paths_keep_their_end);
	g_test_add_func("/card/equality", test_equality);
	return g_test_run();
}
