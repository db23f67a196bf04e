/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys of paths: what a rule that names paths can be found by, without asking it. A key is a whole
 * path, or a folder of one or two parts with its slash ("/etc/", "/etc/nginx/"); in lower case, as
 * rules may mean either. A path has at most three: whatever fires on it is found by one of them, or
 * has no key at all.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define PATH_KEY_MAX 3

/* What paths with this beginning have in common; false: nothing. Adds char * to `ret`. */
bool path_key_of_prefix(const char *prefix, bool is_whole, GPtrArray *ret);

/* Of an expression, as far as each of its alternatives begins with `^` and plain text. */
bool path_key_of_regex(const char *expression, GPtrArray *ret);

/* The keys of a path, to be looked up; returns how many. Free each. */
guint path_key_list(const char *path, char *ret[PATH_KEY_MAX]);
