/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger: see ledger.h. */
#include "bridge/ledger.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MODE 0640
#define CURSOR_MAX_BYTES 256

struct Ledger {
	int folder;
	char *cursor_name, *dead_name;
	char id[DIGEST_HEX + 1];
};

static bool read_cursor(Ledger *ledger, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GBytes) bytes =
		io_read_file(ledger->folder, ledger->cursor_name, CURSOR_MAX_BYTES, &problem);
	g_autofree char *text = NULL;
	guint8 raw[DIGEST_BYTES];

	if (bytes == NULL && problem->code == REEVE_ERROR_NOT_FOUND) {
		return true;
	}
	if (bytes == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	g_strchomp(text);
	if (strlen(text) != DIGEST_HEX || !hex_decode(text, raw, sizeof(raw))) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "%s is no cursor; remove it to begin at the beginning",
			    ledger->cursor_name);
		return false;
	}
	g_strlcpy(ledger->id, text, sizeof(ledger->id));
	return true;
}

Ledger *ledger_open(int folder, const char *name, GError **error)
{
	g_autoptr(Ledger) ledger = g_new0(Ledger, 1);

	ledger->folder = folder;
	ledger->cursor_name = g_strconcat(name, ".cursor", NULL);
	ledger->dead_name = g_strconcat(name, ".dead", NULL);
	return read_cursor(ledger, error) ? g_steal_pointer(&ledger) : NULL;
}

void ledger_free(Ledger *ledger)
{
	if (ledger == NULL) {
		return;
	}
	g_free(ledger->cursor_name);
	g_free(ledger->dead_name);
	g_free(ledger);
}

const char *ledger_cursor(const Ledger *ledger)
{
	return ledger->id;
}

bool ledger_move(Ledger *ledger, const char *id, GError **error)
{
	g_autofree char *line = g_strconcat(id, "\n", NULL);

	if (!io_replace_file(ledger->folder, ledger->cursor_name, line, strlen(line), FILE_MODE,
			     error)) {
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
