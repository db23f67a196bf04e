/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Members of JSON objects: see members.h. */
#include "event/members.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/escape.h"

#include <string.h>

#define CUT_MARK "..."

void member_set(json_t *object, const char *key, json_t *value)
{
	int failed = json_object_set_new_nocheck(object, key, value);

	/* a value is only NULL here when text was not UTF-8: our own bug */
	g_assert(failed == 0);
}

void member_set_integer(json_t *object, const char *key, guint64 value)
{
	member_set(object, key, json_integer((json_int_t)MIN(value, (guint64)MEMBER_MAX_INTEGER)));
}

void member_set_word(json_t *object, const char *key, const char *word)
{
	if (word != NULL) {
		member_set(object, key, json_string(word));
	}
}

void member_set_word_or_null(json_t *object, const char *key, const char *word)
{
	member_set(object, key, word == NULL ? json_null() : json_string(word));
}

/* Cuts valid UTF-8 before the character that crosses `max_bytes`. */
static void cut_utf8(char *text, gsize max_bytes)
{
	gsize keep = max_bytes - strlen(CUT_MARK);

	if (strlen(text) <= max_bytes) {
		return;
	}
	while (((guchar)text[keep] & 0xc0) == 0x80) {
		keep--;
	}
	strcpy(text + keep, CUT_MARK);
}

static char *member_text(const char *text, gsize max_bytes)
{
	/* what lies far behind the cut need not be escaped first */
	char *safe = escape_text(text, strnlen(text, max_bytes + 1));

	cut_utf8(safe, max_bytes);
	return safe;
}

char *member_line(const char *text, gsize max_bytes)
{
	char *line = member_text(text, max_bytes);

	for (char *p = line; *p != '\0'; p++) {
		if (*p == '\n' || *p == '\t') {
			*p = ' ';
		}
	}
	return line;
}

char *member_path(const char *path)
{
	char digest[DIGEST_HEX + 1];
	g_autofree char *begin = NULL;
	gsize size = strlen(path);

	if (size <= MEMBER_MAX_PATH_BYTES) {
		return escape_path(path);
	}
	digest_sha256_hex(path, size, digest);
	begin = escape_bytes(path, MEMBER_MAX_PATH_BYTES / 2);
	return g_strconcat(begin, CUT_MARK, "sha256:", digest, NULL);
}

void member_set_line(json_t *object, const char *key, const char *text, gsize max_bytes)
{
	if (text != NULL) {
		g_autofree char *line = member_line(text, max_bytes);

		member_set(object, key, json_string(line));
	}
}

void member_set_text(json_t *object, const char *key, const char *text, gsize max_bytes)
{
	if (text != NULL) {
		g_autofree char *safe = member_text(text, max_bytes);

		member_set(object, key, json_string(safe));
	}
}

void member_set_time(json_t *object, const char *key, gint64 wall_usec)
{
	if (wall_usec != 0) {
		g_autofree char *text = clock_format(wall_usec);

		member_set(object, key, json_string(text));
	}
}

void member_set_path(json_t *object, const char *key, const char *path)
{
	g_autofree char *escaped = NULL;
	gsize size;

	if (path == NULL) {
		return;
	}
	size = strlen(path);
	escaped = member_path(path);
	member_set(object, key, json_string(escaped));
	if (size <= MEMBER_MAX_PATH_BYTES && escape_is_needed(path, size)) {
		g_autofree char *raw_key = g_strconcat(key, "_raw", NULL);
		g_autofree char *raw = g_base64_encode((const guchar *)path, size);

		member_set(object, raw_key, json_string(raw));
	}
}

json_t *member_lines(const GPtrArray *lines, guint max_count, gsize max_bytes)
{
	json_t *array = json_array();

	for (guint i = 0; i < MIN(lines->len, max_count); i++) {
		g_autofree char *line = member_line(g_ptr_array_index(lines, i), max_bytes);

		json_array_append_new(array, json_string(line));
	}
	return array;
}

json_t *member_paths(const char *const *paths, gsize max_bytes)
{
	json_t *array = json_array();
	gsize used = 0;

	for (; paths != NULL && *paths != NULL; paths++) {
		g_autofree char *path = member_path(*paths);

		used += 2 * strlen(path) + 3; /* a backslash takes two bytes in JSON */
		if (used > max_bytes) {
			break;
		}
		json_array_append_new(array, json_string(path));
	}
	return array;
}
