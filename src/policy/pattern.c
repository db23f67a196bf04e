/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a rule, compiled: the modifiers decide which of the kinds a value is. */
#include "policy/pattern.h"

#include "policy/cidr.h"
#include "policy/field.h"
#include "policy/modifier.h"
#include "policy/path-key.h"
#include "policy/regex.h"
#include "policy/wildcard.h"

#include <string.h>

#define OVERLAP_BYTES (4 * 1024)

typedef enum {
	PATTERN_TEXT,
	PATTERN_ABSENT, /* null: the field has no value */
	PATTERN_EXISTS,
	PATTERN_REGEX,
	PATTERN_CIDR,
	PATTERN_ORDER,
	PATTERN_FIELD,
} PatternKind;

struct Pattern {
	PatternKind kind;
	guint modifiers;
	bool wants_value; /* PATTERN_EXISTS */
	Wildcard *text;
	Regex *regex;
	char *expression; /* of the regex */
	Cidr cidr;
	gint64 number;
	guint field; /* PATTERN_FIELD */
};

static guint wildcard_flags(guint modifiers)
{
	guint flags = 0;

	flags |= (modifiers & (MODIFIER_CONTAINS | MODIFIER_ENDSWITH)) ? WILDCARD_OPEN_START : 0;
	flags |= (modifiers & (MODIFIER_CONTAINS | MODIFIER_STARTSWITH)) ? WILDCARD_OPEN_END : 0;
	flags |= (modifiers & MODIFIER_CASED) ? WILDCARD_CASED : 0;
	flags |= (modifiers & MODIFIER_WINDASH) ? WILDCARD_DASHES : 0;
	return flags;
}

static bool make_text(Pattern *pattern, const char *text, guint sets, GError **error)
{
	pattern->kind = PATTERN_TEXT;
	if (*text == '\0' && (pattern->modifiers & MODIFIER_ANCHORS)) {
		g_set_error_literal(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "an empty value is contained in everything");
		return false;
	}
	pattern->text = wildcard_new(text, wildcard_flags(pattern->modifiers));
	return true;
}

static bool make_exists(Pattern *pattern, const char *text, guint sets, GError **error)
{
	pattern->kind = PATTERN_EXISTS;
	pattern->wants_value =
		g_ascii_strcasecmp(text, "true") == 0 || g_ascii_strcasecmp(text, "yes") == 0;
	if (!pattern->wants_value && g_ascii_strcasecmp(text, "false") != 0 &&
	    g_ascii_strcasecmp(text, "no") != 0) {
		g_set_error_literal(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "`exists` takes `true` or `false`");
		return false;
	}
	return true;
}

static bool make_regex(Pattern *pattern, const char *text, guint sets, GError **error)
{
	guint flags = 0;

	flags |= (pattern->modifiers & MODIFIER_RE_I) ? REGEX_IGNORE_CASE : 0;
	flags |= (pattern->modifiers & MODIFIER_RE_M) ? REGEX_MULTILINE : 0;
	flags |= (pattern->modifiers & MODIFIER_RE_S) ? REGEX_DOT_ALL : 0;
	pattern->kind = PATTERN_REGEX;
	pattern->expression = g_strdup(text);
	pattern->regex = regex_new(text, flags, error);
	return pattern->regex != NULL;
}

static bool make_cidr(Pattern *pattern, const char *text, guint sets, GError **error)
{
	pattern->kind = PATTERN_CIDR;
	if (!cidr_parse(text, &pattern->cidr)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "`%s` is not a network such as 10.0.0.0/8", text);
		return false;
	}
	return true;
}

static bool make_order(Pattern *pattern, const char *text, guint sets, GError **error)
{
	pattern->kind = PATTERN_ORDER;
	if (!g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &pattern->number, NULL)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "`%s` is not a whole number",
			    text);
		return false;
	}
	return true;
}

static bool make_field(Pattern *pattern, const char *text, guint sets, GError **error)
{
	int field = field_find(text, sets);

	pattern->kind = PATTERN_FIELD;
	if (field < 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "`fieldref` names the field `%s`, which Reeve does not know", text);
		return false;
	}
	if (field_is_costly((guint)field)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "`fieldref` cannot name `%s`: it has too many values", text);
		return false;
	}
	pattern->field = (guint)field;
	return true;
}

/* The first row whose modifiers are among those given makes the pattern. */
static const struct {
	guint modifiers;
	bool (*make)(Pattern *pattern, const char *text, guint sets, GError **error);
} makers[] = {
	{MODIFIER_EXISTS, make_exists}, {MODIFIER_RE, make_regex},       {MODIFIER_CIDR, make_cidr},
	{MODIFIER_ORDERS, make_order},  {MODIFIER_FIELDREF, make_field}, {~0u, make_text},
};

Pattern *pattern_new(const YamlNode *scalar, guint modifiers, guint sets, GError **error)
{
	g_autoptr(Pattern) pattern = g_new0(Pattern, 1);
	guint i = 0;

	pattern->modifiers = modifiers;
	if (scalar->is_null) {
		pattern->kind = PATTERN_ABSENT;
		return g_steal_pointer(&pattern);
	}
	while (makers[i].modifiers != ~0u && !(makers[i].modifiers & modifiers)) {
		i++;
	}
	if (!makers[i].make(pattern, scalar->text, sets, error)) {
		return NULL;
	}
	return g_steal_pointer(&pattern);
}

void pattern_free(Pattern *pattern)
{
	if (pattern != NULL) {
		wildcard_free(pattern->text);
		regex_free(pattern->regex);
		g_free(pattern->expression);
		g_free(pattern);
	}
}

bool pattern_is_costly(const Pattern *pattern)
{
	return pattern->kind == PATTERN_REGEX || pattern->kind == PATTERN_FIELD;
}

bool pattern_path_keys(const Pattern *pattern, GPtrArray *ret)
{
	g_autofree char *prefix = NULL;
	bool is_whole;

	if (pattern->kind == PATTERN_REGEX) {
		/* a path may hold line feeds, and then `^` stands behind each */
		return !(pattern->modifiers & MODIFIER_RE_M) &&
		       path_key_of_regex(pattern->expression, ret);
	}
	if (pattern->kind != PATTERN_TEXT) {
		return false;
	}
	prefix = wildcard_prefix(pattern->text, &is_whole);
	return path_key_of_prefix(prefix, is_whole, ret);
}

static bool order_holds(const Pattern *pattern, const char *value)
{
	gint64 number;

	if (!g_ascii_string_to_signed(value, 10, G_MININT64, G_MAXINT64, &number, NULL)) {
		return false;
	}
	return ((pattern->modifiers & MODIFIER_LT) && number < pattern->number) ||
	       ((pattern->modifiers & MODIFIER_LTE) && number <= pattern->number) ||
	       ((pattern->modifiers & MODIFIER_GT) && number > pattern->number) ||
	       ((pattern->modifiers & MODIFIER_GTE) && number >= pattern->number);
}

/*
 * A long value is looked at in windows that overlap; what matches within OVERLAP_BYTES is found
 * wherever it stands. The ends of a window count as ends of the value: that may find too much in a
 * line nobody can read, but padding in front hides nothing.
 */
static bool regex_holds(const Pattern *pattern, const char *value, Facts *facts)
{
	gsize left = strlen(value);

	for (;;) {
		gsize size = MIN(left, REGEX_WINDOW_BYTES);

		if (!facts_afford(facts, size)) {
			return false;
		}
		switch (regex_matches(pattern->regex, value, size)) {
		case REGEX_YES:
			return true;
		case REGEX_CUT:
			facts->was_cut = true;
			break;
		case REGEX_NO:
			break;
		}
		if (size == left) {
			return false;
		}
		value += size - OVERLAP_BYTES;
		left -= size - OVERLAP_BYTES;
	}
}

static bool equals_field(const Pattern *pattern, const char *value, Facts *facts)
{
	const GPtrArray *others = facts_get(facts, pattern->field);

	for (guint i = 0; i < others->len; i++) {
		g_autoptr(Wildcard) other =
			wildcard_new(g_ptr_array_index(others, i),
				     wildcard_flags(pattern->modifiers) | WILDCARD_LITERAL);

		if (wildcard_matches(other, value, strlen(value))) {
			return true;
		}
	}
	return false;
}

static bool matches_one(const Pattern *pattern, const char *value, Facts *facts)
{
	switch (pattern->kind) {
	case PATTERN_TEXT:
		return wildcard_matches(pattern->text, value, strlen(value));
	case PATTERN_REGEX:
		return regex_holds(pattern, value, facts);
	case PATTERN_CIDR:
		return cidr_contains(&pattern->cidr, value);
	case PATTERN_ORDER:
		return order_holds(pattern, value);
	case PATTERN_FIELD:
		return equals_field(pattern, value, facts);
	case PATTERN_ABSENT:
	case PATTERN_EXISTS:
		break;
	}
	g_assert_not_reached();
}

bool pattern_matches(const Pattern *pattern, const GPtrArray *values, Facts *facts)
{
	if (pattern->kind == PATTERN_ABSENT) {
		return values->len == 0;
	}
	if (pattern->kind == PATTERN_EXISTS) {
		return pattern->wants_value == (values->len > 0);
	}
	for (guint i = 0; i < values->len; i++) {
		if (matches_one(pattern, g_ptr_array_index(values, i), facts)) {
			return true;
		}
	}
	return false;
}
