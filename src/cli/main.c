/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve: the command line. Finds the verb, gives it its context, and returns what it returns.
 * Everything a verb does is in its own file; this one knows only the table.
 */
#include "base/log.h"
#include "cli/context.h"
#include "cli/verb.h"

#include "build-config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int print_help(void)
{
	g_print("usage: reeve [--config FILE] [--state DIR] [--runtime DIR] [--json] VERB ...\n\n");
	for (const Verb *verb = verbs; verb->name != NULL; verb++) {
		g_print("  %-9s %s\n", verb->name, verb->help);
	}
	g_print("\n"
		"Options, before or behind the verb:\n"
		"  --config FILE   configuration (%s)\n"
		"  --state DIR     the stores: snapshots.git, journal\n"
		"  --runtime DIR   the sockets of the running daemon\n"
		"  --json          one JSON object per line instead of text\n"
		"  --color WHEN    auto, always or never\n"
		"  --version\n\n"
		"`reeve help VERB` tells more about one; the manual is reeve(1).\n"
		"First time here? `reeve watch /etc`\n",
		REEVE_CONFIG_FILE);
	return CLI_OK;
}

static int unknown_verb(const char *typed)
{
	const Verb *nearest = verb_nearest(typed);

	g_printerr("reeve: there is no verb `%s`", typed);
	if (nearest != NULL) {
		g_printerr("; did you mean `reeve %s`?\n", nearest->name);
	} else {
		g_printerr("; `reeve help` lists them all\n");
	}
	return CLI_USAGE;
}

/* `reeve help VERB` is `reeve VERB --help`: the verb alone knows its options. */
static int help_on(const Context *context, const char *name)
{
	const Verb *verb = verb_find(name);
	char option[] = "--help";
	char *arguments[] = {(char *)name, option, NULL};

	return verb == NULL ? unknown_verb(name) : verb->run(context, 2, arguments);
}

static bool is_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int dispatch(Context *context, int argc, char **argv)
{
	const Verb *verb = verb_find(argv[0]);

	if (is_help(argv[0])) {
		return argc > 1 ? help_on(context, argv[1]) : print_help();
	}
	if (argv[0][0] == '-') {
		g_printerr("reeve: there is no option `%s` before the verb; see `reeve help`\n",
			   argv[0]);
		return CLI_USAGE;
	}
	if (verb == NULL) {
		return unknown_verb(argv[0]);
	}
	if ((verb->flags & VERB_OWN_PLACES) == 0) {
		context_prefer_system(context);
	}
	if (context->config_problem != NULL && (verb->flags & VERB_WITHOUT_CONFIG) == 0) {
		return verb_trouble("%s", context->config_problem);
	}
	return verb->run(context, argc, argv);
}

int main(int argc, char **argv)
{
	g_auto(GlobalOptions) options = {0};
	g_auto(Context) context = {0};
	g_autoptr(GError) error = NULL;

	setlocale(LC_ALL, "");
	/* `reeve log | head` ends quietly. */
	signal(SIGPIPE, SIG_DFL);
	log_init("reeve");
	if (!global_options_parse(&options, &argc, &argv, &error) ||
	    !context_init(&context, &options, &error)) {
		g_printerr("reeve: %s\nTry `reeve help`.\n", error->message);
		return CLI_USAGE;
	}
	if (options.is_version) {
		g_print("reeve %s\n", REEVE_VERSION);
		return CLI_OK;
	}
	if (argc < 2) {
		print_help();
		return CLI_USAGE;
	}
	return dispatch(&context, argc - 1, argv + 1);
}
