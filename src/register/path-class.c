/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classes of paths: see path-class.h. */
#include "register/path-class.h"
#include "register/policy-path.h"

#include "base/glob.h"

#include <glib.h>
#include <string.h>

static bool is_policy(const char *path)
{
	return g_str_has_prefix(path, POLICY_PATH);
}

static bool is_pattern(const char *path)
{
	return strpbrk(path, "*?") != NULL;
}

/* The register's own policy has only whole names and one pattern. */
static bool policy_meets(const char *pattern, const char *path)
{
	return g_str_equal(pattern, POLICY_PATH_ALL) || g_str_equal(path, POLICY_PATH_ALL) ||
	       g_str_equal(pattern, path);
}

bool path_class_may_meet(const char *pattern, const char *path)
{
	if (is_policy(pattern) || is_policy(path)) {
		return is_policy(pattern) && is_policy(path) && policy_meets(pattern, path);
	}
	if (!is_pattern(path)) {
		return glob_match(pattern, path);
	}
	if (!is_pattern(pattern)) {
		return glob_match(path, pattern);
	}
	/* two patterns: what stands before the first wildcard of both must agree */
	return strncmp(pattern, path, MIN(strcspn(pattern, "*?"), strcspn(path, "*?"))) == 0;
}

bool path_class_covers(const char *pattern, const char *path)
{
	gsize head = strlen(pattern) - 2;

	if (is_policy(pattern) || is_policy(path)) {
		return is_policy(pattern) && is_policy(path) &&
		       (g_str_equal(pattern, POLICY_PATH_ALL) || g_str_equal(pattern, path));
	}
	if (!is_pattern(path)) {
		return glob_match(pattern, path);
	}
	return g_str_equal(pattern, path) ||
	       (g_str_has_suffix(pattern, "/**") && strcspn(pattern, "*?") == head &&
		strncmp(pattern, path, head) == 0 && strcspn(path, "*?") >= head);
}
