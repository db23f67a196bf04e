/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A witness of a history, and of a history that was rewritten. */
#include "client/witness.h"

#include <string.h>

static const guint8 key[CHECKPOINT_KEY_BYTES] = {1}, other_key[CHECKPOINT_KEY_BYTES] = {2};

static const char *id_of(char c)
{
	static char id[EVENT_ID_HEX + 1];

	memset(id, c, EVENT_ID_HEX);
	return id;
}

/* A heartbeat's body with a signed checkpoint. */
static char *beat(guint64 seq, char id, const guint8 *secret)
{
	g_auto(Checkpoint) checkpoint = {
		.host = g_strdup("web-1"), .seq = seq, .time = g_strdup("2026-11-22T03:04:05Z")};
	g_autofree char *line = NULL;

	g_strlcpy(checkpoint.id, id_of(id), sizeof(checkpoint.id));
	checkpoint_sign(&checkpoint, secret);
	line = checkpoint_format(&checkpoint);
	return g_strdup_printf("{\"checkpoint\":%s}", line);
}

static bool hear(Witness *witness, guint64 seq, char id, const guint8 *secret, bool *ret_new,
		 GError **error)
{
	g_autofree char *body = beat(seq, id, secret);

	return witness_heartbeat(witness, body, strlen(body), ret_new, error);
}

static void test_proven(void)
{
	g_autoptr(Witness) witness = witness_new(NULL, NULL);
	g_autofree char *line = NULL;
	g_autoptr(Witness) later = NULL;
	bool is_new;

	g_assert_true(hear(witness, 2, 'b', key, &is_new, NULL));
	g_assert_false(is_new); /* its event has not come yet */
	g_assert_true(witness_event(witness, 1, id_of('a'), NULL));
	g_assert_true(witness_event(witness, 2, id_of('b'), NULL));
	g_assert_true(witness_event(witness, 3, id_of('c'), NULL));
	g_assert_true(hear(witness, 2, 'b', key, &is_new, NULL));
	g_assert_true(is_new);
	g_assert_cmpuint(witness_known(witness)->seq, ==, 2);
	g_assert_true(hear(witness, 1, 'a', key, &is_new, NULL));
	g_assert_false(is_new); /* older */
	line = checkpoint_format(witness_known(witness));
	later = witness_new(line, NULL);
	g_assert_true(witness_event(later, 2, id_of('b'), NULL));
}

static void assert_rewritten(GError *error)
{
	g_assert_nonnull(error);
	g_assert_nonnull(strstr(error->message, "history was rewritten"));
}

static void test_rewritten(void)
{
	g_autoptr(Witness) witness = witness_new(NULL, NULL);
	g_autoptr(Witness) later = NULL;
	g_autoptr(GError) event = NULL, signs = NULL, gives = NULL;
	g_autofree char *line = NULL;
	bool is_new;

	g_assert_true(witness_event(witness, 2, id_of('b'), NULL));
	g_assert_true(hear(witness, 2, 'b', key, &is_new, NULL));
	line = checkpoint_format(witness_known(witness));
	later = witness_new(line, NULL);
	g_assert_false(witness_event(later, 2, id_of('c'), &event));
	assert_rewritten(event);
	g_assert_false(hear(witness, 2, 'c', key, &is_new, &signs));
	assert_rewritten(signs);
	g_assert_true(witness_event(witness, 3, id_of('c'), NULL));
	g_assert_false(hear(witness, 3, 'd', key, &is_new, &gives));
	assert_rewritten(gives);
}

static void test_strangers(void)
{
	g_autoptr(Witness) witness = witness_new(NULL, NULL);
	g_autofree char *forged = beat(2, 'b', key);
	g_autoptr(GError) error = NULL;
	bool is_new;

	g_assert_true(witness_event(witness, 2, id_of('b'), NULL));
	strstr(forged, "web-1")[0] = 'W';
	g_assert_true(witness_heartbeat(witness, forged, strlen(forged), &is_new, NULL));
	g_assert_false(is_new);
	g_assert_true(witness_heartbeat(witness, "{}", 2, &is_new, NULL));
	g_assert_true(witness_heartbeat(witness, "", 0, &is_new, NULL));
	g_assert_true(hear(witness, 2, 'b', key, &is_new, NULL));
	g_assert_true(is_new);
	g_assert_false(hear(witness, 3, 'c', other_key, &is_new, &error));
	g_assert_nonnull(strstr(error->message, "another key"));
	g_assert_null(witness_new("{}", NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/witness/proven", test_proven);
	g_test_add_func("/witness/rewritten", test_rewritten);
	g_test_add_func("/witness/strangers", test_strangers);
	return g_test_run();
}
