/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A signature taken apart and put together again, so that each part of it can be spoiled.
 */
#pragma once

#include "register/sshsig.h"
#include "register/wire.h"

#include <string.h>

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END "-----END SSH SIGNATURE-----"

/* A signature in its parts, so that each can be spoiled. */
typedef struct {
	GByteArray *magic;
	guint32 version;
	GByteArray *key, *namespace, *reserved, *hash, *format, *signature, *tail;
	const char *before, *begin, *eol, *end, *after;
	bool in_one_line, is_short; /* short: without the last base64 group */
	char *message;
} Parts;

static inline GByteArray *bytes(const void *data, gsize size)
{
	GByteArray *array = g_byte_array_new();

	return g_byte_array_append(array, data, (guint)size);
}

static inline void set(GByteArray *array, const char *text)
{
	g_byte_array_set_size(array, 0);
	g_byte_array_append(array, (const guint8 *)text, (guint)strlen(text));
}

static inline Parts take_apart(const char *armoured, const char *message)
{
	g_auto(SshSig) sig = {NULL};
	g_autofree char *format = NULL;
	const guint8 *raw;
	gsize size;
	Parts parts = {.version = 1, .before = "", .begin = BEGIN, .eol = "\n", .end = END};
	Wire wire;

	g_assert_true(sshsig_parse(armoured, strlen(armoured), &sig, NULL));
	wire = wire_over(g_bytes_get_data(sig.signature, NULL), g_bytes_get_size(sig.signature));
	format = wire_text(&wire);
	raw = wire_string(&wire, &size);
	parts.after = "\n";
	parts.magic = bytes("SSHSIG", 6);
	parts.key = bytes(g_bytes_get_data(sig.key, NULL), g_bytes_get_size(sig.key));
	parts.namespace = bytes(sig.namespace, strlen(sig.namespace));
	parts.reserved = g_byte_array_new();
	parts.hash = bytes(sig.hash_algorithm, strlen(sig.hash_algorithm));
	parts.format = bytes(format, strlen(format));
	parts.signature = bytes(raw, size);
	parts.tail = g_byte_array_new();
	parts.message = g_strdup(message);
	return parts;
}

static inline void parts_clear(Parts *parts)
{
	GByteArray *all[] = {parts->magic, parts->key,    parts->namespace, parts->reserved,
			     parts->hash,  parts->format, parts->signature, parts->tail};

	for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
		g_byte_array_unref(all[i]);
	}
	g_free(parts->message);
}

static inline void put(GByteArray *out, const GByteArray *part)
{
	wire_put_string(out, part->data, part->len);
}

static inline char *put_together(const Parts *parts)
{
	g_autoptr(GByteArray) blob = bytes(parts->magic->data, parts->magic->len);
	g_autoptr(GByteArray) inner = g_byte_array_new();
	g_autoptr(GString) out = g_string_new(parts->before);
	g_autofree char *base64 = NULL;
	guint32 version = GUINT32_TO_BE(parts->version);

	g_byte_array_append(blob, (const guint8 *)&version, 4);
	put(blob, parts->key);
	put(blob, parts->namespace);
	put(blob, parts->reserved);
	put(blob, parts->hash);
	put(inner, parts->format);
	put(inner, parts->signature);
	put(blob, inner);
	g_byte_array_append(blob, parts->tail->data, parts->tail->len);
	base64 = g_base64_encode(blob->data, blob->len);
	if (parts->is_short) {
		base64[strlen(base64) - 4] = '\0';
	}
	g_string_append_printf(out, "%s%s", parts->begin, parts->eol);
	for (gsize i = 0; i < strlen(base64); i += 70) {
		g_string_append_printf(out, "%.70s%s", base64 + i,
				       parts->in_one_line ? "" : parts->eol);
	}
	g_string_append_printf(out, "%s%s%s", parts->in_one_line ? parts->eol : "", parts->end,
			       parts->after);
	return g_string_free(g_steal_pointer(&out), FALSE);
}
