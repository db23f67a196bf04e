/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal: STATE/journal/events.ndjson, append-only, hash-chained; and beside it `cursor`, one
 * fixed-size record that says how far it went (a cache, and a witness against truncation). The
 * judge is its only writer; anybody may read.
 *
 * Appending: journal_append gives the event its seq and prev and buffers its line; journal_sync
 * writes the buffer in one go, fdatasyncs and then moves the cursor. Nothing is told to anyone
 * before journal_sync has returned.
 *
 * Opening after a crash: a last line without LF was never told to anybody and is cut off (the cut
 * bytes are reported); full lines are never touched. With a sound cursor only the events of the
 * last commit and what is behind the cursor are read; otherwise the whole journal. Where events are
 * gone that the cursor knew, the next event follows the last one that the cursor knew, not the last
 * one that is left, so that the hole stays visible for ever. The witness says the same when the
 * whole folder is gone; then nothing counts as judged, for what was judged cannot be read.
 */
#pragma once

#include "base/error.h"
#include "event/event.h"

#include <glib.h>
#include <stdbool.h>

#define JOURNAL_FILE "events.ndjson"
#define JOURNAL_CURSOR "cursor"
/* A copy of the cursor that lies in STATE, beside the journal's folder: it outlives the folder. */
#define JOURNAL_WITNESS "witness"

typedef struct Journal Journal;

/* What opening found; a person should hear of anything but zeroes. */
typedef struct {
	guint64 cut_bytes;    /* torn tail removed */
	bool cursor_was_lost; /* rebuilt by reading the whole journal */
	guint64 lost_events;  /* there is no event left of so many that there were */
	char *damage;         /* the chain does not hold, or events the cursor knew are gone: says
			       * where; NULL: sound. Appending goes on behind the damage */
} JournalOpened;

void journal_opened_clear(JournalOpened *opened);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JournalOpened, journal_opened_clear)

/*
 * Opens for appending (and makes) the journal in the folder `dir_fd`, which is not closed.
 * `witness_fd` is the open JOURNAL_WITNESS (borrowed; -1: none).
 */
Journal *journal_open(int dir_fd, int witness_fd, JournalOpened *ret, GError **error);
void journal_close(Journal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Journal, journal_close)

/* REEVE_ERROR_LIMIT when syncing failed for so long that the buffer is full. */
bool journal_append(Journal *journal, Event *event, GError **error);
/* After an error nothing is lost: the buffer is kept, and the next journal_sync tries again. */
bool journal_sync(Journal *journal, GError **error);

/* Whether the file still has all that was written: false when somebody cut or removed it. Then
 * nothing more is written; whoever opens it anew learns what is missing. */
bool journal_is_whole(const Journal *journal);

/* Of the last event: its seq (0: empty journal; the first event has seq 1) and id ("" when empty).
 */
guint64 journal_seq(const Journal *journal);
const char *journal_head(const Journal *journal);

/*
 * How far the judging went: the commit of the last event that had one, and which part of how many
 * that was. `files` are the (escaped) paths already told in the parts of an unfinished commit.
 */
typedef struct {
	char *commit; /* NULL: none yet */
	guint part_n, part_of;
	GPtrArray *files; /* of char * */
	char *run_since;  /* since which commit changes wait for a package run, or are just being
			   * told in its group; NULL: none do */
	bool is_run_end;  /* the last event is of such a group */
} JournalPosition;

void journal_position_clear(JournalPosition *position);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JournalPosition, journal_position_clear)
const JournalPosition *journal_position(const Journal *journal);
