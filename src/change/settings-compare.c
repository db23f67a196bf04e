/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two lists of settings compared: see settings-list.h. */
#include "change/settings-list.h"
#include "event/change.h"

#include <string.h>

#define MAX_SHOWN_BYTES 400

static void item_free(Item *item)
{
	g_free(item->name);
	g_free(item->value);
	g_free(item->shown);
	g_free(item);
}

void settings_add(SettingsList *list, char *name, char *value, char *shown)
{
	Item *item;

	if (list->items->len >= SETTINGS_MAX) {
		list->is_full = true;
		g_free(name);
		g_free(value);
		g_free(shown);
		return;
	}
	item = g_new0(Item, 1);
	*item = (Item){name, value, shown};
	g_ptr_array_add(list->items, item);
}

void settings_list_init(SettingsList *list)
{
	*list = (SettingsList){.items = g_ptr_array_new_with_free_func((GDestroyNotify)item_free)};
}

void settings_list_clear(SettingsList *list)
{
	g_ptr_array_unref(list->items);
	g_free(list->block);
}

/* All that goes by one name. */
typedef struct {
	const char *name;
	GPtrArray *values; /* of const Item * */
} Named;

static void named_free(Named *named)
{
	g_ptr_array_unref(named->values);
	g_free(named);
}

/* Name -> Named; `order` (of char *) gets the names that are new. */
static GHashTable *by_name(const SettingsList *list, bool ignores_case, GPtrArray *order,
			   GHashTable *known)
{
	GHashTable *table =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)named_free);

	for (guint i = 0; i < list->items->len; i++) {
		const Item *item = list->items->pdata[i];
		char *key = ignores_case ? g_ascii_strdown(item->name, -1) : g_strdup(item->name);
		Named *named = g_hash_table_lookup(table, key);

		if (named == NULL) {
			named = g_new0(Named, 1);
			named->name = item->name;
			named->values = g_ptr_array_new();
			g_hash_table_insert(table, g_strdup(key), named);
			if (g_hash_table_add(known, g_strdup(key))) {
				g_ptr_array_add(order, g_strdup(key));
			}
		}
		g_ptr_array_add(named->values, (void *)item);
		g_free(key);
	}
	return table;
}

static bool values_are_equal(const Named *a, const Named *b)
{
	if (a == NULL || b == NULL || a->values->len != b->values->len) {
		return a == b;
	}
	for (guint i = 0; i < a->values->len; i++) {
		if (strcmp(((const Item *)a->values->pdata[i])->value,
			   ((const Item *)b->values->pdata[i])->value) != 0) {
			return false;
		}
	}
	return true;
}

static char *values_shown(const Named *named)
{
	GString *out;

	if (named == NULL) {
		return NULL;
	}
	out = g_string_new(NULL);
	for (guint i = 0; i < named->values->len && out->len < MAX_SHOWN_BYTES; i++) {
		const Item *item = named->values->pdata[i];

		g_string_append(out, i == 0 ? "" : "; ");
		g_string_append(out, item->shown != NULL ? item->shown : item->value);
	}
	return g_string_free(out, FALSE);
}

static void add_difference(const Named *before, const Named *after, GPtrArray *ret)
{
	Setting *setting = g_new0(Setting, 1);

	setting->name = g_strdup((after != NULL ? after : before)->name);
	setting->before = values_shown(before);
	setting->after = values_shown(after);
	if (g_strcmp0(setting->before, setting->after) == 0) {
		/* it differs in what is not told */
		g_free(setting->after);
		setting->after = g_strdup("changed");
	}
	g_ptr_array_add(ret, setting);
}

static bool lists_are_equal(const SettingsList *a, const SettingsList *b, bool ignores_case)
{
	if (a->items->len != b->items->len) {
		return false;
	}
	for (guint i = 0; i < a->items->len; i++) {
		const Item *x = a->items->pdata[i], *y = b->items->pdata[i];
		bool is_same_name = ignores_case ? g_ascii_strcasecmp(x->name, y->name) == 0
						 : strcmp(x->name, y->name) == 0;

		if (!is_same_name || strcmp(x->value, y->value) != 0) {
			return false;
		}
	}
	return true;
}

bool settings_list_compare(const SettingsList *before, const SettingsList *after, bool ignores_case,
			   GPtrArray *ret)
{
	g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) new_names = by_name(after, ignores_case, order, known);
	g_autoptr(GHashTable) old_names = by_name(before, ignores_case, order, known);

	for (guint i = 0; i < order->len; i++) {
		const Named *old_one = g_hash_table_lookup(old_names, order->pdata[i]);
		const Named *new_one = g_hash_table_lookup(new_names, order->pdata[i]);

		if (!values_are_equal(old_one, new_one)) {
			add_difference(old_one, new_one, ret);
		}
	}
	return lists_are_equal(before, after, ignores_case);
}
