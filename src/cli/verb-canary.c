/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve canary: changes a file of Reeve's own and waits for the event. Exit 0 it came back as it
 * should, 1 it did not, 2 there is no canary here.
 */
#include "cli/canary.h"
#include "cli/ctl.h"
#include "cli/verb.h"

#include <stdio.h>
#include <stdlib.h>

#define PATIENCE_SECONDS 30
#define ANSWER_MS 10000

static void report(const Context *context, const CanaryResult *result)
{
	g_autoptr(GError) error = NULL;
	json_t *answer = ctl_call(context,
				  json_pack("{s:s, s:b, s:s}", "op", "canary", "ok",
					    result->state == CANARY_WELL, "text", result->text),
				  ANSWER_MS, &error);

	if (answer == NULL) {
		g_printerr("reeve: cannot report: %s\n", error->message);
	}
	json_decref(answer);
}

static void print(const Context *context, const CanaryResult *result)
{
	json_t *line;
	char *text;

	if (!context->is_json) {
		printf("%s\n", result->text);
		return;
	}
	line = json_pack("{s:b, s:s, s:I}", "ok", result->state == CANARY_WELL, "text",
			 result->text, "latency_ms", (json_int_t)result->latency_ms);
	text = json_dumps(line, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(line);
}

int verb_canary(const Context *context, int argc, char **argv)
{
	gboolean must_report = FALSE;
	int patience = PATIENCE_SECONDS;
	const GOptionEntry entries[] = {
		{"report", 0, 0, G_OPTION_ARG_NONE, &must_report, "Tell the judge what came of it",
		 NULL},
		{"timeout", 0, 0, G_OPTION_ARG_INT, &patience, "Wait at most so long (30)",
		 "SECONDS"},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(CanaryResult) result = {0};
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc > 1 || patience < 1 || patience > 3600) {
		return verb_usage("canary", "no argument, and 1 to 3600 seconds");
	}
	canary_send(context, patience * 1000, &result);
	if (result.state == CANARY_UNFIT) {
		return verb_trouble("%s", result.text);
	}
	if (must_report) {
		report(context, &result);
	}
	print(context, &result);
	return result.state == CANARY_WELL ? CLI_OK : CLI_YES;
}
