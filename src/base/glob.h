/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The one glob dialect of Reeve (design 5.2): `*` and `?` do not cross '/', `**` does; a pattern
 * names absolute paths. There are no brackets, braces or escapes. A pattern that ends in `/` + `**`
 * matches what is below a directory, not the directory.
 */
#pragma once

#include <stdbool.h>

/* Whether the whole of `path` (raw bytes) matches. Time is bounded by the product of lengths. */
bool glob_match(const char *pattern, const char *path);

/* Whether a pattern has the form above: canonical as a path, no `***`. */
bool glob_is_valid(const char *pattern);
