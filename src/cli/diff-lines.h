/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A unified diff for a person: as it is (all of it, hunk headers dim), or short: changed lines
 * first, one line of context where there is room, the rest counted.
 */
#pragma once

#include "cli/paint.h"

#include <glib.h>

/*
 * Appends the diff, every line indented. `max_lines` 0: all of it. Returns how many changed lines
 * were left out.
 */
guint diff_lines_put(const Paint *paint, GString *out, const char *diff, guint indent,
		     guint max_lines);

/*
 * Appends the diff as a patch that patch(1) takes: names on top, nothing indented, nothing
 * shortened, tabs as they are.
 */
void diff_lines_put_patch(const Paint *paint, GString *out, const char *diff, const char *old_name,
			  const char *new_name);

/* How many lines a diff adds and removes. */
void diff_lines_count(const char *diff, guint *ret_added, guint *ret_removed);
