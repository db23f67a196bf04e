/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index from ids to offsets. */
#include "relay/position.h"

#include <string.h>

static void id_of(guint n, char ret[EVENT_ID_HEX + 1])
{
	event_id(&n, sizeof(n), ret);
}

/* Whether `offset` is among the candidates of `id`, and how many those are. */
static bool has(const PositionIndex *index, const char *id, goffset offset, guint *ret_candidates)
{
	guint cursor = 0;
	goffset found;
	bool seen = false;

	*ret_candidates = 0;
	while ((found = position_index_find(index, id, &cursor)) >= 0) {
		seen |= found == offset;
		(*ret_candidates)++;
	}
	return seen;
}

static void test_finds_all_and_nothing_else(void)
{
	g_autoptr(PositionIndex) index = position_index_new();
	const guint n = 50000;
	guint candidates, strangers = 0;
	char id[EVENT_ID_HEX + 1];

	for (guint i = 0; i < n; i++) {
		id_of(i, id);
		position_index_add(index, id, (goffset)i * 1000);
	}
	g_assert_cmpuint(position_index_count(index), ==, n);
	for (guint i = 0; i < n; i++) {
		id_of(i, id);
		g_assert_true(has(index, id, (goffset)i * 1000, &candidates));
		g_assert_cmpuint(candidates, <=, 2);
	}
	for (guint i = n; i < 2 * n; i++) {
		id_of(i, id);
		has(index, id, -1, &candidates);
		strangers += candidates;
	}
	/* 50,000 strangers meet 50,000 tags of 32 bits: less than one is to be expected */
	g_assert_cmpuint(strangers, <, 10);
}

/* Ids that begin alike are told apart by whoever reads the lines. */
static void test_same_tag_gives_all(void)
{
	g_autoptr(PositionIndex) index = position_index_new();
	char id[EVENT_ID_HEX + 1];
	guint candidates;

	memset(id, 'f', EVENT_ID_HEX);
	id[EVENT_ID_HEX] = '\0';
	for (guint i = 0; i < 10; i++) {
		id[EVENT_ID_HEX - 1] = "0123456789"[i];
		position_index_add(index, id, i);
	}
	g_assert_true(has(index, id, 3, &candidates));
	g_assert_cmpuint(candidates, ==, 10);
}

static void test_offsets_are_wide(void)
{
	g_autoptr(PositionIndex) index = position_index_new();
	const goffset far = G_GINT64_CONSTANT(5) << 40;
	char id[EVENT_ID_HEX + 1];
	guint candidates;

	id_of(1, id);
	position_index_add(index, id, far);
	g_assert_true(has(index, id, far, &candidates));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/position/finds", test_finds_all_and_nothing_else);
	g_test_add_func("/relay/position/same-tag", test_same_tag_gives_all);
	g_test_add_func("/relay/position/wide", test_offsets_are_wide);
	return g_test_run();
}
