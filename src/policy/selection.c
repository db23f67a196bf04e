/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A selection is clauses of tests: one clause must hold, that is, all of its tests. A test holds
 * one field against its patterns. Tests that look at many lines are put behind the others, so that
 * a change of another file is done with after its path.
 */
#include "policy/selection.h"

#include "policy/field.h"
#include "policy/modifier.h"
#include "policy/pattern.h"

#define FIELD_KEYWORD -2 /* any text of the change */
#define FIELD_UNKNOWN -1 /* always absent */

typedef struct {
	int field;
	bool needs_all, is_negated;
	GPtrArray *patterns;
	guint cost;
} Test;

struct Selection {
	char *name;
	GPtrArray *clauses; /* of GPtrArray of Test */
	char *unknown_field;
	bool has_keywords;
};

/* What the parsing of one selection passes down. */
typedef struct {
	const YamlDocument *document;
	LogSource source;
	Selection *selection;
} Parse;

static void test_free(Test *test)
{
	g_ptr_array_unref(test->patterns);
	g_free(test);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Test, test_free)

static Test *test_new(int field, guint modifiers)
{
	Test *test = g_new0(Test, 1);

	test->field = field;
	test->needs_all = modifiers & MODIFIER_ALL;
	test->is_negated = modifiers & MODIFIER_NEQ;
	test->patterns = g_ptr_array_new_with_free_func((GDestroyNotify)pattern_free);
	test->cost =
		field == FIELD_KEYWORD || (field >= 0 && field_is_costly((guint)field)) ? 2 : 0;
	return test;
}

void selection_free(Selection *selection)
{
	if (selection != NULL) {
		g_free(selection->name);
		g_free(selection->unknown_field);
		g_ptr_array_unref(selection->clauses);
		g_free(selection);
	}
}

const char *selection_name(const Selection *selection)
{
	return selection->name;
}

const char *selection_unknown_field(const Selection *selection)
{
	return selection->unknown_field;
}

bool selection_has_keywords(const Selection *selection)
{
	return selection->has_keywords;
}

static GPtrArray *add_clause(Selection *selection)
{
	GPtrArray *clause = g_ptr_array_new_with_free_func((GDestroyNotify)test_free);

	g_ptr_array_add(selection->clauses, clause);
	return clause;
}

static bool add_pattern(Parse *parse, Test *test, const YamlNode *value, guint modifiers,
			GError **error)
{
	g_autoptr(GError) reason = NULL;
	Pattern *pattern;

	if (value->kind != YAML_SCALAR) {
		return yaml_complain(parse->document, value, "write text or a number", error,
				     "a value of a field cannot hold other values");
	}
	pattern = pattern_new(value, modifiers, source_fields(parse->source), &reason);
	if (pattern == NULL) {
		return yaml_complain(parse->document, value, NULL, error, "%s", reason->message);
	}
	test->cost |= pattern_is_costly(pattern) ? 1 : 0;
	g_ptr_array_add(test->patterns, pattern);
	return true;
}

static bool add_patterns(Parse *parse, Test *test, const YamlNode *value, guint modifiers,
			 GError **error)
{
	if (value->kind != YAML_SEQUENCE) {
		return add_pattern(parse, test, value, modifiers, error);
	}
	if (value->items->len == 0) {
		return yaml_complain(parse->document, value, "give at least one value", error,
				     "an empty list matches nothing");
	}
	for (guint i = 0; i < value->items->len; i++) {
		if (!add_pattern(parse, test, g_ptr_array_index(value->items, i), modifiers,
				 error)) {
			return false;
		}
	}
	return true;
}

/* Finds what a key names; in our own taxonomy a name we do not know is a mistake. */
static bool find_field(Parse *parse, const YamlNode *key, const char *name, int *ret,
		       GError **error)
{
	guint sets = source_fields(parse->source);
	const char *nearest = field_nearest(name, sets);
	g_autofree char *advice = nearest ? g_strdup_printf("did you mean `%s`?", nearest) : NULL;

	*ret = *name == '\0' ? FIELD_KEYWORD : field_find(name, sets);
	if (*ret != FIELD_UNKNOWN) {
		return true;
	}
	if (source_is_strict(parse->source)) {
		return yaml_complain(parse->document, key,
				     advice ? advice : "doc/policies.md lists the fields", error,
				     "unknown field `%s`", name);
	}
	if (parse->selection->unknown_field == NULL) {
		parse->selection->unknown_field = g_strdup(name);
	}
	return true;
}

/* A keyword is looked for inside the text, wherever it stands. */
static guint keyword_modifiers(guint modifiers)
{
	guint comparing = MODIFIER_ANCHORS | MODIFIER_RE | MODIFIER_CIDR | MODIFIER_ORDERS;

	return modifiers & comparing ? modifiers : modifiers | MODIFIER_CONTAINS;
}

static bool parse_test(Parse *parse, GPtrArray *clause, const YamlNode *key, const YamlNode *value,
		       GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autofree char *name = NULL;
	g_autoptr(Test) test = NULL;
	guint modifiers;
	int field;

	if (!modifier_parse(key->text, &name, &modifiers, &reason)) {
		return yaml_complain(parse->document, key, "doc/policies.md lists the modifiers",
				     error, "%s", reason->message);
	}
	if (!find_field(parse, key, name, &field, error)) {
		return false;
	}
	if (field == FIELD_KEYWORD) {
		parse->selection->has_keywords = true;
		modifiers = keyword_modifiers(modifiers);
	}
	test = test_new(field, modifiers);
	if (!add_patterns(parse, test, value, modifiers, error)) {
		return false;
	}
	g_ptr_array_add(clause, g_steal_pointer(&test));
	return true;
}

static gint compare_cost(gconstpointer a, gconstpointer b)
{
	const Test *x = *(const Test *const *)a;
	const Test *y = *(const Test *const *)b;

	return (int)x->cost - (int)y->cost;
}

static bool parse_map(Parse *parse, const YamlNode *map, GError **error)
{
	GPtrArray *clause = add_clause(parse->selection);

	if (map->items->len == 0) {
		return yaml_complain(parse->document, map, "name at least one field", error,
				     "an empty selection matches everything");
	}
	for (guint i = 0; i < map->items->len; i++) {
		if (!parse_test(parse, clause, g_ptr_array_index(map->keys, i),
				g_ptr_array_index(map->items, i), error)) {
			return false;
		}
	}
	g_ptr_array_sort(clause, compare_cost);
	return true;
}

static bool parse_keyword(Parse *parse, const YamlNode *value, GError **error)
{
	guint modifiers = keyword_modifiers(0);
	g_autoptr(Test) test = test_new(FIELD_KEYWORD, modifiers);

	parse->selection->has_keywords = true;
	if (!add_pattern(parse, test, value, modifiers, error)) {
		return false;
	}
	g_ptr_array_add(add_clause(parse->selection), g_steal_pointer(&test));
	return true;
}

static bool parse_list(Parse *parse, const YamlNode *list, GError **error)
{
	if (list->items->len == 0) {
		return yaml_complain(parse->document, list, "give at least one entry", error,
				     "an empty list matches nothing");
	}
	for (guint i = 0; i < list->items->len; i++) {
		const YamlNode *entry = g_ptr_array_index(list->items, i);
		bool is_good = entry->kind == YAML_MAPPING ? parse_map(parse, entry, error)
							   : parse_keyword(parse, entry, error);

		if (!is_good) {
			return false;
		}
	}
	return true;
}

Selection *selection_parse(const YamlDocument *document, const YamlNode *key, const YamlNode *value,
			   LogSource source, GError **error)
{
	g_autoptr(Selection) selection = g_new0(Selection, 1);
	Parse parse = {document, source, selection};
	bool is_good = false;

	selection->name = g_strdup(key->text);
	selection->clauses = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	switch (value->kind) {
	case YAML_MAPPING:
		is_good = parse_map(&parse, value, error);
		break;
	case YAML_SEQUENCE:
		is_good = parse_list(&parse, value, error);
		break;
	case YAML_SCALAR:
		yaml_complain(document, value, "write `- value` for a keyword", error,
			      "selection `%s` must be a map or a list", key->text);
		break;
	}
	return is_good ? g_steal_pointer(&selection) : NULL;
}

/* Of one pattern where all must match, else of each. */
static bool test_path_keys(const Test *test, GPtrArray *ret)
{
	guint count = test->needs_all ? MIN(1, test->patterns->len) : test->patterns->len;

	if (test->field < 0 || test->is_negated || !field_is_path((guint)test->field)) {
		return false;
	}
	for (guint i = 0; i < count; i++) {
		if (!pattern_path_keys(test->patterns->pdata[i], ret)) {
			return false;
		}
	}
	return count > 0;
}

static bool clause_path_keys(const GPtrArray *clause, GPtrArray *ret)
{
	for (guint i = 0; i < clause->len; i++) {
		guint before = ret->len;

		if (test_path_keys(clause->pdata[i], ret)) {
			return true;
		}
		g_ptr_array_set_size(ret, (gint)before);
	}
	return false;
}

bool selection_path_keys(const Selection *selection, GPtrArray *ret)
{
	for (guint i = 0; i < selection->clauses->len; i++) {
		if (!clause_path_keys(selection->clauses->pdata[i], ret)) {
			return false;
		}
	}
	return selection->clauses->len > 0;
}

/* A keyword may stand in any of the texts. */
static bool keyword_is_found(const Pattern *pattern, Facts *facts)
{
	for (guint field = 0; field < field_count(); field++) {
		if (field_is_searched(field) &&
		    pattern_matches(pattern, facts_get(facts, field), facts)) {
			return true;
		}
	}
	return false;
}

static bool matches(const Test *test, const Pattern *pattern, Facts *facts)
{
	static const GPtrArray nothing = {0};

	switch (test->field) {
	case FIELD_KEYWORD:
		return keyword_is_found(pattern, facts);
	case FIELD_UNKNOWN:
		return pattern_matches(pattern, &nothing, facts);
	default:
		return pattern_matches(pattern, facts_get(facts, (guint)test->field), facts);
	}
}

static bool test_holds(const Test *test, Facts *facts)
{
	/* with `all` a miss decides, without it a hit does */
	for (guint i = 0; i < test->patterns->len; i++) {
		if (matches(test, g_ptr_array_index(test->patterns, i), facts) != test->needs_all) {
			return !test->needs_all != test->is_negated;
		}
	}
	return test->needs_all != test->is_negated;
}

static bool clause_holds(const GPtrArray *clause, Facts *facts)
{
	for (guint i = 0; i < clause->len; i++) {
		if (!test_holds(g_ptr_array_index(clause, i), facts)) {
			return false;
		}
	}
	return true;
}

bool selection_holds(const Selection *selection, Facts *facts)
{
	for (guint i = 0; i < selection->clauses->len; i++) {
		if (clause_holds(g_ptr_array_index(selection->clauses, i), facts)) {
			return true;
		}
	}
	return false;
}
