/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SSH's wire encoding (RFC 4251 section 5): a cursor over bytes that are not trusted. Every read
 * checks what is left first; after one failed read the cursor stays failed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	const guint8 *at;
	gsize left;
	bool failed;
} Wire;

static inline Wire wire_over(const void *data, gsize size)
{
	return (Wire){.at = data, .left = size};
}

/* `size` raw bytes, or NULL. Points into the input. */
const guint8 *wire_raw(Wire *wire, gsize size);
/* A uint32 in network order; 0 when it fails. */
guint32 wire_uint32(Wire *wire);
/* A string: length, then bytes; NULL when it fails. Points into the input. */
const guint8 *wire_string(Wire *wire, gsize *ret_size);
/* A string as text: no NUL inside, at most 256 bytes; NULL when it fails. Caller frees. */
char *wire_text(Wire *wire);
/* A non-negative mpint as its magnitude, without leading zeros; NULL when it fails or is negative.
 * Points into the input. */
const guint8 *wire_mpint(Wire *wire, gsize *ret_size);
/* Whether everything was read and nothing failed. */
bool wire_is_spent(const Wire *wire);

/* Canonical base64 without blanks, or NULL; caller frees. */
guint8 *wire_from_base64(const char *text, gsize *ret_size);

/* Appends a string (length, then bytes). */
void wire_put_string(GByteArray *out, const void *data, gsize size);
