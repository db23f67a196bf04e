/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cursor on disk: see cursor.h. */
#include "desktop/cursor.h"

#include "base/digest.h"
#include "base/fd.h"
#include "client/cursor-file.h"

#include <fcntl.h>
#include <string.h>

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
	/* one that is none is as if there were none */
	cursor_file_read(cursor->folder, cursor->name, &cursor->id, NULL);
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
	if (g_strcmp0(cursor->id, id) == 0) {
		return true;
	}
	if (!cursor_file_write(cursor->folder, cursor->name, 0600, id, error)) {
		g_prefix_error(error, "cannot remember what was shown: ");
		return false;
	}
	g_free(cursor->id);
	cursor->id = g_strdup(id);
	return true;
}
