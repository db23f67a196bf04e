/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The chain of a subscriber: what an event is to a cursor. */
#include "client/chain.h"

#include <string.h>

static Letter letter(guint64 seq, const char *id, const char *prev)
{
	Letter made = {.seq = seq};

	g_strlcpy(made.id, id, sizeof(made.id));
	g_strlcpy(made.prev, prev, sizeof(made.prev));
	return made;
}

typedef struct {
	const char *cursor; /* NULL: none */
	guint64 cursor_seq; /* 0: not known */
	guint64 seq;
	const char *id, *prev;
	ChainStep step;
} Case;

static const Case cases[] = {
	{NULL, 0, 1, "a", "", CHAIN_GAP},  /* no cursor: nothing can be said */
	{"", 0, 1, "a", "", CHAIN_NEXT},   /* the first of all */
	{"", 0, 5, "e", "d", CHAIN_GAP},   /* not the first */
	{"", 0, 2, "b", "", CHAIN_GAP},    /* says it is the first, has another number */
	{"a", 0, 2, "b", "a", CHAIN_NEXT}, /* the cursor's seq is not known */
	{"a", 0, 1, "a", "", CHAIN_KNOWN}, /* the cursor itself */
	{"c", 0, 2, "b", "a", CHAIN_GAP},  /* before or behind: who knows; ask */
	{"c", 3, 4, "d", "c", CHAIN_NEXT},
	{"c", 3, 5, "d", "c", CHAIN_GAP}, /* follows, but a number is missing */
	{"c", 3, 3, "c", "b", CHAIN_KNOWN},
	{"c", 3, 3, "x", "b", CHAIN_GAP}, /* another event with our number: a fork */
	{"c", 3, 1, "a", "", CHAIN_KNOWN},
	{"c", 3, 5, "e", "d", CHAIN_GAP},
	{"c", 3, 4, "d", "x", CHAIN_GAP}, /* the next number behind another event */
};

static void test_steps(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Case *c = &cases[i];
		Letter event = letter(c->seq, c->id, c->prev);
		Chain chain = {0};

		if (c->cursor != NULL) {
			chain_set(&chain, c->cursor);
		}
		if (c->cursor_seq != 0) {
			chain.has_seq = true;
			chain.seq = c->cursor_seq;
		}
		g_test_message("case %u", i);
		g_assert_cmpint(chain_step(&chain, &event), ==, c->step);
	}
}

/* A cursor that came without its seq learns it from the event itself, or from the next. */
static void test_learns_its_seq(void)
{
	Letter own = letter(3, "c", "b"), older = letter(2, "b", "a"), next = letter(4, "d", "c");
	Chain chain;

	chain_set(&chain, "c");
	g_assert_cmpint(chain_step(&chain, &older), ==, CHAIN_GAP);
	g_assert_cmpint(chain_step(&chain, &own), ==, CHAIN_KNOWN);
	g_assert_cmpint(chain_step(&chain, &older), ==, CHAIN_KNOWN);
	chain_set(&chain, "c");
	g_assert_cmpint(chain_step(&chain, &next), ==, CHAIN_NEXT);
	chain_take(&chain, &next);
	g_assert_cmpstr(chain.id, ==, "d");
	g_assert_cmpint(chain_step(&chain, &own), ==, CHAIN_KNOWN);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/client/chain/steps", test_steps);
	g_test_add_func("/client/chain/learns", test_learns_its_seq);
	return g_test_run();
}
