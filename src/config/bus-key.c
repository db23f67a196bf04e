/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of the bus: see bus-key.h. */
#include "config/bus-key.h"
#include "base/escape.h"
#include "base/io.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES 4096
#define Z85_SIGNS ".-:+=^!/*?&<>()[]{}@%$#"

static const char *const words[] = {
	[BUS_KEY_PUBLIC] = "reeve-bus-public",
	[BUS_KEY_SECRET] = "reeve-bus-secret",
};

bool bus_key_is_valid(const char *text)
{
	if (strlen(text) != BUS_KEY_CHARS) {
		return false;
	}
	for (; *text != '\0'; text++) {
		if (!g_ascii_isalnum(*text) && strchr(Z85_SIGNS, *text) == NULL) {
			return false;
		}
	}
	return true;
}

char *bus_key_format(BusKeyKind kind, const char *key)
{
	return g_strdup_printf("%s %s\n", words[kind], key);
}

/* The one line that counts; NULL when there is none, or more. */
static const char *only_line(char **lines)
{
	const char *found = NULL;

	for (; *lines != NULL; lines++) {
		const char *line = g_strstrip(*lines);

		if (*line == '\0' || *line == '#') {
			continue;
		}
		if (found != NULL) {
			return NULL;
		}
		found = line;
	}
	return found;
}

char *bus_key_parse(BusKeyKind kind, const char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	const char *line = only_line(lines);
	gsize size = strlen(words[kind]);

	if (line == NULL || strncmp(line, words[kind], size) != 0 || line[size] != ' ' ||
	    !bus_key_is_valid(line + size + 1)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "no key of the bus: it is one line, `%s` and %d characters; `reeve "
			    "keys new` makes one",
			    words[kind], BUS_KEY_CHARS);
		return NULL;
	}
	return g_strdup(line + size + 1);
}

static bool is_private(const char *path, GError **error)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		return error_set_errno(error, "cannot look at it");
	}
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "a secret that others may read is none: chmod 600, or make a new one");
		return false;
	}
	return true;
}

char *bus_key_read(BusKeyKind kind, const char *path, GError **error)
{
	g_autofree char *shown = escape_path(path);
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, path, FILE_MAX_BYTES, error);
	g_autofree char *text = NULL;
	char *key = NULL;

	if (bytes == NULL) {
		return NULL; /* (the message has the path) */
	}
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	if (kind == BUS_KEY_PUBLIC || is_private(path, error)) {
		key = bus_key_parse(kind, text, error);
	}
	if (key == NULL) {
		g_prefix_error(error, "%s: ", shown);
	}
	return key;
}
