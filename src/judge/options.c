/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge's command line: see options.h. */
#include "judge/options.h"

bool judge_options_parse(JudgeOptions *options, int *argc, char ***argv, GError **error)
{
	const GOptionEntry own[] = {
		{"policy", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->policy_folders,
		 "folder of rules", "DIR"},
		{"trust", 0, 0, G_OPTION_ARG_FILENAME, &options->trust,
		 "trusted keys (allowed_signers)", "FILE"},
		{"register", 0, 0, G_OPTION_ARG_FILENAME, &options->register_dir,
		 "change requests; default STATE/register.git", "DIR"},
		{"register-branch", 0, 0, G_OPTION_ARG_STRING, &options->register_branch,
		 "branch of it that counts", "NAME"},
		{"self-approval", 0, 0, G_OPTION_ARG_STRING, &options->one_person,
		 "who is alone here, and approves what is his own", "PRINCIPAL"},
		{"canary", 0, 0, G_OPTION_ARG_FILENAME, &options->canary,
		 "a file of our own, changed to prove the chain", "PATH"},
		{"host", 0, 0, G_OPTION_ARG_STRING, &options->host, "name of this machine", "NAME"},
		{"machine-id", 0, 0, G_OPTION_ARG_STRING, &options->machine_id,
		 "id of this machine", "HEX"},
		{"boot-id", 0, 0, G_OPTION_ARG_STRING, &options->boot_id, "id of this boot",
		 "UUID"},
		{0},
	};

	*options = (JudgeOptions){0};
	if (!stage_options_parse(&options->stage, "reeve-judge", own, argc, argv, error)) {
		return false;
	}
	if (options->host == NULL) {
		options->host = g_strdup(g_get_host_name());
	}
	if (options->register_dir == NULL) {
		options->register_dir =
			g_build_filename(options->stage.state_dir, "register.git", NULL);
	}
	if (options->register_branch == NULL) {
		options->register_branch = g_strdup("main");
	}
	return true;
}

void judge_options_clear(JudgeOptions *options)
{
	stage_options_clear(&options->stage);
	g_strfreev(options->policy_folders);
	g_free(options->trust);
	g_free(options->register_dir);
	g_free(options->register_branch);
	g_free(options->one_person);
	g_free(options->canary);
	g_free(options->host);
	g_free(options->machine_id);
	g_free(options->boot_id);
	*options = (JudgeOptions){0};
}
