/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of a rule, in one table: what form Sigma gives each. */
#include "policy/rule-meta.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

#define MAX_TITLE 256
#define MAX_TEXT 65535

typedef struct MetaRow MetaRow;

struct MetaRow {
	const char *key;
	bool (*check)(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
		      GError **error);
	gsize max;                /* characters of a text */
	const char *const *words; /* one of these */
	bool is_required;
};

static const char *const status_words[] = {"stable",     "test",        "experimental",
					   "deprecated", "unsupported", NULL};
static const char *const level_words[] = {"informational", "low",      "medium",
					  "high",          "critical", NULL};

static bool check_text(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
		       GError **error)
{
	if (node->kind != YAML_SCALAR || *node->text == '\0') {
		return yaml_complain(document, node, "write some text", error,
				     "`%s` must be a text", row->key);
	}
	if (row->max > 0 && (gsize)g_utf8_strlen(node->text, -1) > row->max) {
		return yaml_complain(document, node, "shorten it", error,
				     "`%s` has more than %zu characters", row->key, row->max);
	}
	return true;
}

static bool check_word(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
		       GError **error)
{
	g_autofree char *all = g_strjoinv(", ", (char **)row->words);
	g_autofree char *advice = g_strconcat("one of ", all, NULL);

	if (node->kind != YAML_SCALAR || !g_strv_contains(row->words, node->text)) {
		return yaml_complain(document, node, advice, error, "unknown %s", row->key);
	}
	return true;
}

static bool check_uuid(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
		       GError **error)
{
	if (node->kind != YAML_SCALAR || !g_uuid_string_is_valid(node->text)) {
		return yaml_complain(document, node, "`uuidgen` makes one", error,
				     "`%s` must be a UUID", row->key);
	}
	return true;
}

static bool is_date(const char *text)
{
	int year, month, day, size = 0;

	return strlen(text) == 10 &&
	       sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &size) == 3 && size == 10 &&
	       month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool check_date(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
		       GError **error)
{
	if (node->kind != YAML_SCALAR || !is_date(node->text)) {
		return yaml_complain(document, node, "write it as 2026-11-22", error,
				     "`%s` must be a date", row->key);
	}
	return true;
}

static bool check_list(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
		       GError **error)
{
	g_auto(GStrv) ignored = NULL;

	return yaml_strings(document, node, false, &ignored, error);
}

/* `attack.t1548.003`: lower case, with a namespace. */
static bool is_tag(const char *text)
{
	const char *dot = strchr(text, '.');

	return dot != NULL && dot > text && dot[1] != '\0' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == strlen(text);
}

static bool check_tags(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
		       GError **error)
{
	if (!check_list(document, row, node, error)) {
		return false;
	}
	for (guint i = 0; i < node->items->len; i++) {
		const YamlNode *tag = g_ptr_array_index(node->items, i);

		if (!is_tag(tag->text)) {
			return yaml_complain(document, tag, "write it as attack.t1548.003", error,
					     "not a tag");
		}
	}
	return true;
}

static bool check_map(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
		      GError **error)
{
	if (node->kind != YAML_MAPPING) {
		return yaml_complain(document, node, NULL, error, "`%s` must be a map", row->key);
	}
	return true;
}

static bool check_related(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
			  GError **error)
{
	if (node->kind != YAML_SEQUENCE) {
		return yaml_complain(document, node, NULL, error, "`related` must be a list");
	}
	for (guint i = 0; i < node->items->len; i++) {
		const YamlNode *entry = g_ptr_array_index(node->items, i);

		if (entry->kind != YAML_MAPPING || yaml_get(entry, "id") == NULL ||
		    yaml_get(entry, "type") == NULL) {
			return yaml_complain(document, entry, NULL, error,
					     "`related` names rules by `id` and `type`");
		}
	}
	return true;
}

/* Sigma is more than we do: what another kind of document asks for must not be lost in silence. */
static bool refuse(const YamlDocument *document, const MetaRow *row, const YamlNode *node,
		   GError **error)
{
	return yaml_complain(document, node, NULL, error,
			     "`%s` is a kind of Sigma document Reeve does not support yet",
			     row->key);
}

static const MetaRow rows[] = {
	{"correlation", check_map},
	{"filter", refuse},
	{"action", refuse},
	{"title", check_text, .max = MAX_TITLE, .is_required = true},
	{"id", check_uuid},
	{"related", check_related},
	{"name", check_text, .max = MAX_TITLE},
	{"taxonomy", check_text, .max = MAX_TITLE},
	{"status", check_word, .words = status_words},
	{"description", check_text, .max = MAX_TEXT},
	{"license", check_text},
	{"author", check_text},
	{"references", check_list},
	{"date", check_date},
	{"modified", check_date},
	{"logsource", check_map, .is_required = true},
	{"detection", check_map, .is_required = true},
	{"fields", check_list},
	{"falsepositives", check_list},
	{"level", check_word, .words = level_words},
	{"tags", check_tags},
	{"scope", check_list},
	{"advice", check_text, .max = MAX_TEXT},
};

/* Custom keys are allowed, but `lvel` or `advise` is no custom key: it is a rule that has lost its
 * level or its advice. */
static bool check_slips(const YamlDocument *document, const YamlNode *root, GError **error)
{
	static const char *const known[] = {"level", "tags", "status", "advice", "taxonomy", NULL};

	for (guint i = 0; i < root->keys->len; i++) {
		const YamlNode *key = g_ptr_array_index(root->keys, i);
		const char *near = nearest_word(key->text, known);
		g_autofree char *advice = g_strdup_printf("did you mean `%s`?", near);

		if (near != NULL && !g_str_equal(near, key->text)) {
			return yaml_complain(document, key, advice, error,
					     "`%s` has no meaning here", key->text);
		}
	}
	return true;
}

/* A correlation has the detections of other rules for its own. */
static bool is_missing(const YamlNode *root, const MetaRow *row)
{
	bool is_of_detection =
		g_str_equal(row->key, "logsource") || g_str_equal(row->key, "detection");

	return row->is_required && yaml_get(root, row->key) == NULL &&
	       !(is_of_detection && yaml_get(root, "correlation") != NULL);
}

bool rule_meta_check(const YamlDocument *document, GError **error)
{
	const YamlNode *root = yaml_root(document);

	if (root->kind != YAML_MAPPING) {
		return yaml_complain(document, root, "a rule begins with `title:`", error,
				     "not a Sigma rule");
	}
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		const YamlNode *node = yaml_get(root, rows[i].key);

		if (is_missing(root, &rows[i])) {
			return yaml_complain(document, root, "add it", error,
					     "a rule must have a `%s`", rows[i].key);
		}
		if (node != NULL && !rows[i].check(document, &rows[i], node, error)) {
			return false;
		}
	}
	return check_slips(document, root, error);
}
