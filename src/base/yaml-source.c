/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The bytes of a YAML file, before libyaml sees them. What could make a person and the parser read
 * two different files is refused here: bytes that are not UTF-8, controls, characters that reorder
 * text, line ends only YAML 1.1 knows. Directives too: libyaml checks them quadratically.
 */
#include "base/yaml-private.h"

#include <string.h>

typedef struct {
	const char *name;
	GBytes *source;
	GError **error;
	guint line, column;
} Scan;

static bool refuse(const Scan *scan, const char *problem, const char *advice)
{
	yaml_set_complaint(scan->error, REEVE_ERROR_SYNTAX, scan->name, scan->source, scan->line,
			   scan->column, 1, problem, advice);
	return false;
}

static bool refuse_character(const Scan *scan, gunichar rune)
{
	g_autofree char *problem = g_strdup_printf("character U+%04X is not allowed", rune);

	return refuse(scan, problem, "remove it; in \"double quotes\" it can be written \\u....");
}

static bool rune_is_allowed(gunichar rune)
{
	if (rune < 0x20) {
		return rune == '\t' || rune == '\n' || rune == '\r';
	}
	return !((rune >= 0x7f && rune <= 0x9f) || (rune >= 0x2028 && rune <= 0x202e) ||
		 (rune >= 0x2066 && rune <= 0x2069) || rune == 0xfeff || (rune & 0xfffe) == 0xfffe);
}

/* Looks at the character at `at`; 0: refused, else its length. */
static gsize scan_character(Scan *scan, const char *at, gsize left)
{
	gunichar rune = g_utf8_get_char_validated(at, (gssize)left);

	/* (g_utf8_get_char_validated calls a NUL an incomplete character) */
	if (*at != '\0' && (rune == (gunichar)-1 || rune == (gunichar)-2)) {
		refuse(scan, "not UTF-8", "save the file as UTF-8");
		return 0;
	}
	if (*at == '\0' || !rune_is_allowed(rune)) {
		refuse_character(scan, *at == '\0' ? 0 : rune);
		return 0;
	}
	if (rune == '\r' && (left < 2 || at[1] != '\n')) {
		refuse(scan, "a carriage return that ends no line", "end lines with LF or CR LF");
		return 0;
	}
	if (rune == '%' && scan->column == 1) {
		refuse(scan, "directives are not allowed",
		       "remove the line; indent or quote a text that starts with %");
		return 0;
	}
	scan->column++;
	if (rune == '\n') {
		scan->line++;
		scan->column = 1;
	}
	return (gsize)g_unichar_to_utf8(rune, NULL);
}

/* Most of what there is: a run of printable ASCII. 0: the next character must be looked at. */
static gsize scan_plain(Scan *scan, const char *at, gsize left)
{
	gsize length = 0;

	while (length < left && at[length] >= ' ' && at[length] <= '~' &&
	       (at[length] != '%' || scan->column + length > 1)) {
		length++;
	}
	scan->column += (guint)length;
	return length;
}

GBytes *yaml_source_new(const char *name, const void *data, gsize size, GError **error)
{
	static const char mark[] = "\xef\xbb\xbf";
	gsize skip = size >= 3 && memcmp(data, mark, 3) == 0 ? 3 : 0;
	g_autoptr(GBytes) source = NULL;
	Scan scan = {name, NULL, error, 1, 1};
	const char *at;

	if (size > YAML_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "%s: larger than %d bytes", name,
			    YAML_MAX_BYTES);
		return NULL;
	}
	source = g_bytes_new(skip > 0 ? (const char *)data + skip : data, size - skip);
	scan.source = source;
	at = g_bytes_get_data(source, &size);
	for (gsize i = 0, length; i < size; i += length) {
		length = scan_plain(&scan, at + i, size - i);
		if (length > 0) {
			continue;
		}
		length = scan_character(&scan, at + i, size - i);
		if (length == 0) {
			return NULL;
		}
	}
	return g_steal_pointer(&source);
}
