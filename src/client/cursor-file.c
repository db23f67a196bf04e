/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A cursor on disk: see cursor-file.h. */
#include "client/cursor-file.h"

#include "base/digest.h"
#include "base/io.h"

#include <string.h>

#define MAX_BYTES 256

static bool is_cursor(const char *text)
{
	guint8 raw[DIGEST_BYTES];

	return *text == '\0' || (strlen(text) == DIGEST_HEX && hex_decode(text, raw, sizeof(raw)));
}

bool cursor_file_read(int folder, const char *name, char **ret_id, GError **error)
{
	g_autofree char *text = NULL;
	gsize size;

	*ret_id = NULL;
	if (!io_read_text(folder, name, MAX_BYTES, &text, error)) {
		return false;
	}
	if (text == NULL) {
		return true;
	}
	size = strlen(text);
	if (size > 0 && text[size - 1] == '\n') {
		text[size - 1] = '\0';
		if (is_cursor(text)) {
			*ret_id = g_steal_pointer(&text);
			return true;
		}
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
		    "%s is no cursor; remove it to begin at the beginning", name);
	return false;
}

bool cursor_file_write(int folder, const char *name, mode_t mode, const char *id, GError **error)
{
	g_autofree char *line = g_strconcat(id, "\n", NULL);

	return io_replace_file(folder, name, line, strlen(line), mode, error);
}
