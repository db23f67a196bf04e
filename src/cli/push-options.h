/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a pusher says along with a push (`git push -o change.window=now+2h`), as git gives it to the
 * receiving side's hooks: GIT_PUSH_OPTION_COUNT, GIT_PUSH_OPTION_0 and so on. Options that do not
 * begin with `change.` are for other hooks.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *type, *window, *risk; /* NULL: not said */
} PushOptions;

/* Unknown names, and one given twice, are refused. */
bool push_options_read(GStrv environment, PushOptions *ret, GError **error);
void push_options_clear(PushOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PushOptions, push_options_clear)
