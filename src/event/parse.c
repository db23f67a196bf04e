/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Bytes to events: see event.h. Strict about what everything later rests on (form, schema, kind,
 * seq, prev); the rest is read where it is used, and doc/event-schema.json says what it is.
 */
#include "event/event.h"
#include "event/members.h"

#include <string.h>

#define PARSE_SLACK_BYTES 4096

static bool complain(GError **error, const char *problem)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "not an event: %s", problem);
	return false;
}

static bool is_id(const char *text)
{
	guint8 raw[DIGEST_BYTES];

	return text != NULL && strlen(text) == EVENT_ID_HEX && hex_decode(text, raw, sizeof(raw));
}

/* What we never wrote need not be read: control characters between the members, even NUL, which
 * jansson lets pass. */
static bool is_one_object(const char *body, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if ((guchar)body[i] < 0x20) {
			return false;
		}
	}
	return size > 1 && body[0] == '{' && body[size - 1] == '}';
}

static bool check_members(const json_t *event, GError **error)
{
	const char *schema = json_string_value(json_object_get(event, "schema"));
	const char *kind = json_string_value(json_object_get(event, "kind"));
	const json_t *seq = json_object_get(event, "seq");
	const json_t *prev = json_object_get(event, "prev");
	EventKind known;

	if (g_strcmp0(schema, EVENT_SCHEMA) != 0) {
		return complain(error, "schema is not " EVENT_SCHEMA);
	}
	if (kind == NULL || !event_kind_from_word(kind, &known)) {
		return complain(error, "kind is unknown");
	}
	if (!json_is_integer(seq) || json_integer_value(seq) < 1 ||
	    json_integer_value(seq) > MEMBER_MAX_INTEGER) {
		return complain(error, "seq is not a number from 1");
	}
	if (!json_is_null(prev) && !is_id(json_string_value(prev))) {
		return complain(error, "prev is neither null nor 64 hexadecimal digits");
	}
	return true;
}

json_t *event_parse(const void *body, gsize size, GError **error)
{
	json_t *event;
	json_error_t problem;

	if (size > EVENT_MAX_BYTES + PARSE_SLACK_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    "not an event: %" G_GSIZE_FORMAT " bytes are more than any event has",
			    size);
		return NULL;
	}
	if (!is_one_object(body, size)) {
		complain(error, "not one object on one line");
		return NULL;
	}
	event = json_loadb(body, size, JSON_REJECT_DUPLICATES, &problem);
	if (event == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "not an event: no JSON at byte %d", problem.position);
		return NULL;
	}
	if (!check_members(event, error)) {
		json_decref(event);
		return NULL;
	}
	return event;
}

bool event_is_alert(const json_t *event)
{
	return event_words_are_alert(json_string_value(json_object_get(event, "verdict")),
				     json_string_value(json_object_get(event, "severity")));
}

bool event_words_are_alert(const char *verdict_text, const char *severity_text)
{
	Verdict verdict = VERDICT_NONE;
	Severity severity = SEVERITY_INFORMATIONAL;

	/* a word we do not know is no reason to keep quiet */
	if (verdict_text != NULL && !verdict_from_word(verdict_text, &verdict)) {
		return true;
	}
	if (severity_text != NULL && !severity_from_word(severity_text, &severity)) {
		return true;
	}
	return verdict_is_alert(verdict, severity);
}

char *event_body_with_id(const void *body, gsize size, const char *id)
{
	const char *bytes = body;

	g_assert(size > 1 && bytes[0] == '{');
	return g_strdup_printf("{\"id\":\"%s\",%.*s", id, (int)(size - 1), bytes + 1);
}
