/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Digests and their text. SHA-256 and HMAC-SHA-256 come from OpenSSL's libcrypto; text is
 * lower-case hexadecimal.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define DIGEST_BYTES 32
#define DIGEST_HEX 64

/* SHA-256 of `size` bytes. */
void digest_sha256(const void *data, gsize size, guint8 ret[DIGEST_BYTES]);

/* SHA-256 of `size` bytes as text, NUL-terminated. */
void digest_sha256_hex(const void *data, gsize size, char ret[DIGEST_HEX + 1]);

/* HMAC-SHA-256 under `key`. */
void digest_hmac(const guint8 *key, gsize key_size, const void *data, gsize size,
		 guint8 ret[DIGEST_BYTES]);

/* `size` bytes as hexadecimal; `ret` has room for 2 * size + 1 chars. */
void hex_encode(const guint8 *bytes, gsize size, char *ret);

/*
 * Reads exactly 2 * size lower-case hexadecimal digits, then NUL; false when the text is anything
 * else.
 */
bool hex_decode(const char *text, guint8 *ret, gsize size);
