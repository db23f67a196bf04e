/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signed statements: see statement.h. */
#include "register/statement.h"

#include "base/clock.h"
#include "base/escape.h"

#include <string.h>

#define FIRST_LINE "reeve-approval 1"

void statement_clear(Statement *statement)
{
	g_clear_pointer(&statement->request, g_free);
	g_clear_pointer(&statement->role, g_free);
	g_clear_pointer(&statement->approver, g_free);
}

/* The date has whole seconds: it is a claim for people, never what validity is judged by. */
static char *format_date(gint64 usec)
{
	g_autofree char *whole = clock_format(usec);

	return g_strdup_printf("%.19sZ", whole);
}

char *statement_format(const Statement *statement)
{
	char sha256[2 * DIGEST_BYTES + 1], blob[2 * BLOB_BYTES + 1];
	g_autofree char *date = format_date(statement->date_usec);

	hex_encode(statement->request_sha256, DIGEST_BYTES, sha256);
	hex_encode(statement->request_blob, BLOB_BYTES, blob);
	return g_strdup_printf(FIRST_LINE "\n"
					  "request %s\n"
					  "request-sha256 %s\n"
					  "request-blob %s\n"
					  "decision %s\n"
					  "role %s\n"
					  "approver %s\n"
					  "date %s\n",
			       statement->request, sha256, blob, decision_word(statement->decision),
			       statement->role, statement->approver, date);
}

/* Each reader takes the value of one line and says whether it has its form. */

static bool value_is_word(const char *value)
{
	gsize length = strlen(value);

	return length > 0 && length <= 255 && g_utf8_validate(value, -1, NULL) &&
	       !escape_is_needed(value, length) && strchr(value, ' ') == NULL;
}

static bool read_request(const char *value, Statement *ret)
{
	ret->request = g_strdup(value);
	return value_is_word(value);
}

static bool read_sha256(const char *value, Statement *ret)
{
	return hex_decode(value, ret->request_sha256, DIGEST_BYTES);
}

static bool read_blob(const char *value, Statement *ret)
{
	return hex_decode(value, ret->request_blob, BLOB_BYTES);
}

static bool read_decision(const char *value, Statement *ret)
{
	for (Decision decision = DECISION_APPROVE; decision_is_signed(decision); decision++) {
		if (g_str_equal(value, decision_word(decision))) {
			ret->decision = decision;
			return true;
		}
	}
	return false;
}

static bool read_role(const char *value, Statement *ret)
{
	ret->role = g_strdup(value);
	return value_is_word(value);
}

static bool read_approver(const char *value, Statement *ret)
{
	ret->approver = g_strdup(value);
	return value_is_word(value);
}

static bool read_date(const char *value, Statement *ret)
{
	return strlen(value) == strlen("2026-11-22T03:04:05Z") &&
	       clock_parse(value, &ret->date_usec);
}

static const struct {
	const char *key;
	bool (*read)(const char *value, Statement *ret);
	const char *form;
} lines[] = {
	{"request ", read_request, "an id"},
	{"request-sha256 ", read_sha256, "64 hexadecimal digits"},
	{"request-blob ", read_blob, "40 hexadecimal digits"},
	{"decision ", read_decision, "approve, reject or review"},
	{"role ", read_role, "a word"},
	{"approver ", read_approver, "a principal"},
	{"date ", read_date, "a time like 2026-11-22T03:04:05Z"},
};

static bool wrong(const char *name, guint line, const char *expected, const char *form,
		  GError **error)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s:%u: expected `%s%s%s%s`", name,
		    line, expected, form == NULL ? "" : "<", form == NULL ? "" : form,
		    form == NULL ? "" : ">");
	return false;
}

bool statement_parse(const char *name, const void *data, gsize size, Statement *ret, GError **error)
{
	g_auto(Statement) made = {NULL};
	g_autofree char *text = NULL;
	g_auto(GStrv) found = NULL;

	if (size > STATEMENT_MAX_BYTES || (size > 0 && memchr(data, '\0', size) != NULL)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: not a statement: too large, or has NUL bytes", name);
		return false;
	}
	text = g_strndup(size == 0 ? "" : data, size); /* an empty GBytes has no bytes */
	found = g_strsplit(text, "\n", -1);
	if (!g_str_equal(found[0] == NULL ? "" : found[0], FIRST_LINE)) {
		return wrong(name, 1, FIRST_LINE, NULL, error);
	}
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		const char *line = found[i + 1];

		if (line == NULL || !g_str_has_prefix(line, lines[i].key) ||
		    !lines[i].read(line + strlen(lines[i].key), &made)) {
			return wrong(name, i + 2, lines[i].key, lines[i].form, error);
		}
	}
	if (g_strv_length(found) != G_N_ELEMENTS(lines) + 2 ||
	    found[G_N_ELEMENTS(lines) + 1][0] != '\0') {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s:%u: nothing may follow the date but one line feed", name,
			    (guint)G_N_ELEMENTS(lines) + 2);
		return false;
	}
	*ret = made;
	made = (Statement){NULL};
	return true;
}
