/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve explain: why a verdict is what it is, and what would change it: of an event, by its id, or
 * of a path, by its present state and its latest events.
 */
#include "cli/explain-lines.h"
#include "cli/explain-path.h"
#include "cli/moment.h"
#include "cli/pick.h"
#include "cli/verb.h"

#include <stdio.h>

static void put_judged_by(const Paint *paint, GString *out, const json_t *event)
{
	const char *policy = pick_text(event, "policy"), *reg = pick_text(event, "register");
	g_autofree char *when = moment_full(pick_time(event, "time"));
	g_autofree char *text = g_strdup_printf(
		"%s, by the rules %.12s and %s%.12s", when, policy != NULL ? policy : "(none)",
		reg != NULL ? "the register at " : "no register", reg != NULL ? reg : "");

	explain_put_line(paint, out, "judged", STYLE_DIM, text);
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
	explain_put_files(&paint, out, pick_array(event, "files"));
	put_judged_by(&paint, out, event);
	json_decref(event);
	fputs(out->str, stdout);
	return true;
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
