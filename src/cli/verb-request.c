/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reeve request: the table of its second words. */
#include "cli/request-verbs.h"

#include <string.h>

static const struct {
	const char *word;
	VerbFunction run;
} words[] = {
	{"new", request_verb_new},   {"submit", request_verb_submit},
	{"list", request_verb_list}, {"policy", request_verb_policy},
	{"show", request_verb_show}, {"close", request_verb_close},
};

char *request_usual_person(void)
{
	g_auto(Git) git = {NULL};
	char *email;

	stock_git_open_place(NULL, false, &git);
	email = stock_git_ask(&git, "config", "--get", "user.email", NULL);
	return email != NULL ? email : g_strdup(g_get_user_name());
}

int verb_request(const Context *context, int argc, char **argv)
{
	int status;

	for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS(words); i++) {
		if (strcmp(argv[1], words[i].word) == 0) {
			argv[1] = argv[0];
			return words[i].run(context, argc - 1, argv + 1);
		}
	}
	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	return verb_usage(
		"request",
		"say `request new`, `submit FILE`, `policy FILE`, `list`, `show ID` or `close "
		"ID`; each has its --help");
}
