/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Piles: what was taken stays as it was until all goes. */
#include "base/pile.h"

#include <string.h>

static void test_pieces(void)
{
	g_autoptr(Pile) pile = pile_new();
	g_autoptr(GPtrArray) texts = g_ptr_array_new();

	for (guint i = 0; i < 20000; i++) {
		g_autofree char *text = g_strdup_printf("text %u", i);
		guint64 *number = pile_take(pile, sizeof(*number));

		g_assert_cmpuint((guintptr)number % sizeof(*number), ==, 0);
		g_assert_cmpuint(*number, ==, 0);
		*number = G_MAXUINT64;
		g_ptr_array_add(texts, pile_text(pile, text, strlen(text)));
	}
	for (guint i = 0; i < texts->len; i++) {
		g_autofree char *text = g_strdup_printf("text %u", i);

		g_assert_cmpstr(texts->pdata[i], ==, text);
	}
}

/* Larger than what it takes from the heap at a time; and nothing at all. */
static void test_sizes(void)
{
	g_autoptr(Pile) pile = pile_new();
	g_autoptr(Pile) empty = pile_new();
	const gsize size = 5 * 1024 * 1024;
	char *large = pile_take(pile, size);

	g_assert_cmpint(large[0], ==, 0);
	g_assert_cmpint(large[size - 1], ==, 0);
	memset(large, 'x', size);
	g_assert_cmpstr(pile_text(pile, "abc", 2), ==, "ab");
	g_assert_cmpstr(pile_text(pile, "", 0), ==, "");
	g_assert_cmpint(large[size - 1], ==, 'x');
	g_assert_nonnull(empty);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pile/pieces", test_pieces);
	g_test_add_func("/pile/sizes", test_sizes);
	return g_test_run();
}
