/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve show: everything about one event (or several), whole.
 */
#include "cli/alert.h"
#include "cli/history.h"
#include "cli/pick.h"
#include "cli/verb.h"

#include <stdio.h>

#define BEFORE_MAX 256
#define BEFORE_USEC G_GINT64_CONSTANT(600000000)

/* The gaps of a commit are journaled right before its changes: let the view know them. */
static bool note_gaps(History *history, AlertView *view, const json_t *event, GError **error)
{
	gint64 time = pick_time(event, "time");
	IndexQuery query = {
		.verdict = -1,
		.min_severity = -1,
		.since_usec = time - BEFORE_USEC,
		.until_usec = time,
		.limit = BEFORE_MAX,
	};
	g_autoptr(GArray) offsets = index_query(history_index(history), &query, error);

	for (guint i = 0; offsets != NULL && i < offsets->len; i++) {
		JournalLine line;
		json_t *before;

		if (!history_read(history, g_array_index(offsets, goffset, i), &line, &before,
				  error)) {
			return false;
		}
		if (g_strcmp0(pick_text(before, "commit"), pick_text(event, "commit")) == 0) {
			alert_view_note(view, before);
		}
		json_decref(before);
	}
	return offsets != NULL;
}

static bool print_text(const Context *context, History *history, goffset offset, GError **error)
{
	Paint paint = paint_of(context);
	g_autoptr(AlertView) view = alert_view_new(&paint, ALERT_FULL);
	g_autofree char *text = NULL;
	JournalLine line;
	json_t *event;
	bool is_known;

	if (!history_read(history, offset, &line, &event, error)) {
		return false;
	}
	is_known = note_gaps(history, view, event, error);
	json_decref(event);
	/* The line was overwritten by the reads in between. */
	if (!is_known || !history_read(history, offset, &line, &event, error)) {
		return false;
	}
	text = alert_render(view, event, line.id);
	json_decref(event);
	fputs(text, stdout);
	return true;
}

static bool print_json(History *history, goffset offset, GError **error)
{
	g_autofree char *text = NULL;
	JournalLine line;
	json_t *event;

	if (!history_read(history, offset, &line, &event, error)) {
		return false;
	}
	json_decref(event);
	text = event_body_with_id(line.body, line.size, line.id);
	puts(text);
	return true;
}

int verb_show(const Context *context, int argc, char **argv)
{
	g_autoptr(History) history = NULL;
	GError *error = NULL;
	int status;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc < 2) {
		return verb_usage("show", "which event? Give an id or its beginning");
	}
	history = history_open(context, &error);
	if (history == NULL) {
		return verb_fail(error);
	}
	for (int i = 1; i < argc; i++) {
		goffset offset;

		if (!history_find(history, argv[i], &offset, &error) ||
		    !(context->is_json ? print_json(history, offset, &error)
				       : print_text(context, history, offset, &error))) {
			return verb_fail(error);
		}
	}
	return CLI_OK;
}
