/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recursive descent, one function a level: either (or) > both (and) > one (not, parentheses, names,
 * quantifiers). A quantifier becomes an `and` or `or` of the selections it means.
 */
#include "policy/condition.h"

#include "policy/selection.h"

#include <string.h>

typedef enum {
	CONDITION_AND,
	CONDITION_OR,
	CONDITION_NOT, /* of its only part */
	CONDITION_SELECTION,
} ConditionKind;

struct Condition {
	ConditionKind kind;
	GPtrArray *parts; /* of Condition */
	const Selection *selection;
};

typedef struct {
	const char *text;
	const GPtrArray *selections;
	gsize at;    /* where the token begins */
	gsize width; /* of the token; 0 at the end */
	guint depth, nodes;
	GError **error;
} Parser;

static Condition *parse_either(Parser *parser);

static Condition *node_new(ConditionKind kind)
{
	Condition *node = g_new0(Condition, 1);

	node->kind = kind;
	node->parts = g_ptr_array_new_with_free_func((GDestroyNotify)condition_free);
	return node;
}

void condition_free(Condition *condition)
{
	if (condition != NULL) {
		g_ptr_array_unref(condition->parts);
		g_free(condition);
	}
}

static Condition *refuse(Parser *parser, const char *format, ...) G_GNUC_PRINTF(2, 3);
static Condition *refuse(Parser *parser, const char *format, ...)
{
	va_list arguments;
	g_autofree char *message = NULL;

	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (*parser->error == NULL) {
		g_set_error_literal(parser->error, REEVE_ERROR, REEVE_ERROR_SYNTAX, message);
	}
	return NULL;
}

static bool is_name_char(char c)
{
	return g_ascii_isalnum(c) || c == '_' || c == '-' || c == '.' || c == '*';
}

static void find_token(Parser *parser)
{
	const char *text = parser->text;

	while (g_ascii_isspace(text[parser->at])) {
		parser->at++;
	}
	parser->width = 0;
	while (is_name_char(text[parser->at + parser->width])) {
		parser->width++;
	}
	if (parser->width == 0 && text[parser->at] != '\0') {
		parser->width = 1;
	}
}

static void next_token(Parser *parser)
{
	parser->at += parser->width;
	find_token(parser);
}

static bool token_is(const Parser *parser, const char *word)
{
	return strlen(word) == parser->width &&
	       g_ascii_strncasecmp(parser->text + parser->at, word, parser->width) == 0;
}

static bool take(Parser *parser, const char *word)
{
	if (!token_is(parser, word)) {
		return false;
	}
	next_token(parser);
	return true;
}

static char *token_text(const Parser *parser)
{
	return g_strndup(parser->text + parser->at, parser->width);
}

/* Whether the token behind the present one is `of`: tells `all of them` from a selection `all`. */
static bool of_follows(const Parser *parser)
{
	Parser ahead = *parser;

	next_token(&ahead);
	return token_is(&ahead, "of");
}

static bool is_meant(const Selection *selection, const char *pattern)
{
	const char *name = selection_name(selection);

	/* `them` is every selection but those that begin with an underscore */
	return pattern == NULL ? name[0] != '_' : g_pattern_match_simple(pattern, name);
}

static Condition *selection_node(Parser *parser, const Selection *selection)
{
	Condition *node;

	if (++parser->nodes > CONDITION_MAX_NODES) {
		return refuse(parser, "the condition is too long");
	}
	node = node_new(CONDITION_SELECTION);
	node->selection = selection;
	return node;
}

/* `1 of x_*`, behind the number. */
static Condition *parse_quantifier(Parser *parser, ConditionKind kind)
{
	g_autoptr(Condition) node = node_new(kind);
	g_autofree char *pattern = NULL;

	next_token(parser);
	if (!is_name_char(parser->text[parser->at])) {
		return refuse(parser, "`of` must be followed by `them` or a name such as `x_*`");
	}
	pattern = token_is(parser, "them") ? NULL : token_text(parser);
	for (guint i = 0; i < parser->selections->len; i++) {
		const Selection *selection = g_ptr_array_index(parser->selections, i);
		Condition *part;

		if (!is_meant(selection, pattern)) {
			continue;
		}
		part = selection_node(parser, selection);
		if (part == NULL) {
			return NULL;
		}
		g_ptr_array_add(node->parts, part);
	}
	if (node->parts->len == 0) {
		return refuse(parser, "`%s` means no selection of this rule",
			      pattern ? pattern : "them");
	}
	next_token(parser);
	return g_steal_pointer(&node);
}

static Condition *parse_name(Parser *parser)
{
	g_autofree char *name = token_text(parser);

	for (guint i = 0; i < parser->selections->len; i++) {
		const Selection *selection = g_ptr_array_index(parser->selections, i);

		if (g_str_equal(selection_name(selection), name)) {
			next_token(parser);
			return selection_node(parser, selection);
		}
	}
	return refuse(parser, "there is no selection `%s`", name);
}

static Condition *parse_parentheses(Parser *parser)
{
	g_autoptr(Condition) node = parse_either(parser);

	if (node != NULL && !take(parser, ")")) {
		return refuse(parser, "`)` is missing here");
	}
	return g_steal_pointer(&node);
}

static Condition *parse_not(Parser *parser);

static Condition *parse_one(Parser *parser)
{
	if (parser->width == 0) {
		return refuse(parser, "the condition ends where a selection should stand");
	}
	if (take(parser, "(")) {
		return parse_parentheses(parser);
	}
	if (take(parser, "not")) {
		return parse_not(parser);
	}
	if (of_follows(parser)) {
		bool is_all = token_is(parser, "all");

		if (!is_all && !token_is(parser, "1") && !token_is(parser, "any")) {
			return refuse(parser, "only `1 of` and `all of` are Sigma");
		}
		next_token(parser);
		return parse_quantifier(parser, is_all ? CONDITION_AND : CONDITION_OR);
	}
	if (token_is(parser, "|")) {
		return refuse(parser, "aggregations (`| count() ...`) are not supported");
	}
	if (!is_name_char(parser->text[parser->at]) || token_is(parser, "and") ||
	    token_is(parser, "or") || token_is(parser, "of")) {
		return refuse(parser, "a selection should stand here");
	}
	return parse_name(parser);
}

static Condition *parse_not(Parser *parser)
{
	g_autoptr(Condition) node = node_new(CONDITION_NOT);
	Condition *part;

	if (parser->depth >= CONDITION_MAX_DEPTH) {
		return refuse(parser, "nested too deeply");
	}
	parser->depth++;
	part = parse_one(parser);
	parser->depth--;
	if (part == NULL) {
		return NULL;
	}
	g_ptr_array_add(node->parts, part);
	return g_steal_pointer(&node);
}

/* A chain of what `part` reads, joined by `word`. */
static Condition *parse_chain(Parser *parser, ConditionKind kind, const char *word,
			      Condition *(*part)(Parser *parser))
{
	g_autoptr(Condition) node = node_new(kind);

	do {
		Condition *next = part(parser);

		if (next == NULL) {
			return NULL;
		}
		g_ptr_array_add(node->parts, next);
	} while (take(parser, word));
	return g_steal_pointer(&node);
}

static Condition *parse_both(Parser *parser)
{
	return parse_chain(parser, CONDITION_AND, "and", parse_one);
}

static Condition *parse_either(Parser *parser)
{
	Condition *node;

	if (parser->depth >= CONDITION_MAX_DEPTH) {
		return refuse(parser, "nested too deeply");
	}
	parser->depth++;
	node = parse_chain(parser, CONDITION_OR, "or", parse_both);
	parser->depth--;
	return node;
}

Condition *condition_parse(const char *text, const GPtrArray *selections, guint *ret_offset,
			   guint *ret_width, GError **error)
{
	g_autoptr(GError) reason = NULL;
	g_autoptr(Condition) root = NULL;
	Parser parser = {.text = text, .selections = selections, .error = &reason};

	if (strlen(text) > CONDITION_MAX_BYTES) {
		refuse(&parser, "the condition is too long");
	} else {
		find_token(&parser);
		root = parse_either(&parser);
	}
	if (root != NULL && parser.width > 0) {
		refuse(&parser, token_is(&parser, "|")
					? "aggregations (`| count() ...`) are not supported"
					: "`and` or `or` should stand here");
	}
	if (reason != NULL) {
		*ret_offset = (guint)parser.at;
		*ret_width = (guint)MAX(parser.width, 1);
		g_propagate_error(error, g_steal_pointer(&reason));
		return NULL;
	}
	return g_steal_pointer(&root);
}

bool condition_holds(const Condition *condition, Facts *facts)
{
	bool is_and = condition->kind == CONDITION_AND;

	switch (condition->kind) {
	case CONDITION_SELECTION:
		return selection_holds(condition->selection, facts);
	case CONDITION_NOT:
		return !condition_holds(g_ptr_array_index(condition->parts, 0), facts);
	case CONDITION_AND:
	case CONDITION_OR:
		break;
	}
	for (guint i = 0; i < condition->parts->len; i++) {
		if (condition_holds(g_ptr_array_index(condition->parts, i), facts) != is_and) {
			return !is_and;
		}
	}
	return is_and;
}

/* All parts must hold: one that has keys is enough. */
static bool some_part_keys(const Condition *condition, GPtrArray *ret)
{
	for (guint i = 0; i < condition->parts->len; i++) {
		guint before = ret->len;

		if (condition_path_keys(condition->parts->pdata[i], ret)) {
			return true;
		}
		g_ptr_array_set_size(ret, (gint)before);
	}
	return false;
}

static bool all_part_keys(const Condition *condition, GPtrArray *ret)
{
	for (guint i = 0; i < condition->parts->len; i++) {
		if (!condition_path_keys(condition->parts->pdata[i], ret)) {
			return false;
		}
	}
	return condition->parts->len > 0;
}

bool condition_path_keys(const Condition *condition, GPtrArray *ret)
{
	switch (condition->kind) {
	case CONDITION_AND:
		return some_part_keys(condition, ret);
	case CONDITION_OR:
		return all_part_keys(condition, ret);
	case CONDITION_NOT:
		return false;
	case CONDITION_SELECTION:
		return selection_path_keys(condition->selection, ret);
	}
	g_assert_not_reached();
}
