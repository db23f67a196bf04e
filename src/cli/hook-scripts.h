/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The git hooks of hooks/ put into a repository. A hook that is there already is kept as NAME.local
 * and called first; ours are written anew each time. How the hooks find this Reeve (program, state,
 * runtime, configuration) stands in the repository's own git configuration.
 */
#pragma once

#include "cli/context.h"

#include <stdbool.h>

typedef enum {
	HOOKS_SERVER, /* a bare repository: pre-receive, post-receive */
	HOOKS_CLIENT, /* a work tree: pre-push */
} HookSide;

bool hook_scripts_install(const Context *context, const char *repository, HookSide side,
			  GError **error);
