/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of paths: see path-key.h. */
#include "policy/path-key.h"

#include <string.h>

#define FOLDER_PARTS 2

/* The bytes of the first `parts` folders, with the slash behind; 0: there are not so many. */
static gsize folder_bytes(const char *path, guint parts)
{
	const char *at = path;

	for (guint i = 0; i <= parts; i++) {
		at = strchr(at, '/');
		if (at == NULL || (i == 0 && at != path)) {
			return 0;
		}
		at++;
	}
	return (gsize)(at - path);
}

bool path_key_of_prefix(const char *prefix, bool is_whole, GPtrArray *ret)
{
	for (guint parts = FOLDER_PARTS; parts > 0 && !is_whole; parts--) {
		gsize size = folder_bytes(prefix, parts);

		if (size > 0) {
			g_ptr_array_add(ret, g_ascii_strdown(prefix, (gssize)size));
			return true;
		}
	}
	if (is_whole && prefix[0] == '/') {
		g_ptr_array_add(ret, g_ascii_strdown(prefix, -1));
	}
	return is_whole && prefix[0] == '/';
}

/* Where the alternative ends: at a `|` outside of brackets, or with the expression. */
static const char *alternative_end(const char *at)
{
	int depth = 0;
	bool is_class = false;

	for (; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0') {
			at++;
		} else if (is_class) {
			is_class = *at != ']';
		} else if (*at == '[') {
			is_class = true;
			at += at[1] == '^' ? 1 : 0;
			at += at[1] == ']' ? 1 : 0; /* a bracket that comes first is itself */
		} else if (*at == '(') {
			depth++;
		} else if (*at == ')') {
			depth--;
		} else if (*at == '|' && depth == 0) {
			break;
		}
	}
	return at;
}

/* The plain text an alternative begins with, behind its `^`; what may be absent is not of it. */
static char *plain_beginning(const char *at, const char *end)
{
	GString *text = g_string_new(NULL);

	while (at < end) {
		gsize before = text->len;

		if (*at == '\\' && at + 1 < end && g_ascii_ispunct(at[1])) {
			g_string_append_c(text, at[1]);
			at += 2;
		} else if (strchr("\\.[]{}()*+?|^$", *at) == NULL) {
			g_string_append_c(text, *at);
			at++;
		} else {
			break;
		}
		if (at < end && strchr("*?{", *at) != NULL) {
			g_string_truncate(text, before);
			break;
		}
	}
	return g_string_free(text, FALSE);
}

bool path_key_of_regex(const char *expression, GPtrArray *ret)
{
	const char *at = expression, *end;

	do {
		g_autofree char *beginning = NULL;

		end = alternative_end(at);
		if (*at != '^') {
			return false;
		}
		beginning = plain_beginning(at + 1, end);
		if (!path_key_of_prefix(beginning, false, ret)) {
			return false;
		}
		at = end + 1;
	} while (*end != '\0');
	return true;
}

guint path_key_list(const char *path, char *ret[PATH_KEY_MAX])
{
	guint n = 0;

	ret[n++] = g_ascii_strdown(path, -1);
	for (guint parts = FOLDER_PARTS; parts > 0; parts--) {
		gsize size = folder_bytes(path, parts);

		if (size > 0) {
			ret[n++] = g_ascii_strdown(path, (gssize)size);
		}
	}
	return n;
}
