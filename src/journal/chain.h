/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chain: takes the lines of the journal one after another and says where they do not follow
 * from each other. A line that was changed does not have the id that the next line gives it; the
 * last line is held by the cursor.
 *
 * Inside journal/ only.
 */
#pragma once

#include "journal/cursor.h"
#include "journal/reader.h"

#include <glib.h>
#include <stdbool.h>

/* More problems than this are only counted. */
#define CHAIN_MAX_PROBLEMS 100

typedef struct {
	guint64 line;               /* number of the last line, from 1; 0: none yet */
	goffset offset, end;        /* of the last line, LF included in `end` */
	guint64 seq;                /* of the last line, or what it should have been */
	char id[EVENT_ID_HEX + 1];  /* of the last line */
	const JournalCursor *known; /* what the cursor knew; NULL: nothing */
	bool met_known;             /* a line ended where the cursor ends */
	bool starts_inside;         /* the first line need not be the first of the journal */
	bool is_excused;            /* the last line was complained about: what it says is not held
				     * against the next */
	char *suspect;              /* a complaint about the last line that the next may sharpen */
	guint64 problem_count;
	GPtrArray *problems; /* of char * */
} Chain;

/* `offset`: where the first line to come starts. `known` (NULL: none) is borrowed. */
void chain_init(Chain *chain, goffset offset, const JournalCursor *known);
void chain_clear(Chain *chain);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Chain, chain_clear)

/*
 * Takes the next line of the reader: JOURNAL_LINE and what it says (NULL when it is no event, or
 * longer than any; caller decrefs), JOURNAL_END, or JOURNAL_ERROR. A line that ends where the known
 * cursor ends is held against it.
 */
JournalRead chain_next(Chain *chain, JournalReader *reader, JournalLine *ret_line,
		       json_t **ret_event, GError **error);
/* After the last line: everything that is left to be said. */
void chain_finish(Chain *chain);
/* Adds a problem that others found. */
void chain_complain(Chain *chain, const char *format, ...) G_GNUC_PRINTF(2, 3);
