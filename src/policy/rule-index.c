/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules by the paths they name: see rule-index.h. */
#include "policy/rule-index.h"

#include "policy/path-key.h"
#include "policy/rule.h"

#include <string.h>

/* A path that is longer is looked at in pieces, whose ends count as its ends (pattern.c): a
 * beginning says nothing of it. */
#define MAX_PATH_BYTES 4096

struct RuleIndex {
	GPtrArray *all;     /* of Rule: all that can fire */
	GPtrArray *always;  /* of Rule: without a key */
	GHashTable *by_key; /* char * -> GPtrArray of Rule */
	GPtrArray *found;
	GHashTable *seen; /* of Rule: by the search that is going on */
};

static void file_under(RuleIndex *index, const char *key, Rule *rule)
{
	GPtrArray *rules = g_hash_table_lookup(index->by_key, key);

	if (rules == NULL) {
		rules = g_ptr_array_new();
		g_hash_table_insert(index->by_key, g_strdup(key), rules);
	}
	/* keys of one rule come together, so a double one stands at the end */
	if (rules->len == 0 || rules->pdata[rules->len - 1] != rule) {
		g_ptr_array_add(rules, rule);
	}
}

static void add_rule(RuleIndex *index, Rule *rule)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(index->all, rule);
	if (!condition_path_keys(rule->condition, keys)) {
		g_ptr_array_add(index->always, rule);
		return;
	}
	for (guint i = 0; i < keys->len; i++) {
		file_under(index, keys->pdata[i], rule);
	}
}

RuleIndex *rule_index_new(const GPtrArray *rules)
{
	RuleIndex *index = g_new0(RuleIndex, 1);

	index->all = g_ptr_array_new();
	index->always = g_ptr_array_new();
	index->found = g_ptr_array_new();
	index->seen = g_hash_table_new(NULL, NULL);
	index->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					      (GDestroyNotify)g_ptr_array_unref);
	for (guint i = 0; i < rules->len; i++) {
		Rule *rule = rules->pdata[i];

		if (rule->inactive == NULL && rule->correlation == NULL) {
			add_rule(index, rule);
		}
	}
	return index;
}

void rule_index_free(RuleIndex *index)
{
	if (index != NULL) {
		g_ptr_array_unref(index->all);
		g_ptr_array_unref(index->always);
		g_ptr_array_unref(index->found);
		g_hash_table_unref(index->seen);
		g_hash_table_unref(index->by_key);
		g_free(index);
	}
}

guint rule_index_unsorted(const RuleIndex *index)
{
	return index->always->len;
}

static void take(RuleIndex *index, const GPtrArray *rules)
{
	for (guint i = 0; rules != NULL && i < rules->len; i++) {
		if (g_hash_table_add(index->seen, rules->pdata[i])) {
			g_ptr_array_add(index->found, rules->pdata[i]);
		}
	}
}

const GPtrArray *rule_index_find(RuleIndex *index, const char *path)
{
	char *keys[PATH_KEY_MAX];
	guint n;

	if (strlen(path) > MAX_PATH_BYTES) {
		return index->all;
	}
	g_ptr_array_set_size(index->found, 0);
	g_hash_table_remove_all(index->seen);
	take(index, index->always);
	n = path_key_list(path, keys);
	for (guint i = 0; i < n; i++) {
		take(index, g_hash_table_lookup(index->by_key, keys[i]));
		g_free(keys[i]);
	}
	return index->found;
}
