/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of users and groups: see names.h. */
#include "change/names.h"

#include <string.h>

#define NAME_MAX_BYTES 256

struct Names {
	GHashTable *by_number; /* GUINT_TO_POINTER(number) -> char * */
};

/* What useradd(8) lets through at its most lenient; nothing that could hide or reorder text. */
static bool name_is_plain(const char *name, gsize length)
{
	if (length == 0 || length > NAME_MAX_BYTES || name[0] == '-') {
		return false;
	}
	for (gsize i = 0; i < length; i++) {
		if (!g_ascii_isalnum(name[i]) && strchr("_.-@+\\$", name[i]) == NULL) {
			return false;
		}
	}
	return true;
}

static bool parse_number(const char *text, gsize length, guint32 *ret)
{
	char digits[11];
	guint64 number;

	if (length == 0 || length >= sizeof(digits)) {
		return false;
	}
	memcpy(digits, text, length);
	digits[length] = '\0';
	if (!g_ascii_string_to_unsigned(digits, 10, 0, G_MAXUINT32, &number, NULL)) {
		return false;
	}
	*ret = (guint32)number;
	return true;
}

static void take_line(Names *names, const char *line, gsize length)
{
	const char *end = line + length;
	const char *first = memchr(line, ':', length);
	const char *second =
		first == NULL ? NULL : memchr(first + 1, ':', (gsize)(end - first - 1));
	const char *third =
		second == NULL ? NULL : memchr(second + 1, ':', (gsize)(end - second - 1));
	guint32 number;

	if (third == NULL || memchr(line, '\0', length) != NULL ||
	    !name_is_plain(line, (gsize)(first - line)) ||
	    !parse_number(second + 1, (gsize)(third - second - 1), &number) ||
	    g_hash_table_contains(names->by_number, GUINT_TO_POINTER(number))) {
		return;
	}
	g_hash_table_insert(names->by_number, GUINT_TO_POINTER(number),
			    g_strndup(line, (gsize)(first - line)));
}

Names *names_parse(GBytes *bytes)
{
	Names *names = g_new0(Names, 1);
	gsize left = 0;
	const char *at = bytes == NULL ? NULL : g_bytes_get_data(bytes, &left);

	names->by_number = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	while (left > 0 && g_hash_table_size(names->by_number) < NAMES_MAX) {
		const char *lf = memchr(at, '\n', left);
		gsize length = lf == NULL ? left : (gsize)(lf - at);

		take_line(names, at, length);
		length += lf == NULL ? 0 : 1;
		at += length;
		left -= length;
	}
	return names;
}

void names_free(Names *names)
{
	if (names == NULL) {
		return;
	}
	g_hash_table_unref(names->by_number);
	g_free(names);
}

const char *names_find(const Names *names, guint32 number)
{
	return g_hash_table_lookup(names->by_number, GUINT_TO_POINTER(number));
}
