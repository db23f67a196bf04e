/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve explain: why a verdict is what it is, and what would change it: of an event, by its id, or
 * of a path, by its present state and its latest events.
 */
#include "cli/alert.h"
#include "cli/drift-list.h"
#include "cli/file-block.h"
#include "cli/moment.h"
#include "cli/pick.h"
#include "cli/verb.h"

#include "base/clock.h"
#include "base/escape.h"

#include <stdio.h>
#include <stdlib.h>

#define EVENTS_SHOWN 5
#define LABEL_COLUMNS 12

/* What each verdict means, in words for the one who has to act on it. */
static const struct {
	Verdict verdict;
	const char *meaning, *remedy;
} meanings[] = {
	{VERDICT_APPROVED, "a signed change request covers it, to the byte where it pins bytes",
	 NULL},
	{VERDICT_STANDARD, "a standing, signed request covers changes of this kind", NULL},
	{VERDICT_RESTORED, "it is back in its approved state; earlier alerts about it are closed",
	 NULL},
	{VERDICT_EMERGENCY, "a break-glass request covers it, until it is reviewed",
	 "review the request before its deadline"},
	{VERDICT_UNVERIFIABLE, "the register or its keys could not be read",
	 "`reeve doctor` shows what is missing"},
	{VERDICT_MISMATCH, "a request names it, but a test failed",
	 "put back what the request says, or have a new request signed"},
	{VERDICT_UNAPPROVED, "no change request names it",
	 "put it back (`reeve diff` shows how it was) and it closes as restored; or ask for it "
	 "(`reeve request new`), and it closes when somebody else approves"},
};

static void put_line(const Paint *paint, GString *out, const char *label, Style style,
		     const char *text)
{
	paint_indent(out, 2);
	paint_format(paint, out, STYLE_DIM, "%-*s", LABEL_COLUMNS - 2, label);
	paint_wrap(paint, out, style, text, LABEL_COLUMNS, LABEL_COLUMNS);
	g_string_append_c(out, '\n');
}

static void put_verdict(const Paint *paint, GString *out, Verdict verdict)
{
	for (gsize i = 0; i < G_N_ELEMENTS(meanings); i++) {
		g_autofree char *text = NULL;

		if (meanings[i].verdict != verdict) {
			continue;
		}
		text = g_strdup_printf("%s: %s", verdict_word(verdict), meanings[i].meaning);
		put_line(paint, out, "verdict", STYLE_PLAIN, text);
		if (meanings[i].remedy != NULL) {
			put_line(paint, out, "to do", STYLE_BOLD, meanings[i].remedy);
		}
	}
}

/* Severity follows from the rules alone: name those that gave it. */
static void put_severity(const Paint *paint, GString *out, const json_t *file)
{
	const char *severity = pick_text(file, "severity");
	const json_t *rules = pick_array(file, "rules");
	GString *text = g_string_new(severity != NULL ? severity : "low");
	size_t i;
	const json_t *rule;

	if (json_array_size(rules) == 0) {
		g_string_append(text, ": no rule fired");
	}
	json_array_foreach ((json_t *)rules, i, rule) {
		const char *title = pick_text(rule, "title"), *level = pick_text(rule, "level");

		g_string_append_printf(text, "%s %s (%s)", i == 0 ? ": by rule" : ", and",
				       title != NULL ? title : "?", level != NULL ? level : "?");
	}
	put_line(paint, out, "severity", STYLE_PLAIN, text->str);
	g_string_free(text, TRUE);
}

static Verdict verdict_of(const json_t *file)
{
	const char *word = pick_text(file, "verdict");
	Verdict verdict;

	return word != NULL && verdict_from_word(word, &verdict) ? verdict : VERDICT_NONE;
}

static void put_file(const Paint *paint, GString *out, const json_t *file)
{
	FileBlockRoom room = {.is_brief = true};
	size_t i;
	const json_t *reason;

	file_block_put(paint, out, file, &room);
	json_array_foreach ((json_t *)pick_array(file, "reasons"), i, reason) {
		const char *text = json_string_value(reason);

		put_line(paint, out, "because", STYLE_PLAIN, text != NULL ? text : "?");
	}
	put_severity(paint, out, file);
}

/* Each verdict is explained once, behind the last of the files that have it. */
static void put_files(const Paint *paint, GString *out, const json_t *files)
{
	size_t i;
	const json_t *file;

	json_array_foreach ((json_t *)files, i, file) {
		const json_t *next = json_array_get(files, i + 1);

		put_file(paint, out, file);
		if (next == NULL || verdict_of(next) != verdict_of(file)) {
			put_verdict(paint, out, verdict_of(file));
		}
	}
}

static void put_judged_by(const Paint *paint, GString *out, const json_t *event)
{
	const char *policy = pick_text(event, "policy"), *reg = pick_text(event, "register");
	g_autofree char *when = moment_full(pick_time(event, "time"));
	g_autofree char *text = g_strdup_printf(
		"%s, by the rules %.12s and %s%.12s", when, policy != NULL ? policy : "(none)",
		reg != NULL ? "the register at " : "no register", reg != NULL ? reg : "");

	put_line(paint, out, "judged", STYLE_DIM, text);
}

static bool explain_event(const Context *context, History *history, const char *prefix,
			  GError **error)
{
	Paint paint = paint_of(context);
	g_autoptr(GString) out = g_string_new(NULL);
	goffset offset;
	JournalLine line;
	json_t *event;

	if (!history_find(history, prefix, &offset, error) ||
	    !history_read(history, offset, &line, &event, error)) {
		return false;
	}
	if (context->is_json) {
		g_autofree char *body = event_body_with_id(line.body, line.size, line.id);

		puts(body);
		json_decref(event);
		return true;
	}
	paint_format(&paint, out, STYLE_DIM, "%s, seq %" G_GINT64_FORMAT, line.id,
		     pick_number(event, "seq", 0));
	g_string_append_c(out, '\n');
	paint_foreign(&paint, out, STYLE_PLAIN, pick_text(event, "summary"));
	g_string_append(out, "\n\n");
	put_files(&paint, out, pick_array(event, "files"));
	put_judged_by(&paint, out, event);
	json_decref(event);
	fputs(out->str, stdout);
	return true;
}

static void put_drift(const Paint *paint, GString *out, const Drift *drift)
{
	gint64 now = clock_wall_usec();
	g_autofree char *when = moment_short(drift->since_usec, now);
	g_autofree char *span = moment_span(now - drift->since_usec);
	g_autofree char *since = g_strdup_printf("not as approved since %s (%s)", when, span);
	g_autofree char *approved = drift->approved_commit == NULL
					    ? g_strdup("it did not exist")
					    : g_strdup_printf("as in commit %.12s of snapshots.git",
							      drift->approved_commit);
	g_autofree char *current =
		g_strdup_printf("as in commit %.12s; `reeve diff` shows the difference",
				drift->current_commit != NULL ? drift->current_commit : "?");

	put_line(paint, out, "state", STYLE_MEDIUM, since);
	put_line(paint, out, "approved", STYLE_PLAIN, approved);
	put_line(paint, out, "now", STYLE_PLAIN, current);
	put_verdict(paint, out, drift->verdict);
}

static bool print_latest(const Context *context, History *history, const char *path, GError **error)
{
	Paint paint = paint_of(context);
	IndexQuery query = {.path = path, .verdict = -1, .min_severity = -1, .limit = EVENTS_SHOWN};
	g_autoptr(GArray) offsets = index_query(history_index(history), &query, error);
	g_autoptr(AlertView) view = alert_view_new(&paint, ALERT_BRIEF);

	if (offsets == NULL) {
		return false;
	}
	puts(offsets->len > 0 ? "\nIts latest events:\n" : "\nNo event has named it yet.");
	for (guint i = 0; i < offsets->len; i++) {
		g_autofree char *text = NULL;
		JournalLine line;
		json_t *event;

		if (!history_read(history, g_array_index(offsets, goffset, i), &line, &event,
				  error)) {
			return false;
		}
		text = alert_render(view, event, line.id);
		json_decref(event);
		fputs(text, stdout);
	}
	return true;
}

static void print_drift_json(const char *path, const Drift *drift)
{
	json_t *object = json_pack("{s:s, s:b}", "path", path, "drift", drift != NULL);
	char *text;

	if (drift != NULL) {
		g_autofree char *since = clock_format(drift->since_usec);

		json_object_set_new(object, "verdict", json_string(verdict_word(drift->verdict)));
		json_object_set_new(object, "severity",
				    json_string(severity_word(drift->severity)));
		json_object_set_new(object, "since", json_string(since));
		json_object_set_new(object, "event", json_string(drift->event));
		json_object_set_new(object, "last_event", json_string(drift->last_event));
	}
	text = json_dumps(object, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(object);
}

/* A folder may be as approved while something in it is not. */
static void put_no_drift(const Paint *paint, GString *out, guint below)
{
	g_autofree char *text = NULL;

	if (below == 0) {
		put_line(paint, out, "state", STYLE_GOOD, "as approved, as far as it is watched");
		return;
	}
	text = g_strdup_printf(
		"as approved itself, but %u %s below it %s not; `reeve diff` shows how", below,
		below == 1 ? "path" : "paths", below == 1 ? "is" : "are");
	put_line(paint, out, "state", STYLE_MEDIUM, text);
}

static void print_state(const Context *context, const char *path, const Drift *drift, guint below)
{
	Paint paint = paint_of(context);
	g_autoptr(GString) out = g_string_new(NULL);

	paint_put(&paint, out, STYLE_BOLD, path);
	g_string_append_c(out, '\n');
	if (drift != NULL) {
		put_drift(&paint, out, drift);
	} else {
		put_no_drift(&paint, out, below);
	}
	fputs(out->str, stdout);
}

static bool explain_path(const Context *context, History *history, const char *typed,
			 GError **error)
{
	g_autofree char *raw = verb_path(typed, error);
	g_autofree char *path = raw == NULL ? NULL : escape_path(raw);
	char *named[] = {(char *)typed, NULL};
	g_autoptr(GError) problem = NULL;
	g_autoptr(GPtrArray) below = path == NULL ? NULL : drift_list(history, named, error);
	Drift *drift;
	bool is_told = true;

	if (below == NULL) {
		return false;
	}
	drift = index_drift_of(history_index(history), path, &problem);
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (context->is_json) {
		print_drift_json(path, drift);
	} else {
		print_state(context, path, drift, below->len);
		is_told = print_latest(context, history, path, error);
	}
	if (drift != NULL) {
		drift_free(drift);
	}
	return is_told;
}

int verb_explain(const Context *context, int argc, char **argv)
{
	g_autoptr(History) history = NULL;
	GError *error = NULL;
	int status;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc != 2) {
		return verb_usage("explain", "what? Give one id, its beginning, or a path");
	}
	history = history_open(context, &error);
	if (history == NULL ||
	    !(history_is_id(argv[1]) ? explain_event(context, history, argv[1], &error)
				     : explain_path(context, history, argv[1], &error))) {
		return verb_fail(error);
	}
	return CLI_OK;
}
