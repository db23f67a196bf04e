/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Sigma value with wildcards, compiled: `*` is any text, `?` one character, `\` before either or
 * before another `\` takes its meaning away, any other `\` stands for itself. Letters of ASCII
 * match without regard to case unless `cased`.
 *
 * Time is linear in the value but for repetitions in the pattern itself; nothing is allocated while
 * matching, so hostile values cost no more than their length.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	WILDCARD_OPEN_START = 1 << 0, /* any text may stand before (contains, endswith) */
	WILDCARD_OPEN_END = 1 << 1,   /* any text may stand behind (contains, startswith) */
	WILDCARD_CASED = 1 << 2,
	WILDCARD_DASHES = 1 << 3,  /* a `-` or `/` that begins an option matches any kind of dash */
	WILDCARD_LITERAL = 1 << 4, /* no wildcards: `text` is a value (of another field) */
} WildcardFlags;

typedef struct Wildcard Wildcard;

Wildcard *wildcard_new(const char *text, guint flags);
void wildcard_free(Wildcard *wildcard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wildcard, wildcard_free)

/* The plain text each value begins with, in lower case unless cased; caller frees. *ret_whole: and
 * with which it ends. */
char *wildcard_prefix(const Wildcard *wildcard, bool *ret_whole);

bool wildcard_matches(const Wildcard *wildcard, const char *value, gsize size);
