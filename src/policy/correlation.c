/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Correlations: see correlation.h. */
#include "policy/correlation.h"

#include "base/digest.h"
#include "policy/field.h"

#include <string.h>

#define MAX_RULES 256
#define MAX_GROUP_FIELDS 8

typedef enum {
	COUNT_GT,
	COUNT_GTE,
	COUNT_LT,
	COUNT_LTE,
	COUNT_EQ,
	COUNT_NEQ,
	_COUNT_N,
} CountOp;

static const char *const count_words[_COUNT_N] = {"gt", "gte", "lt", "lte", "eq", "neq"};

/* One firing; of `value_count` the last one with that value. */
typedef struct {
	gint64 time_usec;
	guint64 value; /* its digest */
} Entry;

typedef struct {
	GArray *entries; /* of Entry, oldest first */
	gint64 fired_usec;
	bool has_fired;
} Group;

struct Correlation {
	GStrv rules;
	bool generates;
	guint group_fields[MAX_GROUP_FIELDS];
	guint n_group_fields;
	int value_field; /* -1: event_count */
	gint64 timespan_usec;
	gint64 bounds[_COUNT_N]; /* -1: not asked for */
	guint max_entries;       /* of a group: more cannot change what the condition says */
	GHashTable *groups;      /* char * -> Group */
	guint n_entries;         /* of all groups */
	gint64 now_usec;         /* the latest moment known */
};

static void group_free(Group *group)
{
	g_array_unref(group->entries);
	g_free(group);
}

void correlation_free(Correlation *correlation)
{
	if (correlation != NULL) {
		g_strfreev(correlation->rules);
		g_hash_table_unref(correlation->groups);
		g_free(correlation);
	}
}

const char *const *correlation_rules(const Correlation *correlation)
{
	return (const char *const *)correlation->rules;
}

bool correlation_generates(const Correlation *correlation)
{
	return correlation->generates;
}

void correlation_forget(Correlation *correlation)
{
	g_hash_table_remove_all(correlation->groups);
	correlation->n_entries = 0;
	correlation->now_usec = 0;
}

/*
 * Reading
 */

/* What must be there. */
static const YamlNode *need(const YamlDocument *document, const YamlNode *map, const char *key,
			    GError **error)
{
	const YamlNode *node = yaml_get(map, key);

	if (node == NULL) {
		yaml_complain(document, map, "add it", error, "a correlation must have `%s`", key);
	}
	return node;
}

static bool read_field(const YamlDocument *document, const YamlNode *node, guint *ret,
		       GError **error)
{
	int field = -1;

	if (node->kind == YAML_SCALAR) {
		field = field_find(node->text, FIELD_SIGMA | FIELD_REEVE);
	}
	if (field < 0) {
		return yaml_complain(document, node, "one of the fields of doc/policies.md", error,
				     "not a field of Reeve");
	}
	*ret = (guint)field;
	return true;
}

static bool read_type(Correlation *one, const YamlDocument *document, const YamlNode *map,
		      GError **error)
{
	const YamlNode *type = need(document, map, "type", error);
	const YamlNode *condition = yaml_get(map, "condition");
	const YamlNode *field = condition == NULL || condition->kind != YAML_MAPPING
					? NULL
					: yaml_get(condition, "field");
	guint found = 0;

	if (type == NULL) {
		return false;
	}
	one->value_field = -1;
	if (type->kind == YAML_SCALAR && g_str_equal(type->text, "event_count")) {
		return field == NULL || yaml_complain(document, field, "say value_count", error,
						      "event_count has no field");
	}
	if (type->kind != YAML_SCALAR || !g_str_equal(type->text, "value_count")) {
		return yaml_complain(document, type, "event_count or value_count", error,
				     "a kind of correlation Reeve does not support");
	}
	if (field == NULL) {
		return yaml_complain(document, map, "add `field:` to its condition", error,
				     "value_count must say of what");
	}
	if (!read_field(document, field, &found, error)) {
		return false;
	}
	one->value_field = (int)found;
	return true;
}

static bool read_rules(Correlation *one, const YamlDocument *document, const YamlNode *map,
		       GError **error)
{
	const YamlNode *rules = need(document, map, "rules", error);
	const YamlNode *generate = yaml_get(map, "generate");

	if (rules == NULL || !yaml_strings(document, rules, false, &one->rules, error)) {
		return false;
	}
	if (one->rules[0] == NULL || g_strv_length(one->rules) > MAX_RULES) {
		return yaml_complain(document, rules, NULL, error, "1 to %d rules", MAX_RULES);
	}
	return generate == NULL || yaml_bool(document, generate, &one->generates, error);
}

static bool read_groups(Correlation *one, const YamlDocument *document, const YamlNode *map,
			GError **error)
{
	const YamlNode *fields = need(document, map, "group-by", error);

	if (fields == NULL) {
		return false;
	}
	if (fields->kind != YAML_SEQUENCE || fields->items->len == 0 ||
	    fields->items->len > MAX_GROUP_FIELDS) {
		return yaml_complain(document, fields, "for example [User]", error,
				     "`group-by` is a list of 1 to %d fields", MAX_GROUP_FIELDS);
	}
	for (guint i = 0; i < fields->items->len; i++) {
		if (!read_field(document, fields->items->pdata[i], &one->group_fields[i], error)) {
			return false;
		}
	}
	one->n_group_fields = fields->items->len;
	return true;
}

static bool read_bound(Correlation *one, const YamlDocument *document, const YamlNode *key,
		       const YamlNode *value, GError **error)
{
	for (guint op = 0; op < _COUNT_N; op++) {
		if (g_str_equal(key->text, count_words[op])) {
			return yaml_int(document, value, 0, CORRELATION_MAX_COUNT, &one->bounds[op],
					error);
		}
	}
	return g_str_equal(key->text, "field") ||
	       yaml_complain(document, key, "gt, gte, lt, lte, eq or neq", error,
			     "no condition of a correlation");
}

static bool read_condition(Correlation *one, const YamlDocument *document, const YamlNode *map,
			   GError **error)
{
	const YamlNode *node = need(document, map, "condition", error);
	gint64 highest = -1;

	if (node == NULL) {
		return false;
	}
	if (node->kind != YAML_MAPPING) {
		return yaml_complain(document, node, "for example {gte: 10}", error,
				     "the condition of a correlation is a map");
	}
	memset(one->bounds, -1, sizeof(one->bounds));
	for (guint i = 0; i < node->items->len; i++) {
		if (!read_bound(one, document, node->keys->pdata[i], node->items->pdata[i],
				error)) {
			return false;
		}
	}
	for (guint op = 0; op < _COUNT_N; op++) {
		highest = MAX(highest, one->bounds[op]);
	}
	one->max_entries = (guint)highest + 1;
	return highest >= 0 || yaml_complain(document, node, "for example {gte: 10}", error,
					     "the condition has no number");
}

Correlation *correlation_parse(const YamlDocument *document, const YamlNode *node, GError **error)
{
	static const char *const keys[] = {"type",     "rules",     "group-by", "timespan",
					   "generate", "condition", NULL};
	g_autoptr(Correlation) one = g_new0(Correlation, 1);
	const YamlNode *timespan;

	one->groups =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)group_free);
	if (!yaml_only_keys(document, node, keys, error) ||
	    !read_type(one, document, node, error) || !read_rules(one, document, node, error) ||
	    !read_groups(one, document, node, error) ||
	    !read_condition(one, document, node, error)) {
		return NULL;
	}
	timespan = need(document, node, "timespan", error);
	if (timespan == NULL || !yaml_length(document, timespan, &one->timespan_usec, error)) {
		return NULL;
	}
	return g_steal_pointer(&one);
}

/*
 * Counting
 */

/* The values that make the group, each with its length; NULL: it belongs to none. */
static char *group_key(const Correlation *one, Facts *facts)
{
	g_autoptr(GString) key = g_string_new(NULL);

	for (guint i = 0; i < one->n_group_fields; i++) {
		const GPtrArray *values = facts_get(facts, one->group_fields[i]);

		if (values->len == 0) {
			return NULL;
		}
		g_string_append_printf(key, "%zu:%s", strlen(values->pdata[0]),
				       (const char *)values->pdata[0]);
	}
	return g_string_free(g_steal_pointer(&key), FALSE);
}

static gint64 newest(const Group *group)
{
	return g_array_index(group->entries, Entry, group->entries->len - 1).time_usec;
}

static void drop_first(Correlation *one, Group *group, guint count)
{
	if (count > 0) {
		g_array_remove_range(group->entries, 0, count);
		one->n_entries -= count;
	}
}

/* What has left the length of time. */
static void expire(Correlation *one, Group *group)
{
	gint64 since = one->now_usec - one->timespan_usec;
	guint gone = 0;

	while (gone < group->entries->len &&
	       g_array_index(group->entries, Entry, gone).time_usec < since) {
		gone++;
	}
	drop_first(one, group, gone);
}

/* Room for one more: the group that was quiet for the longest goes. */
static void make_room(Correlation *one, const Group *kept)
{
	GHashTableIter iter;
	gpointer key, value, oldest_key = NULL;
	Group *oldest = NULL;

	g_hash_table_iter_init(&iter, one->groups);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		Group *group = value;

		if (group != kept && (oldest == NULL || newest(group) < newest(oldest))) {
			oldest = group;
			oldest_key = key;
		}
	}
	if (oldest != NULL) {
		one->n_entries -= oldest->entries->len;
		g_hash_table_remove(one->groups, oldest_key);
	}
}

static void add_entry(Correlation *one, Group *group, guint64 value)
{
	Entry entry = {one->now_usec, value};

	for (guint i = 0; one->value_field >= 0 && i < group->entries->len; i++) {
		if (g_array_index(group->entries, Entry, i).value == value) {
			g_array_remove_index(group->entries, i);
			one->n_entries--;
			break;
		}
	}
	if (group->entries->len >= one->max_entries) {
		drop_first(one, group, 1);
	}
	g_array_append_val(group->entries, entry);
	one->n_entries++;
}

static guint64 digest_of(const char *value)
{
	guint8 digest[DIGEST_BYTES];
	guint64 ret;

	digest_sha256(value, strlen(value), digest);
	memcpy(&ret, digest, sizeof(ret));
	return ret;
}

static void add_facts(Correlation *one, Group *group, Facts *facts)
{
	const GPtrArray *values;

	if (one->value_field < 0) {
		add_entry(one, group, 0);
		return;
	}
	values = facts_get(facts, (guint)one->value_field);
	for (guint i = 0; i < MIN(values->len, one->max_entries); i++) {
		add_entry(one, group, digest_of(values->pdata[i]));
	}
}

static bool condition_is_met(const Correlation *one, gint64 count)
{
	const gint64 *bounds = one->bounds;

	return (bounds[COUNT_GT] < 0 || count > bounds[COUNT_GT]) &&
	       (bounds[COUNT_GTE] < 0 || count >= bounds[COUNT_GTE]) &&
	       (bounds[COUNT_LT] < 0 || count < bounds[COUNT_LT]) &&
	       (bounds[COUNT_LTE] < 0 || count <= bounds[COUNT_LTE]) &&
	       (bounds[COUNT_EQ] < 0 || count == bounds[COUNT_EQ]) &&
	       (bounds[COUNT_NEQ] < 0 || count != bounds[COUNT_NEQ]);
}

/* Takes the key. */
static Group *find_group(Correlation *one, char *key)
{
	Group *group = g_hash_table_lookup(one->groups, key);

	if (group != NULL) {
		g_free(key);
		return group;
	}
	if (g_hash_table_size(one->groups) >= CORRELATION_MAX_GROUPS) {
		make_room(one, NULL);
	}
	group = g_new0(Group, 1);
	group->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
	g_hash_table_insert(one->groups, key, group);
	return group;
}

bool correlation_count(Correlation *one, Facts *facts)
{
	g_autofree char *key = group_key(one, facts);
	Group *group;

	if (key == NULL ||
	    (one->value_field >= 0 && facts_get(facts, (guint)one->value_field)->len == 0)) {
		return false;
	}
	one->now_usec = MAX(one->now_usec, facts->change->time_usec);
	group = find_group(one, g_steal_pointer(&key));
	expire(one, group);
	add_facts(one, group, facts);
	while (one->n_entries > CORRELATION_MAX_ENTRIES && g_hash_table_size(one->groups) > 1) {
		make_room(one, group);
	}
	if (!condition_is_met(one, group->entries->len) ||
	    (group->has_fired && one->now_usec - group->fired_usec < one->timespan_usec)) {
		return false;
	}
	group->has_fired = true;
	group->fired_usec = one->now_usec;
	return true;
}
