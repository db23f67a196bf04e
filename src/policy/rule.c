/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One rule: reads what it says of itself, compiles its detection, asks it. */
#include "policy/rule.h"

#include "policy/rule-meta.h"
#include "policy/selection.h"

#include <string.h>

void rule_free(Rule *rule)
{
	if (rule != NULL) {
		g_free(rule->file);
		g_free(rule->title);
		g_free(rule->id);
		g_strfreev(rule->tags);
		g_free(rule->advice);
		g_free(rule->inactive);
		g_free(rule->name);
		correlation_free(rule->correlation);
		g_clear_pointer(&rule->bases, g_ptr_array_unref);
		condition_free(rule->condition);
		g_ptr_array_unref(rule->selections);
		g_free(rule);
	}
}

/* The text of an optional key whose form rule_meta_check has seen to; NULL: not there. */
static const char *text_of(const YamlNode *map, const char *key)
{
	const YamlNode *node = yaml_get(map, key);

	return node == NULL || node->kind != YAML_SCALAR || node->is_null ? NULL : node->text;
}

static bool read_tags(Rule *rule, const YamlDocument *document, const YamlNode *root,
		      GError **error)
{
	const YamlNode *tags = yaml_get(root, "tags");

	if (tags == NULL) {
		rule->tags = g_new0(char *, 1);
		return true;
	}
	return yaml_strings(document, tags, false, &rule->tags, error);
}

static bool read_meta(Rule *rule, const YamlDocument *document, GError **error)
{
	const YamlNode *root = yaml_root(document);
	const char *level = text_of(root, "level");

	if (!rule_meta_check(document, error)) {
		return false;
	}
	rule->file = g_strdup(yaml_name(document));
	rule->line = yaml_get(root, "title")->line;
	rule->title = g_strdup(text_of(root, "title"));
	rule->id = g_strdup(text_of(root, "id"));
	rule->advice = g_strdup(text_of(root, "advice"));
	rule->name = g_strdup(text_of(root, "name"));
	if (level == NULL || !severity_from_word(level, &rule->level)) {
		rule->level = SEVERITY_LOW;
	}
	return read_tags(rule, document, root, error);
}

static void read_source(Rule *rule, const YamlNode *root)
{
	const YamlNode *logsource = yaml_get(root, "logsource");
	const char *status = text_of(root, "status");

	rule->source =
		source_classify(text_of(logsource, "product"), text_of(logsource, "category"),
				text_of(logsource, "service"), text_of(root, "taxonomy"));
	if (rule->source == SOURCE_OTHER) {
		rule->inactive = g_strdup("its log source is not one of Reeve's");
	} else if (g_strcmp0(status, "deprecated") == 0 || g_strcmp0(status, "unsupported") == 0) {
		rule->inactive = g_strdup_printf("its status is %s", status);
	}
}

static bool is_selection_name(const char *name)
{
	for (const char *c = name; *c != '\0'; c++) {
		if (!g_ascii_isalnum(*c) && *c != '_' && *c != '-' && *c != '.') {
			return false;
		}
	}
	return *name != '\0';
}

static bool add_selection(Rule *rule, const YamlDocument *document, const YamlNode *key,
			  const YamlNode *value, GError **error)
{
	Selection *selection;

	if (!is_selection_name(key->text)) {
		return yaml_complain(document, key, "use letters, digits and _", error,
				     "`%s` cannot be the name of a selection", key->text);
	}
	if (rule->selections->len >= RULE_MAX_SELECTIONS) {
		return yaml_complain(document, key, "make two rules of it", error,
				     "more than %d selections", RULE_MAX_SELECTIONS);
	}
	selection = selection_parse(document, key, value, rule->source, error);
	if (selection == NULL) {
		return false;
	}
	g_ptr_array_add(rule->selections, selection);
	return true;
}

static bool read_selections(Rule *rule, const YamlDocument *document, const YamlNode *detection,
			    GError **error)
{
	for (guint i = 0; i < detection->items->len; i++) {
		const YamlNode *key = g_ptr_array_index(detection->keys, i);
		const YamlNode *value = g_ptr_array_index(detection->items, i);

		/* `timeframe` is what is left of old aggregations; without one it has no effect */
		if (g_str_equal(key->text, "condition") || g_str_equal(key->text, "timeframe")) {
			continue;
		}
		if (!add_selection(rule, document, key, value, error)) {
			return false;
		}
	}
	return true;
}

static bool read_condition(Rule *rule, const YamlDocument *document, const YamlNode *detection,
			   GError **error)
{
	const YamlNode *node = yaml_get(detection, "condition");
	g_autoptr(GError) reason = NULL;
	YamlNode at;
	guint offset, width;

	if (node == NULL || node->kind != YAML_SCALAR || node->is_null) {
		return yaml_complain(document, node ? node : detection,
				     "for example `condition: selection`", error,
				     "a detection must have a `condition`, which is a text");
	}
	rule->condition = condition_parse(node->text, rule->selections, &offset, &width, &reason);
	if (rule->condition != NULL) {
		return true;
	}
	at = *node;
	/* only then the place in the text is a place in the file */
	if (node->is_plain && node->width == (guint)g_utf8_strlen(node->text, -1)) {
		at.column += (guint)g_utf8_pointer_to_offset(node->text, node->text + offset);
		at.width = width;
	}
	return yaml_complain(document, &at, NULL, error, "%s", reason->message);
}

/* auditd writes many kinds of records; we can stand in for one that names a path only. */
static void check_audit(Rule *rule)
{
	for (guint i = 0; i < rule->selections->len; i++) {
		const Selection *selection = g_ptr_array_index(rule->selections, i);
		const char *unknown = selection_unknown_field(selection);

		if (unknown != NULL || selection_has_keywords(selection)) {
			g_free(rule->inactive);
			rule->inactive = g_strdup("it needs auditd records other than PATH");
			return;
		}
	}
}

static bool read_correlation(Rule *rule, const YamlDocument *document, GError **error)
{
	rule->source = SOURCE_REEVE;
	rule->bases = g_ptr_array_new();
	rule->correlation =
		correlation_parse(document, yaml_get(yaml_root(document), "correlation"), error);
	return rule->correlation != NULL;
}

Rule *rule_parse(const YamlDocument *document, GError **error)
{
	g_autoptr(Rule) rule = g_new0(Rule, 1);
	const YamlNode *root = yaml_root(document);
	const YamlNode *detection;

	rule->selections = g_ptr_array_new_with_free_func((GDestroyNotify)selection_free);
	if (!read_meta(rule, document, error)) {
		return NULL;
	}
	if (yaml_get(root, "correlation") != NULL) {
		return read_correlation(rule, document, error) ? g_steal_pointer(&rule) : NULL;
	}
	read_source(rule, root);
	detection = yaml_get(root, "detection");
	if (!read_selections(rule, document, detection, error) ||
	    !read_condition(rule, document, detection, error)) {
		return NULL;
	}
	if (rule->source == SOURCE_AUDIT_PATH && rule->inactive == NULL) {
		check_audit(rule);
	}
	return g_steal_pointer(&rule);
}

bool rule_holds(const Rule *rule, Facts *facts)
{
	return rule->inactive == NULL && rule->correlation == NULL &&
	       source_has(rule->source, facts->change) && condition_holds(rule->condition, facts);
}

RuleHit *rule_hit(const Rule *rule)
{
	RuleHit *hit = g_new0(RuleHit, 1);

	hit->id = g_strdup(rule->id);
	hit->title = g_strdup(rule->title);
	hit->level = rule->level;
	hit->tags = g_strdupv(rule->tags);
	hit->advice = g_strdup(rule->advice);
	return hit;
}
