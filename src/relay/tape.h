/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal as the relay holds it: one descriptor, how far it has been read (the head), and an
 * index in memory from id to offset, 24 bytes an event at most. Only what is on disk for good is
 * read: nothing is told to anyone before (design 2).
 *
 * A journal only grows. One that does not was cut, rewritten or replaced under our feet, which the
 * tape notices and says; it never follows a path, so only a restart finds a replaced file.
 */
#pragma once

#include "journal/reader.h"
#include "relay/position.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Tape Tape;

/* `fd` stays the caller's. */
Tape *tape_new(int fd);
void tape_free(Tape *tape);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tape, tape_free)

typedef enum {
	TAPE_SAME,
	TAPE_GREW,      /* there is more: tape_next */
	TAPE_REWRITTEN, /* what was read before is not there any more: *error says what; go on with
			 * tape_rewind */
	TAPE_REPLACED,  /* the file we hold has no name any more: nothing new will come */
	TAPE_ERROR,     /* could not be made durable or read */
} TapeLook;

/* Looks how long the journal is and waits until that much is on disk. */
TapeLook tape_look(Tape *tape, GError **error);

/* Reads the next line that tape_look has seen; it becomes the head. */
JournalRead tape_next(Tape *tape, JournalLine *ret, GError **error);

/* Forgets everything and begins again at the first line. */
void tape_rewind(Tape *tape);

/* The head: the last line read. seq 0 and "" when there is none (or it is damaged). */
const Position *tape_head(Tape *tape);

/* The id of the head alone, which costs nothing. */
const char *tape_head_id(const Tape *tape);

/* The id of the first event; "" when there is none. */
const char *tape_oldest(const Tape *tape);

/* Where the line behind the event `id` begins ("" : the first line); false: id is unknown. */
bool tape_find(Tape *tape, const char *id, goffset *ret);

/* Reads the line at `offset`; JOURNAL_END behind the head. `ret` is valid until the next call of
 * tape_read, tape_find or tape_head; *ret_next is where the line behind it begins. */
JournalRead tape_read(Tape *tape, goffset offset, JournalLine *ret, goffset *ret_next,
		      GError **error);
