/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One value of a rule, compiled under its field's modifiers, ready to be held against the values of
 * a change.
 */
#pragma once

#include "base/error.h"
#include "base/yaml.h"
#include "policy/facts.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Pattern Pattern;

/*
 * Compiles a scalar. `sets`: the fields a `fieldref` may name. NULL and *error
 * (REEVE_ERROR_SYNTAX, one sentence without a place).
 */
Pattern *pattern_new(const YamlNode *scalar, guint modifiers, guint sets, GError **error);
void pattern_free(Pattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pattern, pattern_free)

/* Whether it is slow compared with a plain value, so that others should be tried first. */
bool pattern_is_costly(const Pattern *pattern);

/* The keys (path-key.h) by which paths it matches are found; false: others may match, too. Adds
 * char * to `ret`. */
bool pattern_path_keys(const Pattern *pattern, GPtrArray *ret);

/*
 * Whether any of `values` (char *) matches; a pattern that asks whether the field is there, or is
 * empty, looks at their number. A pattern cut off at its limits does not match and marks the facts.
 */
bool pattern_matches(const Pattern *pattern, const GPtrArray *values, Facts *facts);
