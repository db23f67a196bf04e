/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A path explained: see explain-path.h. */
#include "cli/explain-path.h"

#include "cli/alert.h"
#include "cli/drift-list.h"
#include "cli/explain-lines.h"
#include "cli/moment.h"
#include "cli/pick.h"

#include "base/clock.h"
#include "base/escape.h"

#include <stdio.h>
#include <stdlib.h>

#define EVENTS_SHOWN 5

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

	explain_put_line(paint, out, "state", STYLE_MEDIUM, since);
	explain_put_line(paint, out, "approved", STYLE_PLAIN, approved);
	explain_put_line(paint, out, "now", STYLE_PLAIN, current);
	explain_put_verdict(paint, out, drift->verdict);
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

/* The part about the path of an event of the journal; new reference. */
static json_t *file_of_event(History *history, goffset offset, const char *path, GError **error)
{
	JournalLine line;
	json_t *event, *found = NULL;
	const json_t *file;
	size_t i;

	if (!history_read(history, offset, &line, &event, error)) {
		return NULL;
	}
	json_array_foreach ((json_t *)pick_array(event, "files"), i, file) {
		if (g_strcmp0(pick_text(file, "path"), path) == 0) {
			found = json_incref((json_t *)file);
			break;
		}
	}
	json_decref(event);
	return found;
}

/* What was judged of the path last; NULL: nothing yet. *error only when that cannot be read. */
static json_t *latest_judgement(History *history, const char *path, GError **error)
{
	const IndexQuery query = {
		.path = path, .verdict = -1, .min_severity = -1, .limit = EVENTS_SHOWN};
	g_autoptr(GArray) offsets = index_query(history_index(history), &query, error);
	json_t *file = NULL;

	for (guint i = offsets == NULL ? 0 : offsets->len; i > 0 && file == NULL; i--) {
		file = file_of_event(history, g_array_index(offsets, goffset, i - 1), path, error);
	}
	return file;
}

static void print_drift_json(const char *path, const Drift *drift, const json_t *file)
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
	if (file != NULL) {
		json_object_set(object, "request", json_object_get(file, "request"));
		json_object_set(object, "reasons", json_object_get(file, "reasons"));
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
		explain_put_line(paint, out, "state", STYLE_GOOD,
				 "as approved, as far as it is watched");
		return;
	}
	text = g_strdup_printf(
		"as approved itself, but %u %s below it %s not; `reeve diff` shows how", below,
		below == 1 ? "path" : "paths", below == 1 ? "is" : "are");
	explain_put_line(paint, out, "state", STYLE_MEDIUM, text);
}

static void print_state(const Context *context, const char *path, const Drift *drift, guint below,
			const json_t *file)
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
	explain_put_reasons(&paint, out, file);
	fputs(out->str, stdout);
}

bool explain_path(const Context *context, History *history, const char *typed, GError **error)
{
	g_autofree char *raw = verb_path(typed, error);
	g_autofree char *path = raw == NULL ? NULL : escape_path(raw);
	char *named[] = {(char *)typed, NULL};
	g_autoptr(GError) problem = NULL;
	g_autoptr(GPtrArray) below = path == NULL ? NULL : drift_list(history, named, error);
	json_t *file;
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
	file = latest_judgement(history, path, NULL);
	if (context->is_json) {
		print_drift_json(path, drift, file);
	} else {
		print_state(context, path, drift, below->len, file);
		is_told = print_latest(context, history, path, error);
	}
	json_decref(file);
	if (drift != NULL) {
		drift_free(drift);
	}
	return is_told;
}
