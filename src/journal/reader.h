/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the journal through one descriptor, by pread, from any offset: for the relay, the command
 * line and the index. Sees only whole lines.
 */
#pragma once

#include "base/error.h"
#include "event/event.h"

#include <glib.h>
#include <stdbool.h>

/* No line is longer (without LF). */
#define JOURNAL_LINE_MAX_BYTES (EVENT_MAX_BYTES + 4096)

typedef struct JournalReader JournalReader;

/* One line as read. `body` points into the reader and is valid until the next call. */
typedef struct {
	const char *body;
	gsize size;
	goffset offset; /* of its first byte */
	char id[EVENT_ID_HEX + 1];
} JournalLine;

/* `fd` stays the caller's. */
JournalReader *journal_reader_new(int fd, goffset offset);
void journal_reader_free(JournalReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JournalReader, journal_reader_free)

typedef enum {
	JOURNAL_LINE,
	JOURNAL_END,
	JOURNAL_ERROR
} JournalRead;

/* The next whole line; JOURNAL_END when there is none (yet). A line above the cap is an error that
 * names its offset (REEVE_ERROR_LIMIT), a journal that has become shorter is REEVE_ERROR_CORRUPT.
 */
JournalRead journal_reader_next(JournalReader *reader, JournalLine *ret, GError **error);
/* Steps over the next line, whatever its length; JOURNAL_END (and no step) when it has no end. */
JournalRead journal_reader_skip(JournalReader *reader, GError **error);
/* Where the next line starts. */
goffset journal_reader_offset(const JournalReader *reader);
void journal_reader_seek(JournalReader *reader, goffset offset);

/*
 * Checks the whole journal in the folder: every line's form, seq, prev; the cursor. Array of
 * char *, each saying where (line, byte, seq) and what; empty: sound. *ret_events counts.
 */
GPtrArray *journal_verify(int dir_fd, void (*progress)(void *context, guint64 done, guint64 of),
			  void *context, guint64 *ret_events, GError **error);
