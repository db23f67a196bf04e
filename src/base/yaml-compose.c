/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The composer of the strict YAML reader: see yaml.h. libyaml gives events, a stack of open
 * containers (never recursion) makes nodes of them. libyaml is kept from what it is bad at: bytes
 * are checked before it sees them, directives never reach it, and nothing deeper or longer than the
 * caps is asked of it.
 */
#include "base/escape.h"
#include "base/yaml-private.h"

#include <string.h>
#include <yaml.h>

#define FEW_KEYS 16

/* An open container. */
typedef struct {
	YamlNode *node;
	GTree *seen;   /* mapping of many keys: key -> its node, for duplicates; owns nothing */
	YamlNode *key; /* mapping: the key that waits for its value */
} Frame;

typedef struct {
	const char *name;
	GBytes *source;
	yaml_parser_t parser;
	GArray *open; /* of Frame */
	YamlNode *root;
	guint nodes;
	guint line; /* where the last event started */
	GError **error;
} Composer;

void yaml_node_free(gpointer data)
{
	YamlNode *node = data;

	if (node == NULL) {
		return;
	}
	g_free(node->text);
	g_clear_pointer(&node->items, g_ptr_array_unref); /* at most YAML_MAX_DEPTH deep */
	g_clear_pointer(&node->keys, g_ptr_array_unref);
	g_free(node);
}

static void frame_clear(gpointer data)
{
	Frame *frame = data;

	yaml_node_free(frame->node);
	yaml_node_free(frame->key);
	g_clear_pointer(&frame->seen, g_tree_unref);
}

static bool refuse(Composer *composer, const yaml_event_t *event, const char *problem,
		   const char *advice)
{
	const yaml_mark_t *start = &event->start_mark;
	const yaml_mark_t *end = &event->end_mark;
	guint width = end->line == start->line ? (guint)(end->column - start->column) : 1;

	yaml_set_complaint(composer->error, REEVE_ERROR_SYNTAX, composer->name, composer->source,
			   (guint)start->line + 1, (guint)start->column + 1, width, problem,
			   advice);
	return false;
}

static bool refuse_limit(Composer *composer, const yaml_event_t *event, const char *problem)
{
	yaml_set_complaint(composer->error, REEVE_ERROR_LIMIT, composer->name, composer->source,
			   (guint)event->start_mark.line + 1, (guint)event->start_mark.column + 1,
			   1, problem, NULL);
	return false;
}

/* What is wrong most often, by libyaml's words for it. */
static const char *advice_for(const yaml_parser_t *parser)
{
	static const struct {
		const char *words, *advice;
	} table[] = {
		{"found character that cannot start any token",
		 "indent with spaces, not tabs; quote a text that starts with @, ` or %"},
		{"mapping values are not allowed", "check the indentation, the blank behind each "
						   "`:`, and quote texts that hold `: `"},
		{"could not find expected ':'", "a key needs a `:` and a blank behind it"},
		{"did not find expected key", "check the indentation and the quotes above"},
		{"did not find expected '-' indicator", "check the indentation of this list"},
		{"did not find expected ',' or ']'", "close the list with `]`"},
		{"did not find expected ',' or '}'", "close the mapping with `}`"},
		{"found unexpected end of stream", "a quote is not closed"},
		{"found a tab character", "indent with spaces, not tabs"},
		{"found unknown escape character", "use 'single quotes' to keep a backslash"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
		if (strstr(parser->problem, table[i].words) != NULL) {
			return table[i].advice;
		}
	}
	return NULL;
}

static bool refuse_syntax(Composer *composer)
{
	const yaml_parser_t *parser = &composer->parser;
	const yaml_mark_t *mark;
	g_autofree char *problem = NULL;

	g_assert(parser->error != YAML_MEMORY_ERROR); /* fail-stop, as everywhere */
	if (parser->problem == NULL) {
		g_set_error(composer->error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s: not YAML",
			    composer->name);
		return false;
	}
	problem = parser->context == NULL
			  ? g_strdup(parser->problem)
			  : g_strdup_printf("%s, %s in line %u", parser->problem, parser->context,
					    (guint)parser->context_mark.line + 1);
	/* What ends too early is shown where it began: there is nothing to see at the end. */
	mark = parser->context != NULL && yaml_line_is_empty(composer->source,
							     (guint)parser->problem_mark.line + 1)
		       ? &parser->context_mark
		       : &parser->problem_mark;
	yaml_set_complaint(composer->error, REEVE_ERROR_SYNTAX, composer->name, composer->source,
			   (guint)mark->line + 1, (guint)mark->column + 1, 1, problem,
			   advice_for(parser));
	return false;
}

static bool next_event(Composer *composer, yaml_event_t *event)
{
	return yaml_parser_parse(&composer->parser, event) != 0 || refuse_syntax(composer);
}

static gint compare_keys(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

/* A few keys are looked through, many are in a tree (a hash could be flooded). */
static const YamlNode *find_key(const Frame *top, const char *text)
{
	for (guint i = 0; top->seen == NULL && i < top->node->keys->len; i++) {
		const YamlNode *key = g_ptr_array_index(top->node->keys, i);

		if (g_str_equal(key->text, text)) {
			return key;
		}
	}
	return top->seen == NULL ? NULL : g_tree_lookup(top->seen, text);
}

/* `key` is not among the keys of the node yet. */
static void note_key(Frame *top, YamlNode *key)
{
	const GPtrArray *keys = top->node->keys;

	if (top->seen == NULL && keys->len >= FEW_KEYS) {
		top->seen = g_tree_new(compare_keys);
		for (guint i = 0; i < keys->len; i++) {
			YamlNode *before = g_ptr_array_index(keys, i);

			g_tree_insert(top->seen, before->text, before);
		}
	}
	if (top->seen != NULL) {
		g_tree_insert(top->seen, key->text, key);
	}
}

static bool key_is_acceptable(Composer *composer, const yaml_event_t *event, Frame *top,
			      const YamlNode *node)
{
	const YamlNode *first;
	g_autofree char *name = NULL, *problem = NULL, *advice = NULL;

	if (node->kind != YAML_SCALAR || node->is_null) {
		return refuse(composer, event, "a key must be a single text", NULL);
	}
	if (node->is_plain && g_str_equal(node->text, "<<")) {
		return refuse(composer, event, "merge keys are not allowed", "write the keys out");
	}
	first = find_key(top, node->text);
	if (first == NULL) {
		return true;
	}
	name = escape_path(node->text);
	problem = g_strdup_printf("key `%s` again", name);
	advice = g_strdup_printf("it was given in line %u: keep one of them", first->line);
	return refuse(composer, event, problem, advice);
}

/* Puts a finished node where it belongs; takes it in any case. */
static bool attach(Composer *composer, const yaml_event_t *event, YamlNode *node)
{
	Frame *top = composer->open->len == 0
			     ? NULL
			     : &g_array_index(composer->open, Frame, composer->open->len - 1);

	if (top == NULL) {
		composer->root = node;
	} else if (top->node->kind == YAML_SEQUENCE) {
		g_ptr_array_add(top->node->items, node);
	} else if (top->key != NULL) {
		g_ptr_array_add(top->node->keys, g_steal_pointer(&top->key));
		g_ptr_array_add(top->node->items, node);
	} else if (!key_is_acceptable(composer, event, top, node)) {
		yaml_node_free(node);
		return false;
	} else {
		top->key = node;
		note_key(top, node);
	}
	return true;
}

static YamlNode *node_new(YamlKind kind, const yaml_event_t *event)
{
	const yaml_mark_t *start = &event->start_mark;
	const yaml_mark_t *end = &event->end_mark;
	YamlNode *node = g_new0(YamlNode, 1);

	node->kind = kind;
	node->line = (guint)start->line + 1;
	node->column = (guint)start->column + 1;
	node->width = kind == YAML_SCALAR && start->line == end->line && end->column > start->column
			      ? (guint)(end->column - start->column)
			      : 1;
	return node;
}

/* Anchors and tags are refused where they stand, on whatever kind of node. */
static bool check_properties(Composer *composer, const yaml_event_t *event,
			     const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL) {
		return refuse(composer, event, "anchors are not allowed", "write the value out");
	}
	if (tag != NULL) {
		return refuse(composer, event, "tags are not allowed",
			      "leave the tag out; quote a text that starts with !");
	}
	if (++composer->nodes > YAML_MAX_NODES) {
		return refuse_limit(composer, event, "too many values in one file");
	}
	return true;
}

static bool take_scalar(Composer *composer, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	gsize length = event->data.scalar.length;
	YamlNode *node;

	if (!check_properties(composer, event, event->data.scalar.anchor, event->data.scalar.tag)) {
		return false;
	}
	if (memchr(text, '\0', length) != NULL) {
		return refuse(composer, event, "a text must not hold NUL bytes", NULL);
	}
	node = node_new(YAML_SCALAR, event);
	node->text = g_strndup(text, length);
	node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->is_null = node->is_plain && (length == 0 || g_str_equal(node->text, "~") ||
					   g_str_equal(node->text, "null"));
	return attach(composer, event, node);
}

static bool open_container(Composer *composer, const yaml_event_t *event, YamlKind kind)
{
	bool is_mapping = kind == YAML_MAPPING;
	const Frame *top = composer->open->len == 0
				   ? NULL
				   : &g_array_index(composer->open, Frame, composer->open->len - 1);
	Frame frame = {NULL, NULL, NULL};

	if (!check_properties(composer, event,
			      is_mapping ? event->data.mapping_start.anchor
					 : event->data.sequence_start.anchor,
			      is_mapping ? event->data.mapping_start.tag
					 : event->data.sequence_start.tag)) {
		return false;
	}
	if (composer->open->len >= YAML_MAX_DEPTH) {
		return refuse_limit(composer, event, "nested too deeply");
	}
	if (top != NULL && top->node->kind == YAML_MAPPING && top->key == NULL) {
		return refuse(composer, event, "a key must be a single text",
			      "quote a text that starts with [ or {");
	}
	frame.node = node_new(kind, event);
	frame.node->items = g_ptr_array_new_with_free_func(yaml_node_free);
	if (is_mapping) {
		frame.node->keys = g_ptr_array_new_with_free_func(yaml_node_free);
	}
	g_array_append_val(composer->open, frame);
	return true;
}

static bool close_container(Composer *composer, const yaml_event_t *event)
{
	guint last = composer->open->len - 1;
	YamlNode *node = g_steal_pointer(&g_array_index(composer->open, Frame, last).node);

	g_array_set_size(composer->open, last);
	return attach(composer, event, node);
}

static bool take_event(Composer *composer, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return take_scalar(composer, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_container(composer, event, YAML_SEQUENCE);
	case YAML_MAPPING_START_EVENT:
		return open_container(composer, event, YAML_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_container(composer, event);
	case YAML_ALIAS_EVENT:
		return refuse(composer, event, "aliases are not allowed", "write the value out");
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return true;
	}
	g_assert_not_reached();
}

/* Reads up to the next event of `until` or the stream's end, which goes to *ret. */
static bool read_until(Composer *composer, yaml_event_type_t until, yaml_event_type_t *ret)
{
	bool ok = true;

	do {
		yaml_event_t event;

		if (!next_event(composer, &event)) {
			return false;
		}
		ok = take_event(composer, &event);
		*ret = event.type;
		composer->line = (guint)event.start_mark.line + 1;
		yaml_event_delete(&event);
	} while (ok && *ret != until && *ret != YAML_STREAM_END_EVENT);
	return ok;
}

static bool compose_all(Composer *composer, GPtrArray *documents, guint max)
{
	for (;;) {
		yaml_event_type_t type;

		if (!read_until(composer, YAML_DOCUMENT_START_EVENT, &type)) {
			return false;
		}
		if (type == YAML_STREAM_END_EVENT) {
			return true;
		}
		if (documents->len >= max) {
			yaml_set_complaint(
				composer->error, REEVE_ERROR_SYNTAX, composer->name,
				composer->source, composer->line, 1, 3, "one document too many",
				max == 1 ? "only one is allowed: remove the `---`" : NULL);
			return false;
		}
		if (!read_until(composer, YAML_DOCUMENT_END_EVENT, &type)) {
			return false;
		}
		g_ptr_array_add(documents, yaml_document_new(composer->name, composer->source,
							     g_steal_pointer(&composer->root)));
	}
}

bool yaml_compose(const char *name, GBytes *source, GPtrArray *documents, guint max, GError **error)
{
	Composer composer = {.name = name, .source = source, .error = error};
	gsize size;
	const guint8 *bytes = g_bytes_get_data(source, &size);
	int ok = yaml_parser_initialize(&composer.parser);

	g_assert(ok == 1);
	yaml_parser_set_encoding(&composer.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&composer.parser, size > 0 ? bytes : (const guint8 *)"", size);
	composer.open = g_array_new(FALSE, FALSE, sizeof(Frame));
	g_array_set_clear_func(composer.open, frame_clear);
	ok = compose_all(&composer, documents, max);
	yaml_node_free(composer.root);
	g_array_unref(composer.open);
	yaml_parser_delete(&composer.parser);
	return ok;
}
