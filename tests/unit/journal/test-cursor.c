/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cursor: one record, the same back, and nothing else taken for one. */
#include "journal/cursor.h"

#include <string.h>

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define COMMIT "0123456789abcdef0123456789abcdef01234567"

static const JournalCursor cursors[] = {
	{0},
	{.seq = 1, .id = ID, .end = 10},
	{.seq = 42, .id = ID, .from = 5, .end = 1000, .commit = COMMIT, .part_n = 1, .part_of = 3},
	/* the largest of everything still fits */
	{.seq = G_GUINT64_CONSTANT(9007199254740991),
	 .id = ID,
	 .from = G_GINT64_CONSTANT(9007199254740991),
	 .end = G_GINT64_CONSTANT(9007199254740991),
	 .commit = COMMIT,
	 .part_n = 9999999,
	 .part_of = 9999999},
};

static void test_same_back(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cursors); i++) {
		char bytes[CURSOR_BYTES];
		JournalCursor back;

		cursor_format(&cursors[i], bytes);
		g_assert_null(memchr(bytes, '\0', CURSOR_BYTES));
		g_assert_true(memchr(bytes, '\n', CURSOR_BYTES) == bytes + CURSOR_BYTES - 1);
		g_assert_true(cursor_parse(bytes, &back));
		g_assert_cmpuint(back.seq, ==, cursors[i].seq);
		g_assert_cmpstr(back.id, ==, cursors[i].id);
		g_assert_cmpint(back.from, ==, cursors[i].from);
		g_assert_cmpint(back.end, ==, cursors[i].end);
		g_assert_cmpstr(back.commit, ==, cursors[i].commit);
		g_assert_cmpuint(back.part_n, ==, cursors[i].part_n);
		g_assert_cmpuint(back.part_of, ==, cursors[i].part_of);
	}
}

static void test_every_bit_counts(void)
{
	char bytes[CURSOR_BYTES];

	cursor_format(&cursors[2], bytes);
	for (guint bit = 0; bit < 8 * CURSOR_BYTES; bit++) {
		JournalCursor back;

		bytes[bit / 8] ^= (char)(1 << (bit % 8));
		g_assert_false(cursor_parse(bytes, &back));
		bytes[bit / 8] ^= (char)(1 << (bit % 8));
	}
}

/* A right sum does not make a record out of something else. */
static void test_sum_is_not_enough(void)
{
	static const char *const texts[] = {
		"",
		"reeve-cursor 2 seq=0 id=- from=0 end=0 commit=- part=0/0",
		"reeve-cursor 1 seq=0 id=- from=0 end=0 commit=-",
		"reeve-cursor 1 seq=+1 id=- from=0 end=0 commit=- part=0/0",
		"reeve-cursor 1 seq=0 id=- from=5 end=4 commit=- part=0/0",
		"reeve-cursor 1 seq=0 id=- from=-1 end=4 commit=- part=0/0",
		"reeve-cursor 1 seq=0  id=- from=0 end=0 commit=- part=0/0",
	};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		char bytes[CURSOR_BYTES];
		char sum[DIGEST_HEX + 1];
		gsize text_bytes = CURSOR_BYTES - 37;
		JournalCursor back;

		memset(bytes, ' ', sizeof(bytes));
		memcpy(bytes, texts[i], strlen(texts[i]));
		digest_sha256_hex(bytes, text_bytes, sum);
		memcpy(bytes + text_bytes, "sum=", 4);
		memcpy(bytes + text_bytes + 4, sum, 32);
		bytes[CURSOR_BYTES - 1] = '\n';
		g_assert_false(cursor_parse(bytes, &back));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cursor/same-back", test_same_back);
	g_test_add_func("/cursor/every-bit-counts", test_every_bit_counts);
	g_test_add_func("/cursor/sum-is-not-enough", test_sum_is_not_enough);
	return g_test_run();
}
