/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A checkpoint: signed, told as JSON, read again; and nothing else passes for one. */
#include "event/checkpoint.h"

#include <string.h>

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const guint8 secret[CHECKPOINT_KEY_BYTES] = {1, 2, 3};

static void fill(Checkpoint *checkpoint)
{
	checkpoint->host = g_strdup("web-1");
	checkpoint->time = g_strdup("2026-11-22T03:04:05.123456Z");
	checkpoint->seq = 42;
	g_strlcpy(checkpoint->id, ID, sizeof(checkpoint->id));
	checkpoint_sign(checkpoint, secret);
}

static void test_round(void)
{
	g_auto(Checkpoint) made = {0}, read = {0};
	g_autofree char *text = NULL, *again = NULL;

	fill(&made);
	text = checkpoint_format(&made);
	g_assert_true(checkpoint_parse(&read, text, strlen(text)));
	g_assert_true(checkpoint_is_signed(&read));
	again = checkpoint_format(&read);
	g_assert_cmpstr(again, ==, text);
}

static void test_every_word_is_signed(void)
{
	for (guint change = 0; change < 6; change++) {
		g_auto(Checkpoint) checkpoint = {0};

		fill(&checkpoint);
		checkpoint.host[0] ^= change == 0;
		checkpoint.seq ^= change == 1;
		checkpoint.id[0] ^= change == 2;
		checkpoint.time[0] ^= change == 3;
		checkpoint.key[0] ^= change == 4;
		checkpoint.signature[0] ^= change == 5;
		g_assert_false(checkpoint_is_signed(&checkpoint));
	}
}

static void test_nonsense(void)
{
	static const char *const cases[] = {
		"",
		"{}",
		"[]",
		"{\"host\":\"a\\nseq 1\",\"seq\":1,\"id\":\"" ID "\"}",
		"{\"host\":\"a\",\"seq\":0,\"id\":\"" ID
		"\",\"time\":\"2026-11-22T03:04:05Z\",\"key\":\"\",\"signature\":\"\"}",
		"{\"host\":\"a\",\"seq\":1,\"id\":\"" ID
		"\",\"time\":\"2026-11-22T03:04:05Z\",\"key\":\"AAAA\",\"signature\":\"AAAA\"}",
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(Checkpoint) checkpoint = {0};

		g_assert_false(checkpoint_parse(&checkpoint, cases[i], strlen(cases[i])));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/checkpoint/round", test_round);
	g_test_add_func("/checkpoint/every-word", test_every_word_is_signed);
	g_test_add_func("/checkpoint/nonsense", test_nonsense);
	return g_test_run();
}
