/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules by technique: see policy-attack.h. */
#include "cli/policy-attack.h"

#include "cli/paint.h"
#include "policy/rule.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "attack.t1053.003" -> "T1053.003"; NULL: the tag names no technique. */
static char *technique_of(const char *tag)
{
	const char *number = tag + strlen("attack.t");

	if (!g_str_has_prefix(tag, "attack.t") || strspn(number, "0123456789") < 4) {
		return NULL;
	}
	return g_ascii_strup(tag + strlen("attack."), -1);
}

/* char * -> GPtrArray of const Rule. */
static GHashTable *by_technique(const GPtrArray *rules)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)g_ptr_array_unref);

	for (guint i = 0; i < rules->len; i++) {
		const Rule *rule = rules->pdata[i];

		for (char **tag = rule->tags; rule->inactive == NULL && *tag != NULL; tag++) {
			char *technique = technique_of(*tag);
			GPtrArray *list =
				technique == NULL ? NULL : g_hash_table_lookup(table, technique);

			if (technique != NULL && list == NULL) {
				list = g_ptr_array_new();
				g_hash_table_insert(table, g_strdup(technique), list);
			}
			if (list != NULL) {
				g_ptr_array_add(list, (gpointer)rule);
			}
			g_free(technique);
		}
	}
	return table;
}

static void print_json(const char *technique, const GPtrArray *rules)
{
	json_t *titles = json_array();
	json_t *object = json_pack("{s:s, s:o}", "technique", technique, "rules", titles);
	char *text;

	for (guint i = 0; i < rules->len; i++) {
		json_array_append_new(titles, json_string(((const Rule *)rules->pdata[i])->title));
	}
	text = json_dumps(object, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(object);
}

static void print_text(const Paint *paint, const char *technique, const GPtrArray *rules)
{
	for (guint i = 0; i < rules->len; i++) {
		const Rule *rule = rules->pdata[i];
		g_autoptr(GString) out = g_string_new(NULL);

		paint_format(paint, out, STYLE_BOLD, "%-10s", i == 0 ? technique : "");
		g_string_append_c(out, ' ');
		paint_foreign(paint, out, STYLE_PLAIN, rule->title);
		g_print("%s\n", out->str);
	}
}

void policy_attack_print(const Context *context, const GPtrArray *rules)
{
	g_autoptr(GHashTable) table = by_technique(rules);
	g_autoptr(GList) techniques =
		g_list_sort(g_hash_table_get_keys(table), (GCompareFunc)strcmp);
	Paint paint = paint_of(context);

	for (const GList *at = techniques; at != NULL; at = at->next) {
		const GPtrArray *covering = g_hash_table_lookup(table, at->data);

		if (context->is_json) {
			print_json(at->data, covering);
		} else {
			print_text(&paint, at->data, covering);
		}
	}
	if (!context->is_json) {
		g_print("%u techniques\n", g_hash_table_size(table));
	}
}
