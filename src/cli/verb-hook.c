/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve hooks install, and reeve hook NAME, which the installed hooks call: which refs were pushed
 * is read from standard input, which repository it is from git itself.
 */
#include "cli/hook-scripts.h"
#include "cli/hook.h"
#include "cli/verb.h"

#include "base/io.h"

#include <string.h>
#include <unistd.h>

#define INPUT_MAX_BYTES (16 * 1024 * 1024)

typedef bool HookFunction(const Context *context, const Git *git, const Pushed *pushed,
			  GError **error);

static const struct {
	const char *name;
	HookFunction *in_register, *in_configuration;
	/* where old id, new id and ref stand in a line of git's */
	guint old_id, new_id, ref;
} hooks[] = {
	{"pre-receive", hook_register_pre_receive, hook_configuration_pre_receive, 0, 1, 2},
	{"post-receive", hook_register_post_receive, hook_configuration_post_receive, 0, 1, 2},
	{"pre-push", NULL, hook_configuration_pre_push, 3, 1, 2},
};

/* Deleted refs ask for nothing; whether that is allowed is git's configuration. */
static bool is_deletion(const Pushed *pushed)
{
	return strspn(pushed->new_id, "0") == strlen(pushed->new_id);
}

static int run_hook(const Context *context, gsize hook, GStrv lines)
{
	g_auto(Git) git = {NULL};
	g_autofree char *is_register = NULL;
	HookFunction *function;
	int status = CLI_OK;

	stock_git_open_place(NULL, true, &git);
	is_register = stock_git_ask(&git, "config", "--type=bool", "--get", "reeve.register", NULL);
	function = g_strcmp0(is_register, "true") == 0 ? hooks[hook].in_register
						       : hooks[hook].in_configuration;
	for (guint i = 0; function != NULL && lines[i] != NULL; i++) {
		g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
		GError *error = NULL;
		Pushed pushed;

		if (g_strv_length(words) <= MAX(hooks[hook].old_id, hooks[hook].ref)) {
			continue;
		}
		pushed = (Pushed){words[hooks[hook].old_id], words[hooks[hook].new_id],
				  words[hooks[hook].ref]};
		if (!is_deletion(&pushed) && !function(context, &git, &pushed, &error)) {
			status = verb_fail(error);
		}
	}
	return status;
}

int verb_hook(const Context *context, int argc, char **argv)
{
	g_autoptr(GBytes) input = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	GError *error = NULL;
	int status;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	/* (pre-push is given the remote's name and place as well) */
	for (gsize i = 0; argc >= 2 && i < G_N_ELEMENTS(hooks); i++) {
		if (strcmp(argv[1], hooks[i].name) != 0) {
			continue;
		}
		input = io_read_fd(STDIN_FILENO, INPUT_MAX_BYTES, &error);
		if (input == NULL) {
			return verb_fail(error);
		}
		text = g_strndup(g_bytes_get_data(input, NULL), g_bytes_get_size(input));
		lines = g_strsplit(g_strchomp(text), "\n", -1);
		return run_hook(context, i, lines);
	}
	return verb_usage("hook", "git calls `hook pre-receive`, `post-receive` and `pre-push`");
}

int verb_hooks(const Context *context, int argc, char **argv)
{
	g_auto(Git) git = {NULL};
	g_autofree char *folder = NULL, *is_bare = NULL;
	GError *error = NULL;
	bool is_server;
	int status;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc < 2 || argc > 3 || strcmp(argv[1], "install") != 0) {
		return verb_usage("hooks", "say `hooks install [DIR]`");
	}
	folder = g_canonicalize_filename(argc == 3 ? argv[2] : ".", NULL);
	stock_git_open_place(folder, false, &git);
	is_bare = stock_git_ask(&git, "rev-parse", "--is-bare-repository", NULL);
	is_server = g_strcmp0(is_bare, "true") == 0;
	if (!hook_scripts_install(context, folder, is_server ? HOOKS_SERVER : HOOKS_CLIENT,
				  &error)) {
		return verb_fail(error);
	}
	g_print("%s: %s\n", folder,
		is_server ? "pre-receive and post-receive"
			  : "pre-push, prepare-commit-msg and commit-msg");
	return CLI_OK;
}
