/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve show: everything about one event (or several), whole.
 */
#include "cli/alert.h"
#include "cli/gap-before.h"
#include "cli/history.h"
#include "cli/verb.h"

#include <stdio.h>

static bool print_text(const Context *context, History *history, goffset offset, GError **error)
{
	Paint paint = paint_of(context);
	g_autoptr(AlertView) view = alert_view_new(&paint, ALERT_FULL);
	g_autofree char *text = NULL;
	char id[EVENT_ID_HEX + 1];
	JournalLine line;
	json_t *event;

	if (!history_read(history, offset, &line, &event, error)) {
		return false;
	}
	g_strlcpy(id, line.id, sizeof(id));
	if (gap_before_note(history, view, event, error)) {
		text = alert_render(view, event, id);
		fputs(text, stdout);
	}
	json_decref(event);
	return text != NULL;
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
