/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Escaping: see escape.h. */
#include "base/escape.h"

#include <string.h>

/* Controls, bidirectional marks, separators and other invisible characters that reorder or hide. */
static bool rune_is_hostile(gunichar rune)
{
	return (rune >= 0x7f && rune <= 0x9f) || rune == 0xad || rune == 0x61c || rune == 0x180e ||
	       (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
	       (rune >= 0x2060 && rune <= 0x206f) || rune == 0xfeff ||
	       (rune >= 0xfff9 && rune <= 0xfffb) || (rune >= 0xe0000 && rune <= 0xe0fff);
}

/* One escape sequence of the first byte for the few that have a name, else NULL. */
static const char *named_escape(char c)
{
	switch (c) {
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\t':
		return "\\t";
	case '\r':
		return "\\r";
	default:
		return NULL;
	}
}

/*
 * Looks at the character that starts at `at`; sets its length in bytes and, when it is a rune of
 * two or more bytes, the rune itself (0: a single byte, (gunichar)-1: a byte that is not UTF-8).
 */
static gsize next_rune(const char *at, gsize left, gunichar *ret)
{
	gunichar rune;

	if ((guchar)*at < 0x80) {
		*ret = 0;
		return 1;
	}
	rune = g_utf8_get_char_validated(at, (gssize)left);
	if (rune == (gunichar)-1 || rune == (gunichar)-2) {
		*ret = (gunichar)-1;
		return 1;
	}
	*ret = rune;
	return (gsize)g_unichar_to_utf8(rune, NULL);
}

static char *escape_with(const char *bytes, gsize size, const char *keep)
{
	GString *out = g_string_sized_new(size + 16);

	for (gsize i = 0; i < size;) {
		gunichar rune;
		gsize length = next_rune(bytes + i, size - i, &rune);
		char c = bytes[i];
		const char *named = rune == 0 ? named_escape(c) : NULL;

		if (rune == 0 && c != '\0' && strchr(keep, c) != NULL) {
			g_string_append_c(out, c);
		} else if (named != NULL) {
			g_string_append(out, named);
		} else if (rune == (gunichar)-1 || (rune == 0 && ((guchar)c < 0x20 || c == 0x7f))) {
			g_string_append_printf(out, "\\x%02x", (guchar)c);
		} else if (rune != 0 && rune_is_hostile(rune)) {
			g_string_append_printf(out, "\\u{%x}", rune);
		} else {
			g_string_append_len(out, bytes + i, (gssize)length);
		}
		i += length;
	}
	return g_string_free(out, FALSE);
}

char *escape_bytes(const char *bytes, gsize size)
{
	return escape_with(bytes, size, "");
}

char *escape_path(const char *path)
{
	return escape_with(path, strlen(path), "");
}

char *escape_text(const char *bytes, gsize size)
{
	return escape_with(bytes, size, "\n\t\\");
}

bool escape_is_needed(const char *bytes, gsize size)
{
	for (gsize i = 0; i < size;) {
		gunichar rune;
		gsize length = next_rune(bytes + i, size - i, &rune);
		guchar c = (guchar)bytes[i];

		if (rune == 0 ? (c < 0x20 || c == 0x7f || c == '\\')
			      : (rune == (gunichar)-1 || rune_is_hostile(rune))) {
			return true;
		}
		i += length;
	}
	return false;
}

static bool unescape_hex_byte(const char **p, GString *out)
{
	int high = g_ascii_xdigit_value((*p)[0]);
	int low = high < 0 ? -1 : g_ascii_xdigit_value((*p)[1]);

	if (low < 0) {
		return false;
	}
	g_string_append_c(out, (char)(high << 4 | low));
	*p += 2;
	return true;
}

static bool unescape_rune(const char **p, GString *out)
{
	char *end;
	guint64 rune;

	if (**p != '{' || !g_ascii_isxdigit((*p)[1])) {
		return false;
	}
	rune = g_ascii_strtoull(*p + 1, &end, 16);
	if (*end != '}' || rune > 0x10ffff || !g_unichar_validate((gunichar)rune)) {
		return false;
	}
	g_string_append_unichar(out, (gunichar)rune);
	*p = end + 1;
	return true;
}

/* *p stands behind the backslash. */
static bool unescape_one(const char **p, GString *out)
{
	switch (*(*p)++) {
	case '\\':
		g_string_append_c(out, '\\');
		return true;
	case 'n':
		g_string_append_c(out, '\n');
		return true;
	case 't':
		g_string_append_c(out, '\t');
		return true;
	case 'r':
		g_string_append_c(out, '\r');
		return true;
	case 'x':
		return unescape_hex_byte(p, out);
	case 'u':
		return unescape_rune(p, out);
	default:
		return false;
	}
}

char *unescape_path(const char *text, gsize *ret_size)
{
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p != '\0';) {
		if (*p != '\\') {
			g_string_append_c(out, *p++);
			continue;
		}
		p++;
		if (!unescape_one(&p, out)) {
			g_string_free(out, TRUE);
			return NULL;
		}
	}
	if (ret_size != NULL) {
		*ret_size = out->len;
	}
	return g_string_free(out, FALSE);
}
