/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: what a rule's pattern has to do with the paths of a request, which may be patterns
 * themselves. Where it cannot be told exactly, the answer is the one that asks for more: a rule
 * that may speak of a path counts, and one covers it only when it surely does.
 */
#pragma once

#include <stdbool.h>

/* Whether some path may be named by both. */
bool path_class_may_meet(const char *pattern, const char *path);
/* Whether every path that `path` names is named by `pattern`. */
bool path_class_covers(const char *pattern, const char *path);
