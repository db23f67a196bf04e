/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The past: see history.h. */
#include "cli/history.h"

#include "base/fd.h"
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PREFIX_MIN 4

struct History {
	int fd; /* events.ndjson */
	JournalReader *reader;
	Index *index;
};

void history_close(History *history)
{
	if (history == NULL) {
		return;
	}
	index_close(history->index);
	journal_reader_free(history->reader);
	fd_close(&history->fd);
	g_free(history);
}

void history_explain_missing(const Context *context, const char *path, GError **error)
{
	const char *state = context->config->state_dir;

	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		g_set_error(
			error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			"nothing has been recorded in %s yet; `reeve watch /etc` starts (or say "
			"where the stores are with --state)",
			state);
		break;
	case EACCES:
	case EPERM:
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "you may not read %s: it is for root and the group reeve; use sudo, or "
			    "join that group",
			    state);
		break;
	default:
		error_set_errno(error, "cannot open %s", path);
	}
}

History *history_open(const Context *context, GError **error)
{
	g_autofree char *folder = context_state(context, "journal");
	g_autofree char *path = g_build_filename(folder, JOURNAL_FILE, NULL);
	g_autoptr(History) history = g_new0(History, 1);

	history->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (history->fd < 0) {
		history_explain_missing(context, path, error);
		return NULL;
	}
	history->reader = journal_reader_new(history->fd, 0);
	history->index = index_open_reader(folder, error);
	if (history->index == NULL) {
		g_prefix_error(error, "cannot read the journal in %s: ", folder);
		return NULL;
	}
	return g_steal_pointer(&history);
}

Index *history_index(History *history)
{
	return history->index;
}

bool history_read(History *history, goffset offset, JournalLine *ret_line, json_t **ret_event,
		  GError **error)
{
	journal_reader_seek(history->reader, offset);
	switch (journal_reader_next(history->reader, ret_line, error)) {
	case JOURNAL_LINE:
		break;
	case JOURNAL_END:
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "the journal ends before byte %" G_GOFFSET_FORMAT
			    ", where its index knows an event; `reeve verify` tells more",
			    offset);
		return false;
	case JOURNAL_ERROR:
		return false;
	}
	*ret_event = event_parse(ret_line->body, ret_line->size, error);
	if (*ret_event == NULL) {
		g_prefix_error(error, "the journal at byte %" G_GOFFSET_FORMAT ": ", offset);
	}
	return *ret_event != NULL;
}

bool history_is_id(const char *word)
{
	gsize length = strlen(word);

	return length >= PREFIX_MIN && length <= EVENT_ID_HEX &&
	       strspn(word, "0123456789abcdef") == length;
}

bool history_find(History *history, const char *prefix, goffset *ret_offset, GError **error)
{
	g_autoptr(GArray) found = NULL;

	if (!history_is_id(prefix)) {
		g_set_error(
			error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			"`%s` is no id: give at least %d of its hexadecimal digits (`reeve log` "
			"shows them)",
			prefix, PREFIX_MIN);
		return false;
	}
	found = index_find_id(history->index, prefix, error);
	if (found == NULL) {
		return false;
	}
	if (found->len != 1) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    found->len == 0 ? "no event has an id that begins with %s"
					    : "more than one event has an id that begins with %s; "
					      "give more digits",
			    prefix);
		return false;
	}
	*ret_offset = g_array_index(found, goffset, 0);
	return true;
}
