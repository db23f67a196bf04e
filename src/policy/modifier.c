/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sigma's modifiers: one table of what each sets, needs and clashes with. */
#include "policy/modifier.h"

/* How a value is compared: at most one of these may be asked for. */
#define COMPARISONS \
	(MODIFIER_ANCHORS | MODIFIER_ORDERS | MODIFIER_EXISTS | MODIFIER_RE | MODIFIER_CIDR)
/* What only has a meaning for text compared as it stands. */
#define TEXT_ONLY (MODIFIER_CASED | MODIFIER_WINDASH | MODIFIER_FIELDREF)

typedef struct {
	const char *word;
	guint sets;
	guint needs;         /* 0, or must have come before */
	guint clashes;       /* must not have come before */
	const char *refusal; /* why Reeve cannot do this one; NULL: it can */
} ModifierRow;

#define ENCODED "rules see text as it is, not encoded"
#define CLOCK "rules judge a change, not the clock"

static const ModifierRow rows[] = {
	{"contains", MODIFIER_CONTAINS, 0, COMPARISONS, NULL},
	{"startswith", MODIFIER_STARTSWITH, 0, COMPARISONS, NULL},
	{"endswith", MODIFIER_ENDSWITH, 0, COMPARISONS, NULL},
	{"all", MODIFIER_ALL, 0, MODIFIER_EXISTS | MODIFIER_ORDERS, NULL},
	{"cased", MODIFIER_CASED, 0, COMPARISONS & ~MODIFIER_ANCHORS, NULL},
	{"neq", MODIFIER_NEQ, 0, MODIFIER_EXISTS | MODIFIER_ORDERS, NULL},
	{"exists", MODIFIER_EXISTS, 0, ~0u, NULL},
	{"re", MODIFIER_RE, 0, COMPARISONS | TEXT_ONLY, NULL},
	{"i", MODIFIER_RE_I, MODIFIER_RE, 0, NULL},
	{"ignorecase", MODIFIER_RE_I, MODIFIER_RE, 0, NULL},
	{"m", MODIFIER_RE_M, MODIFIER_RE, 0, NULL},
	{"multiline", MODIFIER_RE_M, MODIFIER_RE, 0, NULL},
	{"s", MODIFIER_RE_S, MODIFIER_RE, 0, NULL},
	{"dotall", MODIFIER_RE_S, MODIFIER_RE, 0, NULL},
	{"cidr", MODIFIER_CIDR, 0, COMPARISONS | TEXT_ONLY, NULL},
	{"lt", MODIFIER_LT, 0, ~0u, NULL},
	{"lte", MODIFIER_LTE, 0, ~0u, NULL},
	{"gt", MODIFIER_GT, 0, ~0u, NULL},
	{"gte", MODIFIER_GTE, 0, ~0u, NULL},
	{"fieldref", MODIFIER_FIELDREF, 0, COMPARISONS & ~MODIFIER_ANCHORS, NULL},
	{"windash", MODIFIER_WINDASH, 0, COMPARISONS & ~MODIFIER_ANCHORS, NULL},
	{"expand", 0, 0, 0, "there are no placeholders to fill in; write the values out"},
	{"base64", 0, 0, 0, ENCODED},
	{"base64offset", 0, 0, 0, ENCODED},
	{"utf16", 0, 0, 0, ENCODED},
	{"utf16le", 0, 0, 0, ENCODED},
	{"utf16be", 0, 0, 0, ENCODED},
	{"wide", 0, 0, 0, ENCODED},
	{"minute", 0, 0, 0, CLOCK},
	{"hour", 0, 0, 0, CLOCK},
	{"day", 0, 0, 0, CLOCK},
	{"week", 0, 0, 0, CLOCK},
	{"month", 0, 0, 0, CLOCK},
	{"year", 0, 0, 0, CLOCK},
};

static const ModifierRow *find_row(const char *word)
{
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (g_str_equal(rows[i].word, word)) {
			return &rows[i];
		}
	}
	return NULL;
}

static bool add_modifier(const char *word, guint *modifiers, GError **error)
{
	const ModifierRow *row = find_row(word);

	if (row == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "unknown modifier `%s`", word);
	} else if (row->refusal != NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "modifier `%s` is not supported: %s", word, row->refusal);
	} else if ((*modifiers & row->needs) != row->needs) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "modifier `%s` must stand behind `re`", word);
	} else if (*modifiers & (row->clashes | row->sets)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "modifier `%s` does not go with those before it", word);
	} else {
		*modifiers |= row->sets;
		return true;
	}
	return false;
}

bool modifier_parse(const char *key, char **ret_field, guint *ret_modifiers, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(key, "|", -1);
	guint modifiers = 0;

	/* g_strsplit makes no part at all of "" */
	for (guint i = 1; parts[0] != NULL && parts[i] != NULL; i++) {
		if (!add_modifier(parts[i], &modifiers, error)) {
			return false;
		}
	}
	*ret_field = g_strdup(parts[0] ? parts[0] : "");
	*ret_modifiers = modifiers;
	return true;
}
