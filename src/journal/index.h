/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The index: SQLite beside the journal (STATE/journal/index.sqlite), for queries and for what
 * follows from the whole history: drift, open alerts, open gaps. A cache: it names the event it has
 * read up to, and is rebuilt from the journal when it is missing, damaged or of another history.
 * Rebuilding gives the same tables as having watched all along.
 *
 * Only the judge writes it; readers open it read-only, or, where it is behind or missing, read the
 * journal themselves (index_open_reader does that in memory).
 */
#pragma once

#include "base/error.h"
#include "event/change.h"
#include "journal/reader.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Index Index;

/*
 * The judge's: opens or makes it and catches up with the journal. The file is written without syncs
 * and therefore believed only in the `boot` (any text; NULL: unknown) in which it was made: of one
 * that a power cut left, some pages may be older than others, and no check shows it.
 */
Index *index_open_writer(int dir_fd, const char *journal_dir, const char *boot, GError **error);
/* A reader's: caught up with the journal as it is now. */
Index *index_open_reader(const char *journal_dir, GError **error);
void index_close(Index *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Index, index_close)

/* Reads what was appended since. */
bool index_catch_up(Index *index, GError **error);
/* Whether a reader kept what the writer knows out of the file: to be called again when idle. */
bool index_is_waiting(const Index *index);

/*
 * One path whose current state is not its approved state. The approved state is the one it had in
 * `approved_commit`; NULL there: the path did not exist.
 */
typedef struct {
	char *path;            /* escaped */
	char *approved_commit; /* commit in which the path had its approved state */
	char *current_commit;  /* commit that brought the present state */
	char *event;           /* id of the event that made it drift first */
	char *last_event;      /* id of the latest event about it */
	gint64 since_usec;
	char *approved_state; /* event_state_digest of the approved state */
	Verdict verdict;      /* of the latest event about it */
	Severity severity;    /* the highest since it drifts */
} Drift;

void drift_free(Drift *drift);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Drift, drift_free)
/* The drift of one (escaped) path, or NULL. Caller frees. */
Drift *index_drift_of(Index *index, const char *path, GError **error);
/* All drift, sorted by path: array of Drift. */
GPtrArray *index_drift(Index *index, GError **error);
guint64 index_drift_count(Index *index);

typedef struct {
	const char *path; /* escaped: exact path, or a folder: everything below; or glob; NULL */
	gint64 since_usec, until_usec; /* since <= time <= until; 0: open */
	int verdict;                   /* -1: any */
	int min_severity;              /* -1: any */
	bool alerts_only;
	const char *kind; /* word of an event kind; NULL: any */
	guint limit;      /* 0: none; the newest N otherwise */
} IndexQuery;

/* Offsets (goffset in a GArray) of the matching lines, oldest first. */
GArray *index_query(Index *index, const IndexQuery *query, GError **error);
/* Offsets of the events whose id begins with `prefix` (at least 4 hex digits): none, one, more. */
GArray *index_find_id(Index *index, const char *prefix, GError **error);

typedef struct {
	guint64 events, alerts, open_alerts, gaps;
	guint64 head_seq;
	char head_id[EVENT_ID_HEX + 1];
	gint64 first_usec, last_usec;
} IndexTotals;
bool index_totals(Index *index, IndexTotals *ret, GError **error);
