/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of verbs: see verb.h. */
#include "cli/verb.h"

#include "base/nearest.h"

#include <string.h>

const Verb verbs[] = {
	{"watch", "PATH...", "start watching here and now, until ^C", verb_watch, VERB_OWN_PLACES},
	{"tail", "[--since ID] [--all]", "follow events as they come", verb_tail, 0},
	{"status", "[--wait]", "is it watching, and is the machine as agreed?", verb_status, 0},
	{"log", "[PATH...]", "events of the past: alerts, or --all", verb_log, 0},
	{"show", "ID...", "everything about an event", verb_show, 0},
	{"explain", "ID|PATH", "why a verdict is what it is, and what to do", verb_explain, 0},
	{"diff", "[PATH...]", "what differs from what was approved", verb_diff, 0},
	{"ack", "ID [--note TEXT]", "say that an alert has been seen", verb_ack, 0},
	{"verify", "", "check every record ever written", verb_verify, 0},
	{"doctor", "", "look at everything Reeve stands on", verb_doctor, VERB_WITHOUT_CONFIG},
	{"canary", "[--report] [--timeout SECONDS]", "change a file of Reeve's own and wait for it",
	 verb_canary, 0},
	{"request", "new|submit|policy|list|show|close ...", "ask for a change, see what was asked",
	 verb_request, 0},
	{"approve", "ID [--key FILE]", "look at a request and sign it", verb_approve, 0},
	{"review", "ID [--key FILE] [--note TEXT] [--yes]",
	 "confirm what was done under an emergency request", verb_review, 0},
	{"reject", "ID [--note TEXT]", "object to a request, for good", verb_reject, 0},
	{"import", "FILE --map MAP", "drafts of requests from a ticket system's export",
	 verb_import, 0},
	{"accept", "PATH... --request ID", "put what drifts under an approved request", verb_accept,
	 0},
	{"register", "init PRINCIPAL KEY.pub|fetch", "make the register of change requests",
	 verb_register, 0},
	{"keys", "new|list|allow WHO KEY.pub|revoke WHO", "whose signatures count, who may listen",
	 verb_keys, 0},
	{"hooks", "install [DIR]", "let git tell Reeve what is pushed", verb_hooks, 0},
	{"hook", "NAME", "what git calls; not for people", verb_hook, 0},
	{"policy", "check|test|list|replay [FILE|FOLDER...]",
	 "try rules before a daemon is given them", verb_policy, 0},
	{"digest", "PATH...", "what a change request would pin of a path", verb_digest,
	 VERB_WITHOUT_CONFIG},
	{0},
};

const Verb *verb_find(const char *name)
{
	for (const Verb *verb = verbs; verb->name != NULL; verb++) {
		if (strcmp(verb->name, name) == 0) {
			return verb;
		}
	}
	return NULL;
}

const Verb *verb_nearest(const char *typed)
{
	const char *names[G_N_ELEMENTS(verbs)] = {NULL};
	const char *nearest;

	for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
		names[i] = verbs[i].name;
	}
	nearest = nearest_word(typed, names);
	return nearest == NULL ? NULL : verb_find(nearest);
}

static void print_help(const Verb *verb, GOptionContext *parser)
{
	g_autofree char *options = g_option_context_get_help(parser, TRUE, NULL);
	/* GLib's text begins with a usage of its own, then, behind a blank line, has a heading in
	 * the reader's language and the options; ours names the verb. */
	const char *heading = strstr(options, "\n\n");
	const char *entries = heading == NULL ? NULL : strchr(heading + 2, '\n');

	g_print("usage: reeve %s%s%s\n\n%s\n", verb->name, *verb->synopsis != '\0' ? " " : "",
		verb->synopsis, verb->help);
	if (entries != NULL) {
		g_print("\nOptions:%s", entries);
	}
	g_print("\nThe manual is reeve(1).\n");
}

static const GOptionEntry *entry_of(const GOptionEntry *entries, char letter)
{
	for (; entries != NULL && entries->long_name != NULL; entries++) {
		if (entries->short_name == letter) {
			return entries;
		}
	}
	return NULL;
}

/* What argv points to that main did not give: kept for the life of the program. */
static void *keep(void *made)
{
	static GPtrArray *kept;

	if (kept == NULL) {
		kept = g_ptr_array_new();
	}
	g_ptr_array_add(kept, made);
	return made;
}

/* "-n5" is "-n 5" to everybody but GOption. */
static void part_values(const GOptionEntry *entries, int *argc, char ***argv)
{
	GPtrArray *parted = g_ptr_array_new();
	bool are_options = true;

	for (int i = 0; i < *argc; i++) {
		char *word = (*argv)[i];
		bool is_short = word[0] == '-' && word[1] != '\0' && word[1] != '-';
		const GOptionEntry *entry = NULL;

		are_options = are_options && strcmp(word, "--") != 0;
		if (are_options && is_short && word[2] != '\0') {
			entry = entry_of(entries, word[1]);
		}
		if (entry != NULL && entry->arg != G_OPTION_ARG_NONE) {
			g_ptr_array_add(parted, keep(g_strndup(word, 2)));
			word += 2;
		}
		g_ptr_array_add(parted, word);
	}
	*argc = (int)parted->len;
	g_ptr_array_add(parted, NULL);
	*argv = keep(g_ptr_array_free(parted, FALSE));
}

/* GOption stops at "--" but leaves it where arguments stand before it. */
static void drop_separator(int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			memmove(argv + i, argv + i + 1, (gsize)(*argc - i) * sizeof(char *));
			(*argc)--;
			return;
		}
	}
}

VerbParse verb_parse(const GOptionEntry *entries, int *argc, char ***argv, int *ret_exit)
{
	gboolean is_help = FALSE;
	const GOptionEntry help[] = {
		{"help", 'h', G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &is_help, NULL, NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GOptionContext) parser = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	const Verb *verb = verb_find((*argv)[0]);

	g_assert(verb != NULL);
	part_values(entries, argc, argv);
	g_option_context_set_help_enabled(parser, FALSE);
	if (entries != NULL) {
		g_option_context_add_main_entries(parser, entries, NULL);
	}
	g_option_context_add_main_entries(parser, help, NULL);
	if (!g_option_context_parse(parser, argc, argv, &error)) {
		*ret_exit = verb_usage(verb->name, "%s", error->message);
		return VERB_DONE;
	}
	if (is_help) {
		print_help(verb, parser);
		*ret_exit = CLI_OK;
		return VERB_DONE;
	}
	drop_separator(argc, *argv);
	return VERB_GO_ON;
}
