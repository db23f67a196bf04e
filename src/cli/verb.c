/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of verbs: see verb.h. */
#include "cli/verb.h"

#include "base/nearest.h"

#include <string.h>

const Verb verbs[] = {
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
	/* GLib's text begins with a usage line of its own; ours names the verb. */
	const char *entries = strstr(options, "Application Options:");

	g_print("usage: reeve %s%s%s\n\n%s\n", verb->name, *verb->synopsis != '\0' ? " " : "",
		verb->synopsis, verb->help);
	if (entries != NULL) {
		g_print("\nOptions:%s", entries + strlen("Application Options:"));
	}
	g_print("\nThe manual is reeve(1).\n");
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
	if (*argc > 1 && strcmp((*argv)[1], "--") == 0) {
		memmove(*argv + 1, *argv + 2, (gsize)(*argc - 1) * sizeof(char *));
		(*argc)--;
	}
	return VERB_GO_ON;
}
