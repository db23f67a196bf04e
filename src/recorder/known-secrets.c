/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known secrets: see known-secrets.h. */
#include "recorder/known-secrets.h"

#include <string.h>

struct KnownSecrets {
	GHashTable *sizes;   /* set of guint64 * */
	GHashTable *digests; /* set of guint8[DIGEST_BYTES] */
};

static guint hash_digest(const void *digest)
{
	guint hash;

	memcpy(&hash, digest, sizeof(hash));
	return hash;
}

static gboolean digests_equal(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_BYTES) == 0;
}

KnownSecrets *known_secrets_new(void)
{
	KnownSecrets *known = g_new0(KnownSecrets, 1);

	known->sizes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	known->digests = g_hash_table_new_full(hash_digest, digests_equal, g_free, NULL);
	return known;
}

void known_secrets_free(KnownSecrets *known)
{
	if (known != NULL) {
		g_hash_table_unref(known->sizes);
		g_hash_table_unref(known->digests);
		g_free(known);
	}
}

void known_secrets_saw(KnownSecrets *known, guint64 size, const FileState *state)
{
	if ((state->content != CONTENT_SECRET && state->content != CONTENT_REDACTED) ||
	    size < KNOWN_SECRETS_MIN_BYTES ||
	    g_hash_table_size(known->digests) >= KNOWN_SECRETS_MAX) {
		return;
	}
	g_hash_table_add(known->sizes, g_memdup2(&size, sizeof(size)));
	g_hash_table_add(known->digests, g_memdup2(state->hmac, DIGEST_BYTES));
}

bool known_secrets_has_size(const KnownSecrets *known, guint64 size)
{
	return g_hash_table_contains(known->sizes, &size);
}

bool known_secrets_has(const KnownSecrets *known, guint64 size, const guint8 hmac[DIGEST_BYTES])
{
	return known_secrets_has_size(known, size) && g_hash_table_contains(known->digests, hmac);
}
