/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bubbles: see bubble.h. */
#include "desktop/bubble.h"

typedef struct {
	Card *card;
	gpointer handle;
} Bubble;

struct Bubbles {
	const BubbleOps *ops;
	gpointer self;
	GHashTable *shown; /* key (of the card) -> Bubble */
};

static void bubble_free(Bubble *bubble)
{
	card_free(bubble->card);
	g_free(bubble);
}

Bubbles *bubbles_new(const BubbleOps *ops, gpointer self)
{
	Bubbles *bubbles = g_new0(Bubbles, 1);

	bubbles->ops = ops;
	bubbles->self = self;
	bubbles->shown =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)bubble_free);
	return bubbles;
}

static void close_all(Bubbles *bubbles, void (*how)(gpointer self, gpointer handle))
{
	GHashTableIter iter;
	Bubble *bubble;

	g_hash_table_iter_init(&iter, bubbles->shown);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&bubble)) {
		how(bubbles->self, bubble->handle);
		g_hash_table_iter_remove(&iter);
	}
}

void bubbles_free(Bubbles *bubbles)
{
	if (bubbles == NULL) {
		return;
	}
	close_all(bubbles, bubbles->ops->close);
	g_hash_table_unref(bubbles->shown);
	g_free(bubbles);
}

void bubbles_forget(Bubbles *bubbles)
{
	close_all(bubbles, bubbles->ops->drop);
}

void bubbles_closed(Bubbles *bubbles, const char *key)
{
	Bubble *bubble = g_hash_table_lookup(bubbles->shown, key);

	if (bubble != NULL) {
		bubbles->ops->drop(bubbles->self, bubble->handle);
		g_hash_table_remove(bubbles->shown, bubble->card->key);
	}
}

const Card *bubbles_card(const Bubbles *bubbles, const char *key)
{
	const Bubble *bubble = g_hash_table_lookup(bubbles->shown, key);

	return bubble == NULL ? NULL : bubble->card;
}

/* Withdrawn first, so that there is room for what comes. */
static void withdraw(Bubbles *bubbles, const GPtrArray *cards, guint *calls)
{
	g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	Bubble *bubble;
	char *key;

	for (guint i = 0; i < cards->len; i++) {
		g_hash_table_add(wanted, ((Card *)cards->pdata[i])->key);
	}
	g_hash_table_iter_init(&iter, bubbles->shown);
	while (g_hash_table_iter_next(&iter, (gpointer *)&key, (gpointer *)&bubble)) {
		if (!g_hash_table_contains(wanted, key)) {
			bubbles->ops->close(bubbles->self, bubble->handle);
			(*calls)++;
			g_hash_table_iter_remove(&iter);
		}
	}
}

/* Takes over the card. */
static bool show(Bubbles *bubbles, Card *card, guint *calls, GError **error)
{
	Bubble *old = g_hash_table_lookup(bubbles->shown, card->key);
	gpointer handle = old != NULL ? old->handle : NULL;
	Bubble *new;

	if (old != NULL && card_equal(old->card, card)) {
		card_free(card);
		return true;
	}
	(*calls)++;
	if (!bubbles->ops->show(bubbles->self, card, &handle, error)) {
		if (old != NULL && handle == NULL) {
			g_hash_table_remove(bubbles->shown, card->key);
		}
		card_free(card);
		return false;
	}
	new = g_new0(Bubble, 1);
	new->card = card;
	new->handle = handle;
	g_hash_table_replace(bubbles->shown, card->key, new);
	return true;
}

bool bubbles_put(Bubbles *bubbles, GPtrArray *cards, guint *ret_calls, GError **error)
{
	*ret_calls = 0;
	withdraw(bubbles, cards, ret_calls);
	while (cards->len > 0) {
		if (!show(bubbles, g_ptr_array_steal_index(cards, 0), ret_calls, error)) {
			return false;
		}
	}
	return true;
}
