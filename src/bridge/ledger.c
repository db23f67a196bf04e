/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger: see ledger.h. */
#include "bridge/ledger.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/fd.h"
#include "base/io.h"
#include "client/cursor-file.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MODE 0640
#define TOLD_MAX_BYTES (64 * 1024 * 1024)

struct Ledger {
	int folder;
	char *cursor_name, *dead_name, *told_name;
	char id[DIGEST_HEX + 1];
};

static bool read_cursor(Ledger *ledger, GError **error)
{
	g_autofree char *id = NULL;

	if (!cursor_file_read(ledger->folder, ledger->cursor_name, &id, error)) {
		return false;
	}
	g_strlcpy(ledger->id, id == NULL ? "" : id, sizeof(ledger->id));
	return true;
}

Ledger *ledger_open(int folder, const char *name, GError **error)
{
	g_autoptr(Ledger) ledger = g_new0(Ledger, 1);

	ledger->folder = folder;
	ledger->cursor_name = g_strconcat(name, ".cursor", NULL);
	ledger->dead_name = g_strconcat(name, ".dead", NULL);
	ledger->told_name = g_strconcat(name, ".told", NULL);
	return read_cursor(ledger, error) ? g_steal_pointer(&ledger) : NULL;
}

void ledger_free(Ledger *ledger)
{
	if (ledger == NULL) {
		return;
	}
	g_free(ledger->cursor_name);
	g_free(ledger->dead_name);
	g_free(ledger->told_name);
	g_free(ledger);
}

const char *ledger_cursor(const Ledger *ledger)
{
	return ledger->id;
}

bool ledger_move(Ledger *ledger, const char *id, GError **error)
{
	if (!cursor_file_write(ledger->folder, ledger->cursor_name, FILE_MODE, id, error)) {
		return false;
	}
	g_strlcpy(ledger->id, id, sizeof(ledger->id));
	return true;
}

bool ledger_bury(Ledger *ledger, const char *id, const char *record, const char *why,
		 GError **error)
{
	auto_fd int fd = openat(ledger->folder, ledger->dead_name,
				O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	g_autofree char *time = clock_format(clock_wall_usec());
	g_autofree char *sound = g_utf8_make_valid(record, -1);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "time", time, "id", id, "why", why,
				   "record", sound);
	char *text = json_dumps(object, JSON_COMPACT);
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	bool ok = fd >= 0 && io_write_all(fd, line, strlen(line), error) && fdatasync(fd) == 0;

	free(text);
	json_decref(object);
	if (!ok && error != NULL && *error == NULL) {
		error_set_errno(error, "cannot write %s", ledger->dead_name);
	}
	return ok;
}

bool ledger_store_told(Ledger *ledger, const char *text, GError **error)
{
	return io_replace_file(ledger->folder, ledger->told_name, text, strlen(text), FILE_MODE,
			       error);
}

bool ledger_read_told(const Ledger *ledger, char **ret_text, GError **error)
{
	return io_read_text(ledger->folder, ledger->told_name, TOLD_MAX_BYTES, ret_text, error);
}
