/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows: see window.h. */
#include "cli/window.h"

#include "cli/moment.h"

#include <string.h>

static const struct {
	const char *word;
	gint64 seconds;
} units[] = {
	{"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800},
};

static bool parse_length(const char *text, gint64 *ret_usec)
{
	char *unit;
	guint64 count = g_ascii_strtoull(text, &unit, 10);

	if (!g_ascii_isdigit(*text) || count == 0 || count > 10000) {
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		if (strcmp(unit, units[i].word) == 0) {
			*ret_usec = (gint64)count * units[i].seconds * G_USEC_PER_SEC;
			return true;
		}
	}
	return false;
}

static bool complain(const char *text, GError **error)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
		    "`%s` is no window; write 2026-11-22T20:00:00Z/2026-11-22T22:00:00Z, "
		    "2026-11-22T20:00:00Z+2h, now+2h or /END",
		    text);
	return false;
}

/* The end: a moment, or a length behind the start. */
static bool parse_end(const char *text, gint64 start_usec, gint64 now_usec, gint64 *ret_usec,
		      GError **error)
{
	gint64 length;

	if (*text == '\0') {
		*ret_usec = 0;
		return true;
	}
	if (*text == '+' && parse_length(text + 1, &length)) {
		*ret_usec = (start_usec != 0 ? start_usec : now_usec) + length;
		return true;
	}
	return moment_parse(text, now_usec, ret_usec, error);
}

bool window_parse(const char *text, gint64 now_usec, gint64 *ret_start, gint64 *ret_end,
		  GError **error)
{
	const char *slash = strchr(text, '/');
	/* the last plus: the first may belong to a time zone */
	const char *behind = slash != NULL ? slash + 1 : strrchr(text, '+');
	g_autofree char *start = NULL;
	gint64 length;

	if (behind == NULL || (slash == NULL && !parse_length(behind + 1, &length))) {
		return complain(text, error);
	}
	start = g_strndup(text, (gsize)((slash != NULL ? slash : behind) - text));
	*ret_start = 0;
	if (*start != '\0' && !moment_parse(start, now_usec, ret_start, error)) {
		return false;
	}
	if (!parse_end(behind, *ret_start, now_usec, ret_end, error)) {
		return false;
	}
	/* people think in seconds; a window opens a little early rather than late */
	*ret_start -= *ret_start % G_USEC_PER_SEC;
	*ret_end -= *ret_end % G_USEC_PER_SEC;
	if (*ret_end != 0 && *ret_end <= *ret_start) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "the window `%s` ends before it starts", text);
		return false;
	}
	return true;
}

char *window_words(gint64 start_usec, gint64 end_usec)
{
	g_autofree char *start = moment_long(start_usec);
	g_autofree char *end = moment_short(end_usec, start_usec != 0 ? start_usec : end_usec);

	if (start_usec == 0 && end_usec == 0) {
		return g_strdup("any time");
	}
	if (end_usec == 0) {
		return g_strdup_printf("from %s", start);
	}
	if (start_usec == 0) {
		g_autofree char *whole = moment_long(end_usec);

		return g_strdup_printf("until %s", whole);
	}
	return g_strdup_printf("%s to %s", start, end);
}
