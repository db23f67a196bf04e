/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closings: see closing.h. */
#include "register/closing.h"

#include "base/clock.h"
#include "base/escape.h"

#include <string.h>

#define FIRST_LINE "reeve-closing 1"
#define DATE_LIKE "2026-11-22T03:04:05Z"

void closing_clear(Closing *closing)
{
	g_clear_pointer(&closing->request, g_free);
	g_clear_pointer(&closing->by, g_free);
	g_clear_pointer(&closing->note, g_free);
}

char *closing_format(const Closing *closing)
{
	g_autofree char *date = clock_format(closing->date_usec);

	return g_strdup_printf(FIRST_LINE "\nrequest %s\nby %s\ndate %.19sZ\nnote %s\n",
			       closing->request, closing->by, date, closing->note);
}

/* Each reader takes the value of one line and says whether it has its form. */

static bool is_line(const char *value, gsize max)
{
	gsize length = strlen(value);

	return length > 0 && length <= max && g_utf8_validate(value, -1, NULL) &&
	       !escape_is_needed(value, length);
}

static bool read_request(const char *value, Closing *ret)
{
	ret->request = g_strdup(value);
	return is_line(value, 64);
}

static bool read_by(const char *value, Closing *ret)
{
	ret->by = g_strdup(value);
	return is_line(value, 255) && strchr(value, ' ') == NULL;
}

static bool read_date(const char *value, Closing *ret)
{
	return strlen(value) == strlen(DATE_LIKE) && clock_parse(value, &ret->date_usec);
}

static bool read_note(const char *value, Closing *ret)
{
	ret->note = g_strdup(value);
	return is_line(value, CLOSING_NOTE_MAX_BYTES);
}

static const struct {
	const char *key;
	bool (*read)(const char *value, Closing *ret);
	const char *form;
} lines[] = {
	{"request ", read_request, "an id"},
	{"by ", read_by, "a principal"},
	{"date ", read_date, "a time like " DATE_LIKE},
	{"note ", read_note, "why, in one line"},
};

static bool complain(const char *name, guint line, const char *expected, const char *form,
		     GError **error)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s:%u: expected `%s%s`", name, line,
		    expected, form);
	return false;
}

bool closing_parse(const char *name, const void *data, gsize size, Closing *ret, GError **error)
{
	g_auto(Closing) made = {NULL};
	g_autofree char *text = NULL;
	g_auto(GStrv) found = NULL;

	if (size == 0 || size > CLOSING_MAX_BYTES || memchr(data, '\0', size) != NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: no closing: empty, too large, or has NUL bytes", name);
		return false;
	}
	text = g_strndup(data, size);
	found = g_strsplit(text, "\n", -1);
	if (!g_str_equal(found[0], FIRST_LINE)) {
		return complain(name, 1, FIRST_LINE, "", error);
	}
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		const char *line = found[i + 1];

		if (line == NULL || !g_str_has_prefix(line, lines[i].key) ||
		    !lines[i].read(line + strlen(lines[i].key), &made)) {
			return complain(name, i + 2, lines[i].key, lines[i].form, error);
		}
	}
	if (g_strv_length(found) != G_N_ELEMENTS(lines) + 2 ||
	    found[G_N_ELEMENTS(lines) + 1][0] != '\0') {
		return complain(name, (guint)G_N_ELEMENTS(lines) + 2, "", "the end of the file",
				error);
	}
	*ret = made;
	made = (Closing){NULL};
	return true;
}
