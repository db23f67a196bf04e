/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cursor on disk: see cursor.h. */
#include "desktop/cursor.h"

#include "base/digest.h"
#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <string.h>

#define MAX_BYTES 256
#define NAME_HEX 12

struct Cursor {
	int folder;
	char *name;
	char *id;
};

/* "desktop-<digest of the folder>": a path does not fit into a name. */
static char *make_name(const char *runtime_dir)
{
	char digest[DIGEST_HEX + 1];

	digest_sha256_hex(runtime_dir, strlen(runtime_dir), digest);
	return g_strdup_printf("desktop-%.*s", NAME_HEX, digest);
}

static bool is_id(const char *text)
{
	guint8 raw[DIGEST_BYTES];

	return *text == '\0' || (strlen(text) == DIGEST_HEX && hex_decode(text, raw, sizeof(raw)));
}

static char *read_id(int folder, const char *name)
{
	g_autoptr(GBytes) bytes = io_read_file(folder, name, MAX_BYTES, NULL);
	g_autofree char *text = NULL;
	gsize size;
	const char *data;

	if (bytes == NULL) {
		return NULL;
	}
	data = g_bytes_get_data(bytes, &size);
	if (size == 0 || data[size - 1] != '\n') {
		return NULL;
	}
	text = g_strndup(data, size - 1);
	return is_id(text) ? g_steal_pointer(&text) : NULL;
}

Cursor *cursor_open(const char *folder, const char *runtime_dir, GError **error)
{
	auto_fd int fd = -1;
	Cursor *cursor;

	if (g_mkdir_with_parents(folder, 0700) < 0 ||
	    (fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		error_set_errno(error, "cannot use %s", folder);
		return NULL;
	}
	cursor = g_new0(Cursor, 1);
	cursor->folder = fd_steal(&fd);
	cursor->name = make_name(runtime_dir);
	cursor->id = read_id(cursor->folder, cursor->name);
	return cursor;
}

void cursor_free(Cursor *cursor)
{
	if (cursor == NULL) {
		return;
	}
	fd_close(&cursor->folder);
	g_free(cursor->name);
	g_free(cursor->id);
	g_free(cursor);
}

const char *cursor_id(const Cursor *cursor)
{
	return cursor->id;
}

bool cursor_store(Cursor *cursor, const char *id, GError **error)
{
	g_autofree char *line = g_strconcat(id, "\n", NULL);

	if (g_strcmp0(cursor->id, id) == 0) {
		return true;
	}
	if (!io_replace_file(cursor->folder, cursor->name, line, strlen(line), 0600, error)) {
		g_prefix_error(error, "cannot remember what was shown: ");
		return false;
	}
	g_free(cursor->id);
	cursor->id = g_strdup(id);
	return true;
}
