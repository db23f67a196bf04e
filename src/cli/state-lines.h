/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is different about a file besides its text, a labelled line each: modes in words, owners by
 * name, targets, flags, attributes. From a member of an event's `files`.
 */
#pragma once

#include "cli/paint.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define STATE_LINES_INDENT 4

/* What `changed` names, before and after. */
void state_lines_put_changed(const Paint *paint, GString *out, const json_t *file);
/* What a new file is: always when it is `full`, else when it is worth a line. */
void state_lines_put_new(const Paint *paint, GString *out, const json_t *file, bool is_full);

void state_lines_put_label(const Paint *paint, GString *out, const char *label);
/* "label  before -> after   meaning"; texts are foreign, NULL: none. */
void state_lines_put_transition(const Paint *paint, GString *out, const char *label,
				const char *before, const char *after, const char *meaning);

/* "set-user-id added, no longer executable": what a change of mode means; "" when nothing worth
 * words. Caller frees. */
char *mode_words(guint before, guint after);
