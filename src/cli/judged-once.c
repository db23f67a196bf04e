/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal against the history: see judged-once.h. The journal is read first and the history
 * after it, so that what the daemon adds meanwhile is never taken for something missing.
 */
#include "cli/judged-once.h"

#include "base/fd.h"
#include "cli/history.h"
#include "cli/pick.h"
#include "journal/journal.h"

#include <fcntl.h>
#include <string.h>

#define PROBLEMS_MAX 100

/* The events of one commit, which stand together in the journal. */
typedef struct {
	char *commit;
	gint64 seq;             /* of the first event */
	gint64 part_n, part_of; /* of the last; 0: it has no parts */
	bool is_waiting;        /* changes of it wait for the end of a package run */
} Run;

static void run_clear(gpointer data)
{
	g_free(((Run *)data)->commit);
}

typedef struct {
	GArray *runs;      /* of Run */
	GHashTable *paths; /* told in the last run */
	GPtrArray *problems;
} Reading;

static void complain(GPtrArray *problems, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void complain(GPtrArray *problems, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (problems->len < PROBLEMS_MAX) {
		g_ptr_array_add(problems, g_strdup_vprintf(format, args));
	}
	va_end(args);
}

static Run *last_run(const Reading *reading)
{
	return reading->runs->len == 0 ? NULL
				       : &g_array_index(reading->runs, Run, reading->runs->len - 1);
}

/* A commit told in parts is told when its last part is. */
static void check_run_complete(const Reading *reading, const Run *run)
{
	if (run->part_of > 0 && run->part_n != run->part_of) {
		complain(reading->problems,
			 "seq %" G_GINT64_FORMAT ": commit %.12s ends with part %" G_GINT64_FORMAT
			 " of %" G_GINT64_FORMAT,
			 run->seq, run->commit, run->part_n, run->part_of);
	}
}

static void begin_run(Reading *reading, const char *commit, gint64 seq)
{
	Run run = {.commit = g_strdup(commit), .seq = seq};

	if (reading->runs->len > 0) {
		check_run_complete(reading, last_run(reading));
	}
	g_hash_table_remove_all(reading->paths);
	g_array_append_val(reading->runs, run);
}

/*
 * A package run that ends without another commit is told as parts of the last one, behind those
 * that were told while its changes waited.
 */
static void take_end_of_run(Reading *reading, Run *run, const json_t *event)
{
	if (run->is_waiting && run->part_n == run->part_of && pick_object(event, "group") != NULL) {
		run->part_n = 0;
		g_hash_table_remove_all(reading->paths);
	}
	run->is_waiting = pick_object(event, "waiting") != NULL;
}

static void take_files(Reading *reading, const json_t *event, gint64 seq)
{
	size_t i;
	const json_t *file;

	json_array_foreach ((json_t *)pick_array(event, "files"), i, file) {
		const char *path = pick_text(file, "path");

		if (path != NULL && !g_hash_table_add(reading->paths, g_strdup(path))) {
			complain(reading->problems,
				 "seq %" G_GINT64_FORMAT ": %s is told a second time for the same "
				 "commit",
				 seq, path);
		}
	}
}

static void take_event(Reading *reading, const json_t *event)
{
	const char *commit = pick_text(event, "commit");
	const json_t *part = pick_object(event, "part");
	gint64 seq = pick_number(event, "seq", 0), n = pick_number(part, "n", 0);
	Run *run = last_run(reading);

	if (commit == NULL) {
		return;
	}
	if (run == NULL || strcmp(run->commit, commit) != 0) {
		begin_run(reading, commit, seq);
		run = last_run(reading);
	}
	take_end_of_run(reading, run, event);
	if (part != NULL && n != run->part_n + 1) {
		complain(reading->problems,
			 "seq %" G_GINT64_FORMAT ": part %" G_GINT64_FORMAT
			 " of commit %.12s follows part %" G_GINT64_FORMAT,
			 seq, n, commit, run->part_n);
	}
	if (part != NULL) {
		run->part_n = n;
		run->part_of = pick_number(part, "of", 0);
	}
	take_files(reading, event, seq);
}

/* Lines that are no events have been complained about by the check of the chain. */
static bool read_journal(const Context *context, Reading *reading, GError **error)
{
	g_autofree char *folder = context_state(context, "journal");
	g_autofree char *path = g_build_filename(folder, JOURNAL_FILE, NULL);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	g_autoptr(JournalReader) reader = NULL;
	JournalLine line;
	JournalRead read;

	if (fd < 0) {
		history_explain_missing(context, path, error);
		return false;
	}
	reader = journal_reader_new(fd, 0);
	while ((read = journal_reader_next(reader, &line, error)) == JOURNAL_LINE) {
		json_t *event = event_parse(line.body, line.size, NULL);

		if (event != NULL) {
			take_event(reading, event);
		}
		json_decref(event);
	}
	return read == JOURNAL_END;
}

static GHashTable *positions_of(const GPtrArray *commits)
{
	GHashTable *positions = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < commits->len; i++) {
		g_hash_table_insert(positions, g_ptr_array_index(commits, i),
				    GUINT_TO_POINTER(i + 1));
	}
	return positions;
}

/* Returns how many commits the judge has come to. */
static guint check_order(const Reading *reading, const GPtrArray *commits)
{
	g_autoptr(GHashTable) positions = positions_of(commits);
	guint reached = 0;

	for (guint i = 0; i < reading->runs->len; i++) {
		const Run *run = &g_array_index(reading->runs, Run, i);
		guint at = GPOINTER_TO_UINT(g_hash_table_lookup(positions, run->commit));

		if (at == 0) {
			complain(reading->problems,
				 "seq %" G_GINT64_FORMAT
				 ": commit %s is not in the history of snapshots.git",
				 run->seq, run->commit);
			continue;
		}
		if (at <= reached) {
			complain(reading->problems,
				 "seq %" G_GINT64_FORMAT ": commit %s is judged again", run->seq,
				 run->commit);
		} else if (at > reached + 1) {
			complain(reading->problems,
				 "seq %" G_GINT64_FORMAT ": %u commit(s) before %s were never "
				 "judged, the first is %s",
				 run->seq, at - reached - 1, run->commit,
				 (const char *)g_ptr_array_index(commits, reached));
		}
		reached = MAX(reached, at);
	}
	return reached;
}

bool judged_once_check(const Context *context, Store *store, GPtrArray *problems, JudgedOnce *ret,
		       GError **error)
{
	g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(Run));
	g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) commits = NULL;
	Reading reading = {.runs = runs, .paths = paths, .problems = problems};

	g_array_set_clear_func(runs, run_clear);
	if (!read_journal(context, &reading, error)) {
		return false;
	}
	commits = store_commits(store, NULL, G_MAXUINT, error);
	if (commits == NULL) {
		return false;
	}
	ret->commits = commits->len;
	ret->waiting = commits->len - check_order(&reading, commits);
	return true;
}
