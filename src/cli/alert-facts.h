/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The labelled lines below the files of an alert: why, by whom, by which request.
 */
#pragma once

#include "cli/paint.h"

#include <glib.h>
#include <stdbool.h>

#define FACTS_INDENT 2
#define FACTS_COLUMN 10 /* where what follows a label begins */

/* "  label  ", ready for what follows. */
void facts_put_label(const Paint *paint, GString *out, const char *label);
/* A whole line of foreign text; nothing when it is NULL. */
void facts_put(const Paint *paint, GString *out, const char *label, const char *text);

/*
 * `files`: of json_t, members of `files`. What several have in common is said once. Reasons for
 * what is merely unapproved are told only when `all` is asked for: the word says it already.
 */
void facts_put_reasons(const Paint *paint, GString *out, const GPtrArray *files, bool all);
void facts_put_actors(const Paint *paint, GString *out, const GPtrArray *files);
void facts_put_request(const Paint *paint, GString *out, const GPtrArray *files);
