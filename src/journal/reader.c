/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the journal: see reader.h. A window of the file is kept in memory: at most one line of
 * the longest form and one step of reading.
 */
#include "journal/reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define STEP_BYTES (64 * 1024)

struct JournalReader {
	int fd;
	goffset offset;     /* of the next line */
	GByteArray *window; /* bytes read from `offset - used` on */
	gsize used;         /* bytes of the window before `offset` */
	gsize searched;     /* bytes behind `offset` known to hold no LF */
};

JournalReader *journal_reader_new(int fd, goffset offset)
{
	JournalReader *reader = g_new0(JournalReader, 1);

	reader->fd = fd;
	reader->offset = offset;
	reader->window = g_byte_array_sized_new(STEP_BYTES);
	return reader;
}

void journal_reader_free(JournalReader *reader)
{
	if (reader == NULL) {
		return;
	}
	g_byte_array_unref(reader->window);
	g_free(reader);
}

goffset journal_reader_offset(const JournalReader *reader)
{
	return reader->offset;
}

void journal_reader_seek(JournalReader *reader, goffset offset)
{
	reader->offset = offset;
	reader->used = 0;
	reader->searched = 0;
	g_byte_array_set_size(reader->window, 0);
}

/* Drops what was given out and reads one step more. 0: no more bytes; -1: error. */
static ssize_t fill(JournalReader *reader, GError **error)
{
	gsize kept;
	ssize_t got;

	if (reader->used > 0) {
		g_byte_array_remove_range(reader->window, 0, (guint)reader->used);
		reader->used = 0;
	}
	kept = reader->window->len;
	g_byte_array_set_size(reader->window, (guint)(kept + STEP_BYTES));
	do {
		got = pread(reader->fd, reader->window->data + kept, STEP_BYTES,
			    reader->offset + (goffset)kept);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		error_set_errno(error, "cannot read the journal at byte %" G_GOFFSET_FORMAT,
				reader->offset);
	}
	g_byte_array_set_size(reader->window, (guint)(kept + (gsize)MAX(got, 0)));
	return got;
}

/* The next LF in the window; the end of the line is searched once, however often we come back. */
static const guint8 *find_end(JournalReader *reader)
{
	const guint8 *line = reader->window->data + reader->used;
	gsize left = reader->window->len - reader->used;
	const guint8 *end = NULL;

	if (left > reader->searched) {
		end = memchr(line + reader->searched, '\n', left - reader->searched);
	}
	reader->searched = end == NULL ? left : reader->searched;
	return end;
}

static void step_over(JournalReader *reader, gsize size)
{
	reader->used += size;
	reader->offset += (goffset)size;
	reader->searched = 0;
}

/*
 * A journal only grows: one that is shorter than what we have read is another one.
 */
static JournalRead at_end(JournalReader *reader, GError **error)
{
	off_t end;

	/* half a line may be cut off and written anew: not to be remembered */
	journal_reader_seek(reader, reader->offset);

	/* not fstat(3), which the relay's wall does not let through; all reading is by pread */
	end = lseek(reader->fd, 0, SEEK_END);
	if (end < 0) {
		error_set_errno(error, "cannot measure the journal");
		return JOURNAL_ERROR;
	}
	if (end < reader->offset) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "the journal ends at byte %" G_GOFFSET_FORMAT
			    ", but had been read up to byte %" G_GOFFSET_FORMAT,
			    (goffset)end, reader->offset);
		return JOURNAL_ERROR;
	}
	return JOURNAL_END;
}

static JournalRead too_long(const JournalReader *reader, GError **error)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
		    "the line at byte %" G_GOFFSET_FORMAT
		    " of the journal is longer than any event",
		    reader->offset);
	return JOURNAL_ERROR;
}

JournalRead journal_reader_next(JournalReader *reader, JournalLine *ret, GError **error)
{
	const guint8 *end;

	while ((end = find_end(reader)) == NULL) {
		ssize_t got;

		if (reader->searched > JOURNAL_LINE_MAX_BYTES) {
			return too_long(reader, error);
		}
		got = fill(reader, error);
		if (got <= 0) {
			return got < 0 ? JOURNAL_ERROR : at_end(reader, error);
		}
	}
	ret->body = (const char *)reader->window->data + reader->used;
	ret->size = (gsize)(end - (const guint8 *)ret->body);
	if (ret->size > JOURNAL_LINE_MAX_BYTES) {
		return too_long(reader, error);
	}
	ret->offset = reader->offset;
	event_id(ret->body, ret->size, ret->id);
	step_over(reader, ret->size + 1);
	return JOURNAL_LINE;
}

JournalRead journal_reader_skip(JournalReader *reader, GError **error)
{
	goffset start = reader->offset;
	const guint8 *end;

	while ((end = find_end(reader)) == NULL) {
		gsize left = reader->window->len - reader->used;
		ssize_t got;

		step_over(reader, left);
		got = fill(reader, error);
		if (got <= 0) {
			journal_reader_seek(reader, start);
			return got < 0 ? JOURNAL_ERROR : JOURNAL_END;
		}
	}
	step_over(reader, (gsize)(end - (reader->window->data + reader->used)) + 1);
	return JOURNAL_LINE;
}
