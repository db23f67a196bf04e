/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge's command line: what every stage has (base/stage.h) and
 *   --policy DIR...     folders of rules, read as root before the wall
 *   --trust FILE --register DIR --register-branch NAME     keys and change requests
 *   --self-approval PRINCIPAL  who is alone here, and approves what is his own
 *   --canary PATH       a file of Reeve's own, changed to prove the chain
 *   --host NAME --machine-id HEX --boot-id UUID     what events call this machine
 */
#pragma once

#include "base/stage.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	StageOptions stage;
	GStrv policy_folders;                         /* NULL: no rules */
	char *trust, *register_dir, *register_branch; /* trust NULL: no key counts */
	char *one_person; /* who may approve what is his own here; NULL: nobody */
	char *canary;     /* the file that is changed to prove the chain; NULL */
	char *host, *machine_id, *boot_id;
} JudgeOptions;

bool judge_options_parse(JudgeOptions *options, int *argc, char ***argv, GError **error);
void judge_options_clear(JudgeOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JudgeOptions, judge_options_clear)
