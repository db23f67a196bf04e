/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve verify: reads everything Reeve ever wrote and says whether it still is what was written:
 * the chain of the journal and its cursor, every object of snapshots.git, and that each commit was
 * judged exactly once (judged-once.h). Exit 0 sound, 1 problems, 2 could not look.
 */
#include "cli/history.h"
#include "cli/judged-once.h"
#include "cli/paint.h"
#include "cli/progress.h"
#include "cli/verb.h"

#include "base/fd.h"
#include "change/store.h"
#include "journal/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	const Context *context;
	Paint paint;
	Progress progress;
	guint problems;
} Verifier;

static void step(void *data, guint64 done, guint64 of)
{
	Verifier *verifier = data;

	progress_step(&verifier->progress, done, of);
}

static void print_problem_json(const char *part, const char *problem)
{
	json_t *object = json_pack("{s:s, s:s}", "part", part, "problem", problem);
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);

	if (text != NULL) {
		puts(text);
	}
	free(text);
	json_decref(object);
}

/* One part's answer: "journal     1,234 events" or each of its problems. */
static void report(Verifier *verifier, const char *part, const GPtrArray *problems,
		   const char *sound)
{
	const Paint *paint = &verifier->paint;
	g_autoptr(GString) out = g_string_new(NULL);

	progress_end(&verifier->progress);
	verifier->problems += problems->len;
	if (verifier->context->is_json) {
		for (guint i = 0; i < problems->len; i++) {
			print_problem_json(part, g_ptr_array_index(problems, i));
		}
		return;
	}
	paint_put(paint, out, problems->len == 0 ? STYLE_GOOD : STYLE_CRITICAL,
		  paint_sign(paint, problems->len == 0 ? SIGN_TICK : SIGN_CROSS));
	if (problems->len == 0) {
		g_string_append_printf(out, " %-10s %s\n", part, sound);
	} else {
		g_string_append_printf(out, " %-10s %u problem%s\n", part, problems->len,
				       problems->len == 1 ? "" : "s");
	}
	for (guint i = 0; i < problems->len; i++) {
		paint_indent(out, 4);
		paint_wrap(paint, out, STYLE_PLAIN, g_ptr_array_index(problems, i), 4, 6);
		g_string_append_c(out, '\n');
	}
	fputs(out->str, stdout);
	fflush(stdout);
}

/* False: there is nothing to look at, or not for us. */
static bool verify_journal(Verifier *verifier, guint64 *ret_events, GError **error)
{
	g_autofree char *folder = context_state(verifier->context, "journal");
	auto_fd int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autoptr(GPtrArray) problems = NULL;
	g_autofree char *count = NULL, *sound = NULL;

	if (dir < 0) {
		history_explain_missing(verifier->context, folder, error);
		return false;
	}
	progress_begin(&verifier->progress, "journal");
	problems = journal_verify(dir, step, verifier, ret_events, error);
	if (problems == NULL) {
		return false;
	}
	count = paint_count(*ret_events);
	sound = g_strdup_printf("%s events, the chain holds", count);
	report(verifier, "journal", problems, sound);
	return true;
}

/* What stands in the way of looking is a problem like any other once there is something to see. */
static void report_error(Verifier *verifier, const char *part, const GError *error)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(problems, g_strdup(error->message));
	report(verifier, part, problems, NULL);
}

static void verify_snapshots(Verifier *verifier, Store *store)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) problems = NULL;

	progress_begin(&verifier->progress, "snapshots");
	problems = store_verify(store, step, verifier, &error);
	if (problems == NULL) {
		report_error(verifier, "snapshots", error);
	} else {
		report(verifier, "snapshots", problems, "every object is what its id says");
	}
}

static void verify_judged(Verifier *verifier, Store *store)
{
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *commits = NULL, *waiting = NULL, *sound = NULL;
	g_autoptr(GError) error = NULL;
	JudgedOnce result = {0};

	progress_begin(&verifier->progress, "judged");
	if (!judged_once_check(verifier->context, store, problems, &result, &error)) {
		report_error(verifier, "judged", error);
		return;
	}
	commits = paint_count(result.commits);
	waiting = result.waiting == 0
			  ? g_strdup("")
			  : g_strdup_printf(" (%" G_GUINT64_FORMAT " still to be judged)",
					    result.waiting);
	sound = g_strdup_printf("%s commits, each exactly once%s", commits, waiting);
	report(verifier, "judged", problems, sound);
}

/* Before the baseline there is a journal without events and there are no snapshots. */
static void verify_store(Verifier *verifier, guint64 events)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = store_open(verifier->context->config->state_dir, &error);

	if (store != NULL) {
		verify_snapshots(verifier, store);
		verify_judged(verifier, store);
	} else if (events == 0 && g_error_matches(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		report(verifier, "snapshots", none, "none yet");
	} else {
		report_error(verifier, "snapshots", error);
	}
}

int verb_verify(const Context *context, int argc, char **argv)
{
	Verifier verifier = {.context = context, .paint = paint_of(context)};
	GError *error = NULL;
	guint64 events = 0;
	int status;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc > 1) {
		return verb_usage("verify", "it takes no arguments");
	}
	verifier.progress = progress_on(context);
	if (!verify_journal(&verifier, &events, &error)) {
		progress_end(&verifier.progress);
		return verb_fail(error);
	}
	verify_store(&verifier, events);
	if (context->is_json) {
		g_print("{\"sound\":%s,\"problems\":%u}\n",
			verifier.problems == 0 ? "true" : "false", verifier.problems);
	}
	return verifier.problems == 0 ? CLI_OK : CLI_YES;
}
