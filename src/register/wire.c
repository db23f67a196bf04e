/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SSH's wire encoding: see wire.h. */
#include "register/wire.h"

#include <string.h>

#define TEXT_MAX_BYTES 256

const guint8 *wire_raw(Wire *wire, gsize size)
{
	const guint8 *found = wire->at;

	if (wire->failed || size > wire->left) {
		wire->failed = true;
		return NULL;
	}
	wire->at += size;
	wire->left -= size;
	return found;
}

guint32 wire_uint32(Wire *wire)
{
	const guint8 *raw = wire_raw(wire, 4);

	if (raw == NULL) {
		return 0;
	}
	return (guint32)raw[0] << 24 | (guint32)raw[1] << 16 | (guint32)raw[2] << 8 | raw[3];
}

const guint8 *wire_string(Wire *wire, gsize *ret_size)
{
	guint32 size = wire_uint32(wire);

	*ret_size = size;
	return wire_raw(wire, size);
}

char *wire_text(Wire *wire)
{
	gsize size;
	const guint8 *raw = wire_string(wire, &size);

	if (raw == NULL || size > TEXT_MAX_BYTES || memchr(raw, '\0', size) != NULL) {
		wire->failed = true;
		return NULL;
	}
	return g_strndup((const char *)raw, size);
}

const guint8 *wire_mpint(Wire *wire, gsize *ret_size)
{
	const guint8 *raw = wire_string(wire, ret_size);

	if (raw == NULL || (*ret_size > 0 && (raw[0] & 0x80) != 0)) {
		wire->failed = true;
		return NULL;
	}
	while (*ret_size > 0 && *raw == 0) {
		raw++;
		(*ret_size)--;
	}
	return raw;
}

guint8 *wire_from_base64(const char *text, gsize *ret_size)
{
	g_autofree guint8 *raw = g_base64_decode(text, ret_size);
	g_autofree char *again = g_base64_encode(raw, *ret_size);

	/* GLib's reader skips what is not base64 and asks for no padding */
	return g_str_equal(again, text) ? g_steal_pointer(&raw) : NULL;
}

bool wire_is_spent(const Wire *wire)
{
	return !wire->failed && wire->left == 0;
}

void wire_put_string(GByteArray *out, const void *data, gsize size)
{
	guint32 length = GUINT32_TO_BE((guint32)size);

	g_byte_array_append(out, (const guint8 *)&length, sizeof(length));
	g_byte_array_append(out, data, (guint)size);
}
