/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Remembered approvals: see recall.h. */
#include "journal/recall.h"

#include "base/fd.h"
#include "event/event.h"
#include "journal/journal.h"

#include <fcntl.h>

static Approval *recall_line(JournalReader *reader, goffset offset, GError **error)
{
	Approval *approval;
	JournalLine line;
	json_t *event;

	journal_reader_seek(reader, offset);
	if (journal_reader_next(reader, &line, error) != JOURNAL_LINE) {
		return NULL;
	}
	event = event_parse(line.body, line.size, error);
	if (event == NULL) {
		return NULL;
	}
	approval = approval_from_json(json_object_get(event, "approval"), error);
	json_decref(event);
	return approval;
}

GPtrArray *recall_approvals(Index *index, int journal_fd, GError **error)
{
	const IndexQuery query = {
		.kind = event_kind_word(EVENT_REQUEST), .verdict = -1, .min_severity = -1};
	auto_fd int fd = openat(journal_fd, JOURNAL_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	g_autoptr(GPtrArray) told = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	g_autoptr(GArray) offsets = NULL;
	g_autoptr(JournalReader) reader = NULL;

	if (fd < 0) {
		error_set_errno(error, "cannot open the journal");
		return NULL;
	}
	offsets = index_query(index, &query, error);
	if (offsets == NULL) {
		return NULL;
	}
	reader = journal_reader_new(fd, 0);
	for (guint i = 0; i < offsets->len; i++) {
		Approval *approval = recall_line(reader, g_array_index(offsets, goffset, i), error);

		if (approval == NULL) {
			return NULL;
		}
		g_ptr_array_add(told, approval);
	}
	return g_steal_pointer(&told);
}

bool recall_register(Index *index, int journal_fd, char **ret, GError **error)
{
	const IndexQuery query = {.verdict = -1, .min_severity = -1, .limit = 1};
	auto_fd int fd = openat(journal_fd, JOURNAL_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	g_autoptr(GArray) offsets = index_query(index, &query, error);
	g_autoptr(JournalReader) reader = NULL;
	JournalLine line;
	json_t *event;

	*ret = NULL;
	if (fd < 0) {
		return error_set_errno(error, "cannot open the journal");
	}
	if (offsets == NULL || offsets->len == 0) {
		return offsets != NULL;
	}
	reader = journal_reader_new(fd, g_array_index(offsets, goffset, 0));
	switch (journal_reader_next(reader, &line, error)) {
	case JOURNAL_LINE:
		break;
	case JOURNAL_END:
		return true;
	case JOURNAL_ERROR:
		return false;
	}
	event = event_parse(line.body, line.size, error);
	*ret = g_strdup(json_string_value(json_object_get(event, "register")));
	json_decref(event);
	return event != NULL;
}
