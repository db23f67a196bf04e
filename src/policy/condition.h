/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule's `condition`: `and or not ( )`, names of selections, `1 of x_*`, `all of x_*`,
 * `1 of them`, `all of them`. Compiled into a tree; nesting and size are capped.
 */
#pragma once

#include "base/error.h"
#include "policy/facts.h"

#include <glib.h>
#include <stdbool.h>

#define CONDITION_MAX_BYTES 8192
#define CONDITION_MAX_DEPTH 32
#define CONDITION_MAX_NODES 4096

typedef struct Condition Condition;

/*
 * `selections`: of Selection, borrowed, must outlive the condition. On NULL, *error
 * (REEVE_ERROR_SYNTAX, one sentence without a place) is about the `ret_width` bytes at
 * `ret_offset` of the text.
 */
Condition *condition_parse(const char *text, const GPtrArray *selections, guint *ret_offset,
			   guint *ret_width, GError **error);
void condition_free(Condition *condition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Condition, condition_free)

/* The keys (path-key.h) of all paths it can hold for; false: it may hold for others, too. Adds
 * char * to `ret`. */
bool condition_path_keys(const Condition *condition, GPtrArray *ret);

bool condition_holds(const Condition *condition, Facts *facts);
