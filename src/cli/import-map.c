/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading maps of ticket systems: see import-map.h. */
#include "cli/import-map.h"

#include "base/yaml.h"
#include "register/request.h"

#include <string.h>

#define TAKE_MAX 16
#define WORD_MAX_BYTES 256

static const char *const field_words[] = {
	[FIELD_ID] = "id",
	[FIELD_TITLE] = "title",
	[FIELD_TYPE] = "type",
	[FIELD_REQUESTER] = "requester",
	[FIELD_IMPLEMENTERS] = "implementers",
	[FIELD_HOSTS] = "hosts",
	[FIELD_START] = "start",
	[FIELD_END] = "end",
	[FIELD_RISK] = "risk",
	[FIELD_DESCRIPTION] = "description",
	[FIELD_BACKOUT] = "backout",
	[FIELD_KEY] = "key",
	NULL,
};

static const char *const type_words[] = {"standard", "normal", "emergency", NULL};
static const char *const take_words[] = {"take", "skip", NULL};

const char *import_field_word(ImportField field)
{
	return field_words[field];
}

/* What a rule may be made of: our words (NULL: any), and whether it speaks of people. */
typedef struct {
	const char *const *ours;
	bool is_people, is_list;
} RuleKind;

static RuleKind kind_of(ImportField field)
{
	return (RuleKind){
		.ours = field == FIELD_TYPE   ? type_words
			: field == FIELD_RISK ? request_risks
					      : NULL,
		.is_people = field == FIELD_REQUESTER || field == FIELD_IMPLEMENTERS,
		.is_list = field == FIELD_IMPLEMENTERS || field == FIELD_HOSTS,
	};
}

static void import_rule_clear(ImportRule *rule)
{
	g_strfreev(rule->from);
	g_free(rule->otherwise);
	g_clear_pointer(&rule->values, g_hash_table_unref);
	g_clear_pointer(&rule->known, g_ptr_array_unref);
	g_free(rule->split);
	g_free(rule->prefix);
}

static void import_rule_free(ImportRule *rule)
{
	import_rule_clear(rule);
	g_free(rule);
}

void import_map_free(ImportMap *map)
{
	for (ImportField field = 0; field < _FIELD_N; field++) {
		import_rule_clear(&map->fields[field]);
	}
	g_ptr_array_unref(map->takes);
	g_clear_pointer(&map->zone, g_time_zone_unref);
	g_strfreev(map->records);
	g_strfreev(map->times);
	g_free(map->system);
	g_free(map->url);
	g_free(map->name);
	g_free(map);
}

/* Rules */

static bool is_ours(const YamlDocument *document, const YamlNode *node, const RuleKind *kind,
		    GError **error)
{
	g_autofree char *all = NULL;

	if (kind->ours == NULL || g_strv_contains(kind->ours, node->text)) {
		return true;
	}
	all = g_strjoinv(", ", (char **)kind->ours);
	return yaml_complain(document, node, "these are Reeve's words, not the other system's",
			     error, "a value can mean one of: %s", all);
}

static bool read_values(const YamlDocument *document, const YamlNode *node, const RuleKind *kind,
			ImportRule *rule, GError **error)
{
	if (node->kind != YAML_MAPPING || node->items->len == 0) {
		return yaml_complain(document, node, "write `{their word: ours}`", error,
				     "`values` says what each value means");
	}
	rule->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	rule->known = g_ptr_array_new();
	for (guint i = 0; i < node->items->len; i++) {
		const YamlNode *their = g_ptr_array_index(node->keys, i);
		const YamlNode *our = g_ptr_array_index(node->items, i);
		g_autofree char *word = NULL;
		char *key;

		if (!yaml_string(document, our, &word, error) ||
		    !is_ours(document, our, kind, error)) {
			return false;
		}
		key = g_strdup(their->text);
		g_ptr_array_add(rule->known, key);
		g_hash_table_insert(rule->values, key, g_steal_pointer(&word));
	}
	g_ptr_array_add(rule->known, NULL);
	return true;
}

static bool read_split(const YamlDocument *document, const YamlNode *node, const RuleKind *kind,
		       ImportRule *rule, GError **error)
{
	if (!yaml_string(document, node, &rule->split, error)) {
		return false;
	}
	if (!kind->is_list) {
		return yaml_complain(document, node, "leave it out", error,
				     "this is one value and cannot be split");
	}
	return *rule->split != '\0' ||
	       yaml_complain(document, node, "write what stands between two, like `,`", error,
			     "nothing cannot split");
}

static bool read_otherwise(const YamlDocument *document, const YamlNode *node, const RuleKind *kind,
			   ImportRule *rule, GError **error)
{
	return yaml_string(document, node, &rule->otherwise, error) &&
	       is_ours(document, node, kind, error);
}

static bool read_anybody(const YamlDocument *document, const YamlNode *node, const RuleKind *kind,
			 ImportRule *rule, GError **error)
{
	return yaml_bool(document, node, &rule->is_anybody, error) &&
	       (kind->is_people ||
		yaml_complain(document, node, "leave it out", error, "`anybody` is about people"));
}

static bool read_prefix(const YamlDocument *document, const YamlNode *node, const RuleKind *kind,
			ImportRule *rule, GError **error)
{
	return yaml_string(document, node, &rule->prefix, error) &&
	       (kind->ours == NULL ||
		yaml_complain(document, node, "leave it out", error,
			      "a value that is one of a few words cannot begin with another"));
}

static bool read_from(const YamlDocument *document, const YamlNode *node, const RuleKind *kind,
		      ImportRule *rule, GError **error)
{
	if (!yaml_strings(document, node, true, &rule->from, error)) {
		return false;
	}
	for (char **from = rule->from; *from != NULL; from++) {
		if (**from == '\0' || strlen(*from) > WORD_MAX_BYTES) {
			return yaml_complain(document, node, "like `number` or `fields.summary`",
					     error, "this is no name of a field");
		}
	}
	return rule->from[0] != NULL ||
	       yaml_complain(document, node, "like `from: number`", error, "`from` names no field");
}

static const struct {
	const char *key;
	bool (*read)(const YamlDocument *document, const YamlNode *node, const RuleKind *kind,
		     ImportRule *rule, GError **error);
} rule_keys[] = {
	{"from", read_from},           {"values", read_values},   {"split", read_split},
	{"otherwise", read_otherwise}, {"anybody", read_anybody}, {"prefix", read_prefix},
};

static bool read_rule(const YamlDocument *document, const YamlNode *node, const RuleKind *kind,
		      ImportRule *rule, GError **error)
{
	static const char *const known[] = {"from",    "values", "split", "otherwise",
					    "anybody", "prefix", NULL};

	rule->line = node->line;
	rule->is_people = kind->is_people;
	if (!yaml_only_keys(document, node, known, error)) {
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(rule_keys); i++) {
		const YamlNode *value = yaml_get(node, rule_keys[i].key);

		if (value != NULL && !rule_keys[i].read(document, value, kind, rule, error)) {
			return false;
		}
	}
	return rule->from != NULL || yaml_complain(document, node, "like `{from: number}`", error,
						   "it does not say from which field");
}

/* The parts of a map */

static bool read_system(const YamlDocument *document, const YamlNode *node, ImportMap *map,
			GError **error)
{
	return yaml_string(document, node, &map->system, error);
}

static bool read_url(const YamlDocument *document, const YamlNode *node, ImportMap *map,
		     GError **error)
{
	return yaml_string(document, node, &map->url, error) &&
	       (strstr(map->url, "{key}") != NULL ||
		yaml_complain(document, node, "write {key} where the key of the request stands",
			      error, "every request would have the same address"));
}

static bool read_records(const YamlDocument *document, const YamlNode *node, ImportMap *map,
			 GError **error)
{
	return yaml_strings(document, node, true, &map->records, error);
}

static bool read_times(const YamlDocument *document, const YamlNode *node, ImportMap *map,
		       GError **error)
{
	return yaml_strings(document, node, true, &map->times, error);
}

static bool read_zone(const YamlDocument *document, const YamlNode *node, ImportMap *map,
		      GError **error)
{
	g_autofree char *word = NULL;

	if (!yaml_string(document, node, &word, error)) {
		return false;
	}
	map->zone = g_time_zone_new_identifier(word);
	return map->zone != NULL || yaml_complain(document, node, "like UTC or Europe/Berlin",
						  error, "this time zone is not known here");
}

static bool read_separator(const YamlDocument *document, const YamlNode *node, ImportMap *map,
			   GError **error)
{
	g_autofree char *word = NULL;

	if (!yaml_string(document, node, &word, error)) {
		return false;
	}
	map->separator = word[0];
	return g_str_equal(word, ",") || g_str_equal(word, ";") || g_str_equal(word, "\t") ||
	       yaml_complain(document, node, "one of \",\" \";\" \"\\t\"", error,
			     "this separates no cells");
}

static bool read_take(const YamlDocument *document, const YamlNode *node, ImportMap *map,
		      GError **error)
{
	const RuleKind kind = {.ours = take_words};

	if (node->kind != YAML_SEQUENCE || node->items->len == 0 || node->items->len > TAKE_MAX) {
		return yaml_complain(document, node, "write `- {from: state, values: {...}}`",
				     error, "expected a list of at most %d conditions", TAKE_MAX);
	}
	for (guint i = 0; i < node->items->len; i++) {
		const YamlNode *item = g_ptr_array_index(node->items, i);
		ImportRule *rule = g_new0(ImportRule, 1);

		g_ptr_array_add(map->takes, rule);
		if (!read_rule(document, item, &kind, rule, error)) {
			return false;
		}
		if (rule->values == NULL) {
			return yaml_complain(document, item,
					     "add `values: {their word: take, other: skip}`", error,
					     "it does not say which values are taken");
		}
	}
	return true;
}

static bool read_fields(const YamlDocument *document, const YamlNode *node, ImportMap *map,
			GError **error)
{
	static const ImportField required[] = {FIELD_ID, FIELD_TITLE, FIELD_TYPE, FIELD_REQUESTER};

	if (!yaml_only_keys(document, node, field_words, error)) {
		return false;
	}
	for (ImportField field = 0; field < _FIELD_N; field++) {
		const YamlNode *value = yaml_get(node, field_words[field]);
		const RuleKind kind = kind_of(field);

		if (value != NULL &&
		    !read_rule(document, value, &kind, &map->fields[field], error)) {
			return false;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(required); i++) {
		if (map->fields[required[i]].from == NULL) {
			return yaml_complain(document, node, "a request cannot do without it",
					     error, "it does not say where `%s` comes from",
					     field_words[required[i]]);
		}
	}
	return true;
}

static const struct {
	const char *key;
	bool (*read)(const YamlDocument *document, const YamlNode *node, ImportMap *map,
		     GError **error);
	bool is_required;
} map_keys[] = {
	{"system", read_system, true}, {"records", read_records, false},
	{"times", read_times, false},  {"zone", read_zone, false},
	{"url", read_url, false},      {"separator", read_separator, false},
	{"take", read_take, true},     {"fields", read_fields, true},
};

/* What o'clock it was nobody can say without it. */
static bool times_are_of_a_zone(const YamlDocument *document, const ImportMap *map, GError **error)
{
	for (guint i = 0; map->times != NULL && map->times[i] != NULL; i++) {
		if (strstr(map->times[i], "%z") == NULL && map->zone == NULL) {
			return yaml_complain(document, yaml_get(yaml_root(document), "times"),
					     "add `zone: UTC`, or where the system's clock stands",
					     error, "these times do not say their zone");
		}
	}
	return true;
}

static bool read_map(const YamlDocument *document, ImportMap *map, GError **error)
{
	static const char *const known[] = {"system",    "records", "times",  "zone", "url",
					    "separator", "take",    "fields", NULL};
	const YamlNode *root = yaml_root(document);

	if (!yaml_only_keys(document, root, known, error)) {
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(map_keys); i++) {
		const YamlNode *value = yaml_get(root, map_keys[i].key);

		if (value == NULL && map_keys[i].is_required) {
			return yaml_complain(document, root, "add it", error, "`%s` is missing",
					     map_keys[i].key);
		}
		if (value != NULL && !map_keys[i].read(document, value, map, error)) {
			return false;
		}
	}
	return times_are_of_a_zone(document, map, error);
}

ImportMap *import_map_parse(const char *name, const void *data, gsize size, GError **error)
{
	g_autoptr(YamlDocument) document = NULL;
	g_autoptr(ImportMap) map = g_new0(ImportMap, 1);

	map->name = g_strdup(name);
	map->separator = ',';
	map->takes = g_ptr_array_new_with_free_func((GDestroyNotify)import_rule_free);
	if (size > IMPORT_MAP_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "%s: larger than %d bytes", name,
			    IMPORT_MAP_MAX_BYTES);
		return NULL;
	}
	document = yaml_parse(name, data, size, error);
	if (document == NULL || !read_map(document, map, error)) {
		return NULL;
	}
	if (map->zone == NULL) {
		map->zone = g_time_zone_new_utc();
	}
	return g_steal_pointer(&map);
}
