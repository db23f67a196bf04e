/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Skimming: see skim.h. One pass over the members of the outermost object. */
#include "event/skim.h"

#include <string.h>

/* A piece of the body. */
typedef struct {
	const char *text;
	gsize size;
} Span;

enum {
	MEMBER_SCHEMA,
	MEMBER_KIND,
	MEMBER_SEQ,
	MEMBER_PREV,
	MEMBER_HOST,
	MEMBER_VERDICT,
	MEMBER_SEVERITY,
	_MEMBER_N,
};

static const char *const names[_MEMBER_N] = {"schema", "kind",    "seq",     "prev",
					     "host",   "verdict", "severity"};

/* Behind the closing quote of the string that begins at `at`; NULL: it does not end. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end; at++) {
		if ((guchar)*at < 0x20) {
			return NULL;
		}
		if (*at == '\\') {
			at++;
		} else if (*at == '"') {
			return at + 1;
		}
	}
	return NULL;
}

/* Behind the object or list that begins at `at`. */
static const char *skip_nest(const char *at, const char *end)
{
	guint depth = 0;

	while (at < end) {
		switch (*at) {
		case '"':
			at = skip_string(at, end);
			if (at == NULL) {
				return NULL;
			}
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (--depth == 0) {
				return at + 1;
			}
			break;
		default:
			if ((guchar)*at < 0x20) {
				return NULL;
			}
		}
		at++;
	}
	return NULL;
}

static const char *skip_value(const char *at, const char *end)
{
	const char *start = at;

	if (at == end) {
		return NULL;
	}
	if (*at == '"') {
		return skip_string(at, end);
	}
	if (*at == '{' || *at == '[') {
		return skip_nest(at, end);
	}
	while (at < end && (g_ascii_isalnum(*at) || *at == '-')) {
		at++;
	}
	return at > start ? at : NULL;
}

static int member_of(Span name)
{
	for (int i = 0; i < _MEMBER_N; i++) {
		if (strlen(names[i]) == name.size && memcmp(names[i], name.text, name.size) == 0) {
			return i;
		}
	}
	return -1;
}

/* The members of the object `object`, braces included, as we write them: no space between. */
static bool split(Span object, Span members[_MEMBER_N])
{
	const char *at = object.text, *end = object.text + object.size - 1;

	if (object.size < 2 || *at != '{' || *end != '}') {
		return false;
	}
	do {
		const char *name = ++at;
		const char *colon = at < end && *at == '"' ? skip_string(at, end) : NULL;
		const char *behind = colon == NULL || colon == end || *colon != ':'
					     ? NULL
					     : skip_value(colon + 1, end);
		int member;

		/* (an escaped name may be one of ours in other letters) */
		if (behind == NULL || memchr(name, '\\', (gsize)(colon - name)) != NULL) {
			return false;
		}
		member = member_of((Span){name + 1, (gsize)(colon - name) - 2});
		if (member >= 0 && members[member].text != NULL) {
			return false;
		}
		if (member >= 0) {
			members[member] = (Span){colon + 1, (gsize)(behind - colon) - 1};
		}
		at = behind;
	} while (at < end && *at == ',');
	return at == end;
}

/* A plain string's text, cut to fit; NULL: it is none, or has escapes. */
static const char *plain(Span value, char *ret, gsize size)
{
	if (value.size < 2 || value.text[0] != '"' || value.size - 2 >= size ||
	    memchr(value.text, '\\', value.size) != NULL) {
		return NULL;
	}
	memcpy(ret, value.text + 1, value.size - 2);
	ret[value.size - 2] = '\0';
	return ret;
}

static bool read_seq(Span value, guint64 *ret)
{
	char digits[17];

	if (value.size == 0 || value.size >= sizeof(digits)) {
		return false;
	}
	memcpy(digits, value.text, value.size);
	digits[value.size] = '\0';
	return digits[0] != '0' &&
	       g_ascii_string_to_unsigned(digits, 10, 1, (1ULL << 53) - 1, ret, NULL);
}

static bool read_prev(Span value, char ret[EVENT_ID_HEX + 1])
{
	guint8 raw[DIGEST_BYTES];

	*ret = '\0';
	if (value.size == 4 && memcmp(value.text, "null", 4) == 0) {
		return true;
	}
	return value.size == EVENT_ID_HEX + 2 && plain(value, ret, EVENT_ID_HEX + 1) != NULL &&
	       hex_decode(ret, raw, sizeof(raw));
}

/* `{"name":"web-1",...}`: the name comes first, as we write it. */
static const char *read_host(Span value, char *ret, gsize size)
{
	static const char head[] = "{\"name\":";
	gsize at = sizeof(head) - 1;
	const char *behind;

	if (value.size <= at || memcmp(value.text, head, at) != 0 || value.text[at] != '"') {
		return NULL;
	}
	behind = skip_string(value.text + at, value.text + value.size);
	return behind == NULL ? NULL
			      : plain((Span){value.text + at, (gsize)(behind - value.text) - at},
				      ret, size);
}

bool event_skim(EventSkim *ret, const char *body, gsize size)
{
	Span members[_MEMBER_N] = {{NULL, 0}};
	char schema[16], kind[16], verdict[16], severity[16], host[256];
	bool has_verdict;

	if (!split((Span){body, size}, members)) {
		return false;
	}
	has_verdict = members[MEMBER_VERDICT].text != NULL;
	if (g_strcmp0(plain(members[MEMBER_SCHEMA], schema, sizeof(schema)), EVENT_SCHEMA) != 0 ||
	    plain(members[MEMBER_KIND], kind, sizeof(kind)) == NULL ||
	    plain(members[MEMBER_SEVERITY], severity, sizeof(severity)) == NULL ||
	    (has_verdict && plain(members[MEMBER_VERDICT], verdict, sizeof(verdict)) == NULL) ||
	    read_host(members[MEMBER_HOST], host, sizeof(host)) == NULL ||
	    !read_seq(members[MEMBER_SEQ], &ret->seq) ||
	    !read_prev(members[MEMBER_PREV], ret->prev)) {
		return false;
	}
	ret->topic = event_topic_of(kind, has_verdict ? verdict : NULL, severity, host);
	return true;
}
