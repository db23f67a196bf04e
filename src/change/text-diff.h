/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The difference between two texts, for two readers. A person gets a unified diff with three lines
 * of context (hunks only, escaped), unless it is binary or too large to be read. The rules get the
 * added and removed lines in any case: content that was made unreadable on purpose, by a zero byte
 * or by padding, must not escape them.
 */
#pragma once

#include "event/change.h"

#include <glib.h>

#define TEXT_DIFF_MAX_BYTES (1024 * 1024)           /* of one side, to be shown */
#define TEXT_DIFF_MAX_LINES 20000                   /* of one side, to be shown */
#define TEXT_DIFF_MAX_RULE_BYTES (16 * 1024 * 1024) /* of one side, to be given to the rules */

typedef struct {
	DiffPresence presence; /* DIFF_PRESENT, _BINARY, _TOO_LARGE; DIFF_NONE: the same text */
	char *diff;            /* NULL unless DIFF_PRESENT */
	GPtrArray *added;      /* of char *: without LF, made UTF-8; never NULL */
	GPtrArray *removed;
} TextDiff;

/* NULL is an empty text. `max_diff_bytes` caps what `diff` may be. */
void text_diff(GBytes *before, GBytes *after, gsize max_diff_bytes, TextDiff *ret);
void text_diff_clear(TextDiff *diff);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TextDiff, text_diff_clear)
