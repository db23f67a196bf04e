/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rules may fire on a change at a path, by literal parts of the paths they name
 * (path-key.h): what it costs to judge a change follows from the rules about it and not from their
 * number. Who names no path, or not in a way that can be seen, is asked every time.
 */
#pragma once

#include <glib.h>

typedef struct RuleIndex RuleIndex;

/* `rules`: of Rule, borrowed. Those that cannot fire by themselves are in it nowhere. */
RuleIndex *rule_index_new(const GPtrArray *rules);
void rule_index_free(RuleIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RuleIndex, rule_index_free)

/* Rules that may fire there, each once: of Rule; the index's, until the next call. */
const GPtrArray *rule_index_find(RuleIndex *index, const char *path);
/* How many are asked every time. */
guint rule_index_unsorted(const RuleIndex *index);
