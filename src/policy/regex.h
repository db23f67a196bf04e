/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A regular expression of a rule (Sigma's `re`): PCRE2 over bytes, without JIT, with limits of
 * matching, depth and memory, so that no expression and no value can hold the judge up.
 *
 * What one call costs grows with the square of the value at the worst: callers cut long values to
 * windows of REGEX_WINDOW_BYTES.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define REGEX_WINDOW_BYTES (16 * 1024)
#define REGEX_MAX_BYTES 4096 /* of the expression itself */

typedef enum {
	REGEX_IGNORE_CASE = 1 << 0,
	REGEX_MULTILINE = 1 << 1,
	REGEX_DOT_ALL = 1 << 2,
} RegexFlags;

typedef enum {
	REGEX_NO,
	REGEX_YES,
	REGEX_CUT, /* a limit was hit: not known */
} RegexResult;

typedef struct Regex Regex;

/* NULL and *error (REEVE_ERROR_SYNTAX, one sentence without a place). */
Regex *regex_new(const char *text, guint flags, GError **error);
void regex_free(Regex *regex);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Regex, regex_free)

/* Whether it matches anywhere in the value. Not for two threads at once. */
RegexResult regex_matches(const Regex *regex, const char *value, gsize size);
