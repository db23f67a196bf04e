/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merging lines of a manifest. */
#include "snapshot/listing.h"

#include "snapshot/layout.h"

#include <string.h>

static char *merge(const char *old, GArray *edits, guint *ret_lines)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) sorted = listing_sort(edits);
	g_autoptr(GString) out = g_string_new(NULL);

	listing_merge(old, strlen(old), sorted, out, ret_lines, &error);
	g_assert_no_error(error);
	return g_strdup(out->str);
}

static GArray *edits_of(const ListingEdit *list, guint n)
{
	GArray *edits = g_array_new(FALSE, FALSE, sizeof(ListingEdit));

	g_array_append_vals(edits, list, n);
	return edits;
}

static void test_merge(void)
{
	/* "a b" comes before "a!" and that before "ab", though the escaped text says otherwise. */
	static const char old[] = "a\\040b t=1\na! t=1\nab t=1\nz t=1\n";
	static const ListingEdit list[] = {
		{.name = "zz", .line = "zz t=2\n"}, {.name = "a!", .line = NULL},
		{.name = "ab", .line = "ab t=1\n"}, {.name = "z", .line = "z t=2\n"},
		{.name = "a", .line = "a t=2\n"},   {.name = "none", .line = NULL},
	};
	g_autoptr(GArray) edits = edits_of(list, G_N_ELEMENTS(list));
	guint lines;
	g_autofree char *text = merge(old, edits, &lines);
	static const struct {
		bool was_there, is_different;
	} expected[] = {{false, true}, {true, true},  {true, false},
			{true, true},  {false, true}, {false, false}};

	g_assert_cmpstr(text, ==, "a t=2\na\\040b t=1\nab t=1\nz t=2\nzz t=2\n");
	g_assert_cmpuint(lines, ==, 5);
	for (guint i = 0; i < edits->len; i++) {
		const ListingEdit *done = &g_array_index(edits, ListingEdit, i);

		g_assert_cmpint(done->was_there, ==, expected[i].was_there);
		g_assert_cmpint(done->is_different, ==, expected[i].is_different);
	}
}

static void test_empty(void)
{
	g_autoptr(GArray) edits = edits_of(NULL, 0);
	guint lines;
	g_autofree char *nothing = merge("", edits, &lines);
	g_autofree char *same = merge("a t=1\nb t=1\n", edits, &lines);

	g_assert_cmpstr(nothing, ==, "");
	g_assert_cmpstr(same, ==, "a t=1\nb t=1\n");
	g_assert_cmpuint(lines, ==, 2);
}

static void test_split(void)
{
	static const char text[] = "a t=1\npasswd t=1\n";
	GString *shards[LAYOUT_SHARDS];

	for (guint i = 0; i < LAYOUT_SHARDS; i++) {
		shards[i] = g_string_new(NULL);
	}
	g_assert_true(listing_split(text, strlen(text), shards, NULL));
	g_assert_cmpstr(shards[layout_shard("a")]->str, ==, "a t=1\n");
	g_assert_cmpstr(shards[layout_shard("passwd")]->str, ==, "passwd t=1\n");
	for (guint i = 0; i < LAYOUT_SHARDS; i++) {
		g_string_free(shards[i], TRUE);
	}
}

static void test_refused(void)
{
	static const char *const texts[] = {
		"b t=1\na t=1\n", "a t=1\na t=1\n", "a t=1",     "a\n", "\n",
		" t=1\n",         "a/b t=1\n",      "a t=1\n\n",
	};
	g_autoptr(GPtrArray) nothing = g_ptr_array_new();

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GString) out = g_string_new(NULL);
		guint lines;

		g_assert_false(
			listing_merge(texts[i], strlen(texts[i]), nothing, out, &lines, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/snapshot/listing/merge", test_merge);
	g_test_add_func("/snapshot/listing/empty", test_empty);
	g_test_add_func("/snapshot/listing/split", test_split);
	g_test_add_func("/snapshot/listing/refused", test_refused);
	return g_test_run();
}
