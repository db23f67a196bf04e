/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Digests: see digest.h. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

/* Looked up once: for the algorithm's name OpenSSL goes through its providers each time, which for
 * the size of an event costs as much as the digest. */
static const EVP_MD *sha256(void)
{
	static gsize is_fetched;
	static EVP_MD *fetched;

	if (g_once_init_enter(&is_fetched)) {
		fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
		g_assert(fetched != NULL);
		g_once_init_leave(&is_fetched, 1);
	}
	return fetched;
}

void digest_sha256(const void *data, gsize size, guint8 ret[DIGEST_BYTES])
{
	int ok = EVP_Digest(data, size, ret, NULL, sha256(), NULL);

	g_assert(ok == 1);
}

void digest_sha256_hex(const void *data, gsize size, char ret[DIGEST_HEX + 1])
{
	guint8 raw[DIGEST_BYTES];

	digest_sha256(data, size, raw);
	hex_encode(raw, sizeof(raw), ret);
}

void digest_hmac(const guint8 *key, gsize key_size, const void *data, gsize size,
		 guint8 ret[DIGEST_BYTES])
{
	unsigned int length = 0;
	guint8 *made = HMAC(EVP_sha256(), key, (int)key_size, data, size, ret, &length);

	g_assert(made != NULL && length == DIGEST_BYTES);
}

void hex_encode(const guint8 *bytes, gsize size, char *ret)
{
	static const char digits[] = "0123456789abcdef";

	for (gsize i = 0; i < size; i++) {
		ret[2 * i] = digits[bytes[i] >> 4];
		ret[2 * i + 1] = digits[bytes[i] & 15];
	}
	ret[2 * size] = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return -1;
}

bool hex_decode(const char *text, guint8 *ret, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		int high = hex_value(text[2 * i]);
		int low = high < 0 ? -1 : hex_value(text[2 * i + 1]);

		if (low < 0) {
			return false;
		}
		ret[i] = (guint8)(high << 4 | low);
	}
	return text[2 * size] == '\0';
}
