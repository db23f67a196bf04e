/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve ack: "seen, and this is what I know": an event of kind ack, by the judge, in the journal.
 * It approves nothing and closes no drift.
 */
#include "cli/ctl.h"
#include "cli/history.h"
#include "cli/pick.h"
#include "cli/verb.h"

#define ANSWER_MS 10000

/* The full id for the beginning that was typed. */
static bool complete_id(const Context *context, const char *typed, char ret[EVENT_ID_HEX + 1],
			GError **error)
{
	g_autoptr(History) history = history_open(context, error);
	JournalLine line;
	json_t *event;
	goffset offset;

	if (history == NULL || !history_find(history, typed, &offset, error) ||
	    !history_read(history, offset, &line, &event, error)) {
		return false;
	}
	json_decref(event);
	g_strlcpy(ret, line.id, EVENT_ID_HEX + 1);
	return true;
}

int verb_ack(const Context *context, int argc, char **argv)
{
	g_autofree char *note = NULL;
	const GOptionEntry entries[] = {
		{"note", 'm', 0, G_OPTION_ARG_STRING, &note, "What is known about it", "TEXT"},
		G_OPTION_ENTRY_NULL,
	};
	char id[EVENT_ID_HEX + 1];
	const char *answer_id;
	GError *error = NULL;
	json_t *answer;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc != 2) {
		return verb_usage("ack", "which event? Give one id or its beginning");
	}
	if (note != NULL && !g_utf8_validate(note, -1, NULL)) {
		return verb_usage("ack", "the note is not UTF-8");
	}
	if (!complete_id(context, argv[1], id, &error)) {
		return verb_fail(error);
	}
	answer = ctl_call(context,
			  json_pack("{s:s, s:s, s:s}", "op", "ack", "id", id, "note",
				    note != NULL ? note : ""),
			  ANSWER_MS, &error);
	if (answer == NULL) {
		return verb_fail(error);
	}
	answer_id = pick_text(answer, "id");
	if (context->is_json) {
		g_print("{\"refers\":\"%s\",\"id\":\"%s\"}\n", id, answer_id ? answer_id : "");
	} else {
		g_print("acknowledged %.12s (event %.12s); it stays in the drift until it is put "
			"back or approved\n",
			id, answer_id ? answer_id : "?");
	}
	json_decref(answer);
	return CLI_OK;
}
