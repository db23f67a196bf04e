/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Piles: see pile.h. */
#include "base/pile.h"

#include <string.h>

/* The first block is for the few paths of an everyday change. The others are mapped by malloc, each
 * for itself, and so go back to the kernel when they are freed. */
#define FIRST_BYTES 4000
#define NEXT_BYTES (256 * 1024)
#define ALIGNMENT (2 * sizeof(void *))

struct Pile {
	GPtrArray *blocks;
	guint8 *at; /* in the last block */
	gsize left;
};

Pile *pile_new(void)
{
	Pile *pile = g_new0(Pile, 1);

	pile->blocks = g_ptr_array_new_with_free_func(g_free);
	return pile;
}

void pile_free(Pile *pile)
{
	if (pile != NULL) {
		g_ptr_array_unref(pile->blocks);
		g_free(pile);
	}
}

/* What is left of the last block is given up. */
static void add_block(Pile *pile, gsize size)
{
	pile->left = MAX(size, pile->blocks->len == 0 ? FIRST_BYTES : NEXT_BYTES);
	pile->at = g_malloc0(pile->left);
	g_ptr_array_add(pile->blocks, pile->at);
}

void *pile_take(Pile *pile, gsize size)
{
	gsize rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	guint8 *taken;

	g_assert(rounded >= size);
	if (rounded > pile->left) {
		add_block(pile, rounded);
	}
	taken = pile->at;
	pile->at += rounded;
	pile->left -= rounded;
	return taken;
}

char *pile_text(Pile *pile, const char *text, gsize size)
{
	char *copy = pile_take(pile, size + 1);

	memcpy(copy, text, size);
	return copy;
}
