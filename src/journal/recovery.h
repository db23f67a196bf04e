/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the judge has to know before it can append: how far the journal goes, how far the judging
 * went, and whether what is on disk is what was written. Reads only. Inside journal/ only.
 */
#pragma once

#include "journal/cursor.h"
#include "journal/journal.h"

typedef struct {
	JournalCursor cursor;     /* as it should stand now */
	JournalPosition position; /* as the events tell it */
	goffset whole_end;        /* end of the last whole line */
	bool cursor_was_lost;
	guint64 lost_events; /* all of them: there is no whole line left */
	char *damage;        /* NULL: sound */
} Recovery;

void recovery_clear(Recovery *recovery);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Recovery, recovery_clear)

/* What cursor and witness (-1: none) know, whichever knows more, is held against the journal. */
bool recovery_read(int journal_fd, int cursor_fd, int witness_fd, Recovery *ret, GError **error);
