/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve register init: makes the register of this machine and trusts a first key. One command, as
 * whoever runs the daemon; nothing that is there already is touched.
 */
#include "cli/ctl.h"
#include "cli/hook-scripts.h"
#include "cli/register-view.h"
#include "cli/trust-file.h"
#include "cli/verb.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The judge may have made the empty folder already, with the right group. */
#define NUDGE_MS 2000

static bool make_folder(const Context *context, const char *place, GError **error)
{
	const char *state_dir = context->config->state_dir;
	g_autofree char *parent = g_path_get_dirname(place);
	struct stat st;

	/* the daemon decides, at its first start, which group reads what is recorded */
	if (geteuid() == 0 && g_str_equal(parent, state_dir) && stat(parent, &st) < 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "%s is not there yet: start the daemon once before making a register",
			    parent);
		return false;
	}
	if (g_mkdir_with_parents(parent, g_str_equal(parent, state_dir) ? 0750 : 0755) < 0) {
		return error_set_errno(error, "cannot make %s", parent);
	}
	if (mkdir(place, 0700) < 0) {
		return errno == EEXIST || error_set_errno(error, "cannot make %s", place);
	}
	/* who may read the machine's state may ask for changes: design 2 */
	if (stat(parent, &st) < 0 || (geteuid() == 0 && chown(place, (uid_t)-1, st.st_gid) < 0) ||
	    chmod(place, 02770) < 0) {
		return error_set_errno(error, "cannot prepare %s", place);
	}
	return true;
}

static bool folder_is_empty(const char *place, GError **error)
{
	g_autoptr(GDir) folder = g_dir_open(place, 0, error);

	if (folder == NULL) {
		return false;
	}
	if (g_dir_read_name(folder) != NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s is there already; `reeve keys allow` trusts another key", place);
		return false;
	}
	return true;
}

/*
 * Hooks and configuration stay root's: git, run by root in here, does what they say. So nobody else
 * may write into the folder itself; and because git locks HEAD, in there, with the branch it names,
 * HEAD names none that is ever pushed (`git clone -b main` says which one is wanted).
 */
static bool close_repository(const char *place, GError **error)
{
	g_autofree char *config = g_build_filename(place, "config", NULL);
	g_autofree char *head = g_build_filename(place, "HEAD", NULL);
	bool is_shared = geteuid() == 0;

	if (is_shared && !g_file_set_contents(head, "ref: refs/heads/none\n", -1, error)) {
		return false;
	}
	return (chmod(config, 0644) == 0 && chmod(head, 0644) == 0 &&
		chmod(place, is_shared ? 02750 : 0700) == 0) ||
	       error_set_errno(error, "cannot close %s", place);
}

static bool make_repository(const Context *context, const char *place, GError **error)
{
	static const char *const settings[][2] = {
		{"core.sharedRepository", "group"},
		/* what was approved stays findable */
		{"receive.denyNonFastForwards", "true"},
		{"receive.denyDeletes", "true"},
		{"receive.fsckObjects", "true"},
		/* who pushes writes objects and refs, nothing beside them */
		{"receive.autogc", "false"},
		{"gc.auto", "0"},
		{"core.logAllRefUpdates", "false"},
		{"reeve.register", "true"},
	};
	g_auto(Git) git = {NULL};
	g_autofree char *option = g_strconcat("--git-dir=", place, NULL);

	if (!stock_git_open_workshop(place, &git, error) ||
	    !stock_git_run(&git, NULL, NULL, error, option, "init", "-q", "--bare", "--template=",
			   "--shared=group", "-b", context->config->register_branch, NULL)) {
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
		if (!stock_git_run(&git, NULL, NULL, error, option, "config", settings[i][0],
				   settings[i][1], NULL)) {
			return false;
		}
	}
	return hook_scripts_install(context, place, HOOKS_SERVER, error) &&
	       close_repository(place, error);
}

static bool init_register(const Context *context, const char *principal, const char *key,
			  GError **error)
{
	g_autofree char *place = register_place(context);
	/* nothing is made for a key that cannot be used */
	g_autoptr(Signers) checked = public_key_read(principal, key, error);

	return checked != NULL && make_folder(context, place, error) &&
	       folder_is_empty(place, error) && make_repository(context, place, error) &&
	       trust_allow(context, principal, key, NULL, error);
}

static void print_made(const Context *context, const char *principal)
{
	g_autofree char *place = register_place(context);
	bool is_told = trust_tell_daemon(context);

	g_print("register  %s\n"
		"trusted   %s, in %s\n"
		"daemon    %s\n\n"
		"Next: `reeve request new` asks for a change, `reeve approve ID` signs it.\n"
		"Nobody approves what he requested himself; `reeve keys allow` trusts others.\n",
		place, principal, context->config->register_trust,
		is_told ? "knows the key" : "not running; it reads the key when it starts");
}

/* For a hook of the remote register: the daemon fetches as soon as may be. */
static int fetch(const Context *context)
{
	GError *error = NULL;
	json_t *answer;

	if (context->config->register_remote == NULL) {
		return verb_trouble("the register is here: register.remote is not configured");
	}
	answer = ctl_call(context, json_pack("{s:s}", "op", "nudge"), NUDGE_MS, &error);
	json_decref(answer);
	return answer == NULL ? verb_fail(error) : CLI_OK;
}

int verb_register(const Context *context, int argc, char **argv)
{
	GError *error = NULL;
	int status;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc == 2 && strcmp(argv[1], "fetch") == 0) {
		return fetch(context);
	}
	if (argc != 4 || strcmp(argv[1], "init") != 0) {
		return verb_usage("register",
				  "say `register init PRINCIPAL KEY.pub` or `register fetch`");
	}
	if (!init_register(context, argv[2], argv[3], &error)) {
		return verb_fail(error);
	}
	print_made(context, argv[2]);
	return CLI_OK;
}
