/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acknowledging: see ack.h. */
#include "judge/ack.h"

#include "base/escape.h"
#include "base/fd.h"

#include <fcntl.h>
#include <string.h>

#define ID_MIN_HEX 4

static bool refuse(GError **error, ReeveError code, const char *text)
{
	g_set_error_literal(error, REEVE_ERROR, code, text);
	return false;
}

static bool id_has_form(const char *id)
{
	gsize length = strlen(id);

	return length >= ID_MIN_HEX && length <= EVENT_ID_HEX &&
	       strspn(id, "0123456789abcdef") == length;
}

/* The whole id of the event at an offset. */
static bool read_id(int journal_fd, goffset offset, char ret[EVENT_ID_HEX + 1], GError **error)
{
	auto_fd int fd = openat(journal_fd, JOURNAL_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	g_autoptr(JournalReader) reader = NULL;
	JournalLine line;

	if (fd < 0) {
		return error_set_errno(error, "cannot open the journal");
	}
	reader = journal_reader_new(fd, offset);
	switch (journal_reader_next(reader, &line, error)) {
	case JOURNAL_LINE:
		g_strlcpy(ret, line.id, EVENT_ID_HEX + 1);
		return true;
	case JOURNAL_END:
		return refuse(error, REEVE_ERROR_CORRUPT, "the journal ends before that event");
	case JOURNAL_ERROR:
		break;
	}
	return false;
}

static bool find_event(Judge *judge, int journal_fd, const char *id, char ret[EVENT_ID_HEX + 1],
		       GError **error)
{
	Index *index = judge_index(judge);
	g_autoptr(GArray) offsets = NULL;

	if (!id_has_form(id)) {
		return refuse(error, REEVE_ERROR_SYNTAX,
			      "an event id is at least 4 lower-case hexadecimal digits");
	}
	if (index == NULL) {
		return refuse(error, REEVE_ERROR_UNAVAILABLE,
			      "the index cannot be read at the moment; try again");
	}
	offsets = index_find_id(index, id, error);
	if (offsets == NULL) {
		return false;
	}
	if (offsets->len != 1) {
		return refuse(error, REEVE_ERROR_NOT_FOUND,
			      offsets->len == 0 ? "no event has that id"
						: "several events begin so: give more digits");
	}
	return read_id(journal_fd, g_array_index(offsets, goffset, 0), ret, error);
}

bool ack_tell(Judge *judge, int journal_fd, const char *id, const char *note, const char *who,
	      char ret_id[EVENT_ID_HEX + 1], GError **error)
{
	char found[EVENT_ID_HEX + 1];
	Event *event;

	if (note != NULL && strlen(note) > ACK_NOTE_MAX_BYTES) {
		return refuse(error, REEVE_ERROR_LIMIT, "the note is longer than 4000 bytes");
	}
	if (!find_event(judge, journal_fd, id, found, error)) {
		return false;
	}
	event = judge_new_event(judge, EVENT_ACK);
	g_ptr_array_add(event->refers, g_strdup(found));
	event->who = g_strdup(who);
	event->note = g_strdup(note);
	event->summary = g_strdup_printf("%.12s acknowledged by %s", found, who);
	if (!judge_tell(judge, event, error)) {
		g_prefix_error(error, "not written yet, but kept: ");
		return false;
	}
	g_strlcpy(ret_id, judge_head(judge), EVENT_ID_HEX + 1);
	return true;
}
