/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which calls lead from one screen to the next. The screen is a line of text. */
#include "desktop/bubble.h"

#include <string.h>

typedef struct {
	GString *calls;
	int left; /* that succeed */
	guint handles;
} Screen;

static bool show(gpointer self, const Card *card, gpointer *handle, GError **error)
{
	Screen *screen = self;

	if (screen->left-- <= 0) {
		g_clear_pointer(handle, g_free);
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE, "no screen");
		return false;
	}
	g_string_append_printf(screen->calls, "%s%s:%s ", *handle == NULL ? "+" : "~", card->key,
			       card->title);
	g_free(*handle);
	*handle = g_strdup(card->key);
	return true;
}

static void withdraw(gpointer self, gpointer handle)
{
	g_string_append_printf(((Screen *)self)->calls, "-%s ", (char *)handle);
	g_free(handle);
}

static void drop(gpointer self, gpointer handle)
{
	g_free(handle);
}

static const BubbleOps ops = {show, withdraw, drop};

/* "a:1 b:2": keys and titles. */
static bool put(Bubbles *bubbles, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	g_autoptr(GPtrArray) cards = g_ptr_array_new_with_free_func((GDestroyNotify)card_free);
	guint calls;

	for (char **word = words; *word != NULL; word++) {
		if (**word != '\0') {
			char key[] = {**word, '\0'};

			g_ptr_array_add(cards, card_of_trouble(key, *word + 2, ""));
		}
	}
	return bubbles_put(bubbles, cards, &calls, NULL);
}

static const struct {
	const char *first, *second, *calls;
} steps[] = {
	{"", "", ""},
	{"", "a:1 b:1", "+a:1 +b:1 "},
	{"a:1", "a:1", ""},
	{"a:1", "a:2", "~a:2 "},
	{"a:1 b:1", "b:1", "-a "},
	{"a:1", "b:1", "-a +b:1 "},
	{"a:1", "", "-a "},
};

static void test_steps(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
		Screen screen = {.calls = g_string_new(NULL), .left = 100};
		g_autoptr(Bubbles) bubbles = bubbles_new(&ops, &screen);

		g_assert_true(put(bubbles, steps[i].first));
		g_string_truncate(screen.calls, 0);
		g_assert_true(put(bubbles, steps[i].second));
		g_assert_cmpstr(screen.calls->str, ==, steps[i].calls);
		g_clear_pointer(&bubbles, bubbles_free);
		g_string_free(screen.calls, TRUE);
	}
}

/* What failed is done by the next call, and nothing else. */
static void test_failure(void)
{
	Screen screen = {.calls = g_string_new(NULL), .left = 1};
	Bubbles *bubbles = bubbles_new(&ops, &screen);

	g_assert_false(put(bubbles, "a:1 b:1"));
	g_assert_cmpstr(screen.calls->str, ==, "+a:1 ");
	g_assert_false(put(bubbles, "a:2 b:1")); /* and a is gone with it */
	g_assert_null(bubbles_card(bubbles, "a"));
	screen.left = 100;
	g_assert_true(put(bubbles, "a:2 b:1"));
	g_assert_cmpstr(screen.calls->str, ==, "+a:1 +a:2 +b:1 ");
	bubbles_free(bubbles);
	g_string_free(screen.calls, TRUE);
}

/* A server that went takes everything with it; a bubble that was closed comes no more by itself. */
static void test_forgotten(void)
{
	Screen screen = {.calls = g_string_new(NULL), .left = 100};
	Bubbles *bubbles = bubbles_new(&ops, &screen);

	g_assert_true(put(bubbles, "a:1 b:1"));
	g_string_truncate(screen.calls, 0);
	bubbles_closed(bubbles, "a");
	bubbles_closed(bubbles, "nothing");
	g_assert_true(put(bubbles, "b:1"));
	g_assert_cmpstr(screen.calls->str, ==, "");
	bubbles_forget(bubbles);
	g_assert_true(put(bubbles, "b:1"));
	g_assert_cmpstr(screen.calls->str, ==, "+b:1 ");
	bubbles_free(bubbles);
	g_assert_cmpstr(screen.calls->str, ==, "+b:1 -b ");
	g_string_free(screen.calls, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bubble/steps", test_steps);
	g_test_add_func("/bubble/failure", test_failure);
	g_test_add_func("/bubble/forgotten", test_forgotten);
	return g_test_run();
}
