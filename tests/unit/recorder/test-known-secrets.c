/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known secrets: what is kept, what is not, and that it ends somewhere. */
#include "recorder/known-secrets.h"

#include <string.h>

static void set_digest(FileState *state, guint n)
{
	memset(state->hmac, 0, sizeof(state->hmac));
	memcpy(state->hmac, &n, sizeof(n));
}

static void test_secrets(void)
{
	g_autoptr(KnownSecrets) known = known_secrets_new();
	FileState state = {.type = FILE_REGULAR, .content = CONTENT_SECRET};

	set_digest(&state, 1);
	g_assert_false(known_secrets_has_size(known, 100));
	known_secrets_saw(known, 100, &state);
	g_assert_true(known_secrets_has_size(known, 100));
	g_assert_true(known_secrets_has(known, 100, state.hmac));
	g_assert_false(known_secrets_has(known, 101, state.hmac));
	state.content = CONTENT_REDACTED;
	set_digest(&state, 2);
	g_assert_false(known_secrets_has(known, 100, state.hmac));
	known_secrets_saw(known, 200, &state);
	g_assert_true(known_secrets_has(known, 200, state.hmac));
}

/* What is stored in the open, and what is too short to mean anything. */
static void test_others(void)
{
	g_autoptr(KnownSecrets) known = known_secrets_new();
	FileState state = {.type = FILE_REGULAR, .content = CONTENT_STORED};

	set_digest(&state, 1);
	known_secrets_saw(known, 100, &state);
	g_assert_false(known_secrets_has_size(known, 100));
	state.content = CONTENT_SECRET;
	known_secrets_saw(known, KNOWN_SECRETS_MIN_BYTES - 1, &state);
	known_secrets_saw(known, 0, &state);
	g_assert_false(known_secrets_has_size(known, KNOWN_SECRETS_MIN_BYTES - 1));
	g_assert_false(known_secrets_has_size(known, 0));
}

static void test_bound(void)
{
	g_autoptr(KnownSecrets) known = known_secrets_new();
	FileState state = {.type = FILE_REGULAR, .content = CONTENT_SECRET};

	for (guint i = 0; i <= KNOWN_SECRETS_MAX; i++) {
		set_digest(&state, i);
		known_secrets_saw(known, 100, &state);
	}
	g_assert_false(known_secrets_has(known, 100, state.hmac));
	set_digest(&state, 0);
	g_assert_true(known_secrets_has(known, 100, state.hmac));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/known-secrets/secrets", test_secrets);
	g_test_add_func("/known-secrets/others", test_others);
	g_test_add_func("/known-secrets/bound", test_bound);
	return g_test_run();
}
