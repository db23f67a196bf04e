/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens in a git hook, by kind of repository: the register itself (hook-register.c) or one
 * with somebody's configuration (hook-configuration.c). Each function is one hook for one pushed
 * ref; what it prints is shown to the pusher.
 */
#pragma once

#include "cli/context.h"
#include "cli/stock-git.h"

#include <stdbool.h>

typedef struct {
	const char *old_id, *new_id; /* zeros: none */
	const char *ref;             /* "refs/heads/main" */
} Pushed;

/* Refuses what the judge could not read. */
bool hook_register_pre_receive(const Context *context, const Git *git, const Pushed *pushed,
			       GError **error);
/* Tells the daemon to look; never fails. */
bool hook_register_post_receive(const Context *context, const Git *git, const Pushed *pushed,
				GError **error);

bool hook_configuration_pre_receive(const Context *context, const Git *git, const Pushed *pushed,
				    GError **error);
/* Makes the request that the push asks for. */
bool hook_configuration_post_receive(const Context *context, const Git *git, const Pushed *pushed,
				     GError **error);
bool hook_configuration_pre_push(const Context *context, const Git *git, const Pushed *pushed,
				 GError **error);
