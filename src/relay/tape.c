/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal as the relay holds it: see tape.h. */
#include "relay/tape.h"
#include "relay/message.h"

#include "journal/seal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct Tape {
	int fd;
	JournalReader *reader; /* stands behind the head */
	JournalReader *seeker; /* reads again what was read */
	PositionIndex *index;
	goffset durable;     /* everything before is on disk */
	goffset head_offset; /* of the line of the head */
	char head_id[EVENT_ID_HEX + 1];
	char oldest[EVENT_ID_HEX + 1];
	Position head;
	bool head_is_read; /* `head` belongs to head_id */
};

Tape *tape_new(int fd)
{
	Tape *tape = g_new0(Tape, 1);

	tape->fd = fd;
	tape->reader = journal_reader_new(fd, 0);
	tape->seeker = journal_reader_new(fd, 0);
	tape->index = position_index_new();
	return tape;
}

void tape_free(Tape *tape)
{
	if (tape == NULL) {
		return;
	}
	journal_reader_free(tape->reader);
	journal_reader_free(tape->seeker);
	position_index_free(tape->index);
	g_free(tape);
}

void tape_rewind(Tape *tape)
{
	int fd = tape->fd;

	journal_reader_free(tape->reader);
	journal_reader_free(tape->seeker);
	position_index_free(tape->index);
	*tape = (Tape){
		.fd = fd,
		.reader = journal_reader_new(fd, 0),
		.seeker = journal_reader_new(fd, 0),
		.index = position_index_new(),
	};
}

/* Not fstat(3), which glibc makes of a call that could also look at paths; the wall forbids it. */
static bool measure(int fd, struct stat *ret)
{
	return syscall(SYS_fstat, fd, ret) == 0;
}

/* What we told last must still stand where we read it. */
static TapeLook check_head(Tape *tape, GError **error)
{
	g_autoptr(GError) unreadable = NULL;
	JournalLine line;

	if (position_index_count(tape->index) == 0) {
		return TAPE_GREW;
	}
	journal_reader_seek(tape->seeker, tape->head_offset);
	if (journal_reader_next(tape->seeker, &line, &unreadable) != JOURNAL_LINE ||
	    strcmp(line.id, tape->head_id) != 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "the journal was rewritten: event %.12s is no longer at byte "
			    "%" G_GOFFSET_FORMAT,
			    tape->head_id, tape->head_offset);
		return TAPE_REWRITTEN;
	}
	return TAPE_GREW;
}

/*
 * A line can be seen before the judge's own sync has returned. The journal's seal says that it has;
 * without one the relay waits for the disk itself, which costs a flush.
 */
TapeLook tape_look(Tape *tape, GError **error)
{
	goffset read_up_to = journal_reader_offset(tape->reader);
	struct stat st;

	if (!measure(tape->fd, &st)) {
		error_set_errno(error, "cannot measure the journal");
		return TAPE_ERROR;
	}
	if (st.st_size < read_up_to) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "the journal was cut: it ends at byte %" G_GOFFSET_FORMAT
			    ", events up to byte %" G_GOFFSET_FORMAT " were told",
			    (goffset)st.st_size, read_up_to);
		return TAPE_REWRITTEN;
	}
	if (st.st_nlink == 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "the journal was removed or replaced by another file; restart Reeve");
		return TAPE_REPLACED;
	}
	if (st.st_size == read_up_to) {
		return TAPE_SAME;
	}
	if (st.st_size > tape->durable && !seal_is_whole(tape->fd) && fdatasync(tape->fd) < 0) {
		error_set_errno(error, "cannot bring the journal to disk");
		return TAPE_ERROR;
	}
	tape->durable = st.st_size;
	/* Drops what was read ahead: a tail that was no whole line may have been cut meanwhile. */
	journal_reader_seek(tape->reader, read_up_to);
	return check_head(tape, error);
}

JournalRead tape_next(Tape *tape, JournalLine *ret, GError **error)
{
	goffset offset = journal_reader_offset(tape->reader);
	JournalRead got;

	if (offset >= tape->durable) {
		return JOURNAL_END;
	}
	got = journal_reader_next(tape->reader, ret, error);
	if (got == JOURNAL_LINE && journal_reader_offset(tape->reader) > tape->durable) {
		journal_reader_seek(tape->reader, offset);
		got = JOURNAL_END;
	}
	if (got != JOURNAL_LINE) {
		return got;
	}
	position_index_add(tape->index, ret->id, offset);
	tape->head_offset = offset;
	tape->head_is_read = false;
	memcpy(tape->head_id, ret->id, sizeof(tape->head_id));
	if (position_index_count(tape->index) == 1) {
		memcpy(tape->oldest, ret->id, sizeof(tape->oldest));
	}
	return JOURNAL_LINE;
}

const Position *tape_head(Tape *tape)
{
	g_auto(Message) message = {0};
	JournalLine line;

	if (tape->head_is_read || position_index_count(tape->index) == 0) {
		return &tape->head;
	}
	memset(&tape->head, 0, sizeof(tape->head));
	memcpy(tape->head.id, tape->head_id, sizeof(tape->head.id));
	journal_reader_seek(tape->seeker, tape->head_offset);
	if (journal_reader_next(tape->seeker, &line, NULL) == JOURNAL_LINE) {
		message_read(&message, &line, NULL);
		tape->head.seq = message.seq;
		memcpy(tape->head.prev, message.prev, sizeof(tape->head.prev));
	}
	tape->head_is_read = true;
	return &tape->head;
}

const char *tape_head_id(const Tape *tape)
{
	return tape->head_id;
}

const char *tape_oldest(const Tape *tape)
{
	return tape->oldest;
}

bool tape_find(Tape *tape, const char *id, goffset *ret)
{
	guint cursor = 0;
	goffset offset;

	if (*id == '\0') {
		*ret = 0;
		return true;
	}
	while ((offset = position_index_find(tape->index, id, &cursor)) >= 0) {
		JournalLine line;

		journal_reader_seek(tape->seeker, offset);
		if (journal_reader_next(tape->seeker, &line, NULL) == JOURNAL_LINE &&
		    strcmp(line.id, id) == 0) {
			*ret = journal_reader_offset(tape->seeker);
			return true;
		}
	}
	return false;
}

JournalRead tape_read(Tape *tape, goffset offset, JournalLine *ret, goffset *ret_next,
		      GError **error)
{
	JournalRead got;

	if (offset >= journal_reader_offset(tape->reader)) {
		return JOURNAL_END;
	}
	if (journal_reader_offset(tape->seeker) != offset) {
		journal_reader_seek(tape->seeker, offset);
	}
	got = journal_reader_next(tape->seeker, ret, error);
	*ret_next = journal_reader_offset(tape->seeker);
	return got;
}
