/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve tail: events as they come, from the bus.
 */
#include "cli/history.h"
#include "cli/tail.h"
#include "cli/verb.h"

#include <string.h>
#include <unistd.h>

/* An id as typed: whole, or its beginning, which the journal completes. Caller frees. */
static char *read_since(const Context *context, const char *typed, GError **error)
{
	g_autoptr(History) history = NULL;
	goffset offset;
	JournalLine line;
	json_t *event;

	if (*typed == '\0' || (history_is_id(typed) && strlen(typed) == EVENT_ID_HEX)) {
		return g_ascii_strdown(typed, -1);
	}
	if (!history_is_id(typed)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "--since takes the id of an event or its beginning (`reeve log` shows "
			    "them), or \"\" for all that is recorded");
		return NULL;
	}
	history = history_open(context, error);
	if (history == NULL || !history_find(history, typed, &offset, error) ||
	    !history_read(history, offset, &line, &event, error)) {
		return NULL;
	}
	json_decref(event);
	return g_strdup(line.id);
}

/* A terminal on which nothing happens looks like a program that hangs. */
static void say_waiting(const Context *context, bool all)
{
	if (isatty(STDERR_FILENO) == 1 && !context->is_json) {
		g_printerr("reeve: waiting for %s on %s; ^C ends\n", all ? "events" : "alerts",
			   context->config->runtime_dir);
	}
}

int verb_tail(const Context *context, int argc, char **argv)
{
	__attribute__((cleanup(tail_remote_clear))) TailRemote remote = {0};
	g_autofree char *typed = NULL, *since = NULL;
	g_autofree char *witness = NULL;
	gboolean all = FALSE;
	gint silence = 0;
	const GOptionEntry entries[] = {
		{"since", 's', 0, G_OPTION_ARG_STRING, &typed,
		 "First what came behind this event; \"\": everything", "ID"},
		{"live", 0, 0, G_OPTION_ARG_STRING, &remote.live,
		 "Another host's: where it publishes, tcp://HOST:PORT", "URL"},
		{"replay", 0, 0, G_OPTION_ARG_STRING, &remote.replay,
		 "Another host's: where it answers", "URL"},
		{"server-key", 0, 0, G_OPTION_ARG_FILENAME, &remote.server_key,
		 "Another host's: its server.pub", "FILE"},
		{"key", 0, 0, G_OPTION_ARG_FILENAME, &remote.key,
		 "Our secret key, which it allows (`reeve keys new`)", "FILE"},
		{"witness", 0, 0, G_OPTION_ARG_FILENAME, &witness,
		 "Remember the host's signed checkpoints here, and hold it to them", "FILE"},
		{"silence", 0, 0, G_OPTION_ARG_INT, &silence,
		 "Say when nothing was heard for so long (30)", "SECONDS"},
		{"all", 'a', 0, G_OPTION_ARG_NONE, &all, "Every event, not alerts alone", NULL},
		G_OPTION_ENTRY_NULL,
	};
	GError *error = NULL;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc > 1) {
		return verb_usage("tail", "unexpected argument `%s`", argv[1]);
	}
	if (silence < 0 || silence > 86400) {
		return verb_usage("tail", "--silence takes seconds, at most 86400");
	}
	if (typed != NULL) {
		since = read_since(context, typed, &error);
		if (since == NULL) {
			return g_error_matches(error, REEVE_ERROR, REEVE_ERROR_SYNTAX)
				       ? verb_usage_error("tail", error)
				       : verb_fail(error);
		}
	}
	if (remote.live == NULL && !tail_check(context, &error)) {
		return verb_fail(error);
	}
	say_waiting(context, all);
	return tail_follow(context, &(TailOptions){.remote = remote,
						   .since = since,
						   .witness = witness,
						   .silence = silence,
						   .all = all});
}
