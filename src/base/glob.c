/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Globs: see glob.h. */
#include "base/glob.h"
#include "base/path.h"

#include <glib.h>
#include <string.h>

/*
 * Two backtracking points are enough: a later `*` makes an earlier `*` irrelevant, and a later `**`
 * every earlier star. So matching is polynomial, whatever the pattern.
 */
typedef struct {
	const char *pattern; /* behind the star; NULL: none seen */
	const char *text;    /* where that star's match ends now */
} Retry;

static bool retry_wide(Retry *wide, Retry *narrow, const char **p, const char **t)
{
	if (wide->pattern == NULL || *wide->text == '\0') {
		return false;
	}
	narrow->pattern = NULL;
	*t = ++wide->text;
	*p = wide->pattern;
	return true;
}

static bool retry_narrow(Retry *narrow, const char **p, const char **t)
{
	if (narrow->pattern == NULL || *narrow->text == '\0' || *narrow->text == '/') {
		return false;
	}
	*t = ++narrow->text;
	*p = narrow->pattern;
	return true;
}

bool glob_match(const char *pattern, const char *path)
{
	Retry wide = {NULL, NULL};
	Retry narrow = {NULL, NULL};
	const char *p = pattern;
	const char *t = path;

	for (;;) {
		if (p[0] == '*' && p[1] == '*') {
			p += 2;
			wide = (Retry){p, t};
			narrow.pattern = NULL;
		} else if (*p == '*') {
			p++;
			narrow = (Retry){p, t};
		} else if (*p == '\0' && *t == '\0') {
			return true;
		} else if (*t != '\0' && (*p == *t || (*p == '?' && *t != '/'))) {
			p++;
			t++;
		} else if (!retry_narrow(&narrow, &p, &t) && !retry_wide(&wide, &narrow, &p, &t)) {
			return false;
		}
	}
}

bool glob_is_valid(const char *pattern)
{
	return path_is_canonical(pattern) && strstr(pattern, "***") == NULL;
}
