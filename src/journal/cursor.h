/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal's cursor: one record of fixed size, one line of text, that says how far the journal
 * went. Opening the journal starts there instead of at the beginning; and a journal that has become
 * shorter, or other, than the cursor says is found out.
 *
 *   reeve-cursor 1 seq=42 id=<64 hex> from=<byte> end=<byte> commit=<40 hex|-> part=1/1   sum=<32
 * hex>
 *
 * It is written in place, with one pwrite of less than a sector, after the journal was synced and
 * without a sync of its own: a process that is killed leaves the old or the new record, and after a
 * power failure an older one is as good, because what lies behind it is read again. The sum (half
 * a SHA-256 of what precedes it) tells the rest.
 *
 * Inside journal/ only.
 */
#pragma once

#include "event/event.h"

#include <glib.h>
#include <stdbool.h>

#define CURSOR_BYTES 256
#define CURSOR_COMMIT_HEX (2 * BLOB_BYTES)

typedef struct {
	guint64 seq;                        /* of the last event; 0: none */
	char id[EVENT_ID_HEX + 1];          /* of the last event; "": none */
	goffset from;                       /* start of the first event of `commit` */
	goffset end;                        /* end of the last event */
	char commit[CURSOR_COMMIT_HEX + 1]; /* of the last event that had one; "": none */
	guint part_n, part_of;              /* of that event */
} JournalCursor;

void cursor_format(const JournalCursor *cursor, char ret[CURSOR_BYTES]);
/* Strict: true only for what cursor_format writes. */
bool cursor_parse(const char bytes[CURSOR_BYTES], JournalCursor *ret);

typedef enum {
	CURSOR_FOUND,
	CURSOR_MISSING, /* no file, or an empty one */
	CURSOR_INVALID,
} CursorRead;

/* Reads the record of an open file (-1: missing). A read that meets a write is tried again. */
CursorRead cursor_read(int fd, JournalCursor *ret);
