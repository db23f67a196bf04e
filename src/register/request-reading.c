/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading mappings, texts and lists of request.yaml: see request-reading.h. */
#include "register/request-reading.h"

#include <string.h>

#define KEYS_MAX 24
#define LIST_MAX 1000

bool reading_mapping(Reading *r, const YamlNode *mapping, const KeyReader *table, GError **error)
{
	const char *known[KEYS_MAX] = {NULL};

	if (mapping->kind != YAML_MAPPING) {
		return yaml_complain(r->document, mapping, "write `key: value` lines", error,
				     "expected a mapping");
	}
	for (guint i = 0; table[i].key != NULL; i++) {
		g_assert(i + 1 < G_N_ELEMENTS(known));
		known[i] = table[i].key;
	}
	if (!yaml_only_keys(r->document, mapping, known, error)) {
		return false;
	}
	for (guint i = 0; table[i].key != NULL; i++) {
		const YamlNode *node = yaml_get(mapping, table[i].key);

		if (node != NULL && !table[i].read(r, node, error)) {
			return false;
		}
	}
	return true;
}

bool reading_text(Reading *r, const YamlNode *node, gsize max, char **ret, GError **error)
{
	g_autofree char *text = NULL;

	if (!yaml_string(r->document, node, &text, error)) {
		return false;
	}
	if (strlen(text) > max) {
		return yaml_complain(r->document, node, "shorten it", error,
				     "longer than %" G_GSIZE_FORMAT " bytes", max);
	}
	*ret = g_steal_pointer(&text);
	return true;
}

bool reading_list(Reading *r, const YamlNode *node, GStrv *ret, GError **error)
{
	g_auto(GStrv) list = NULL;

	if (!yaml_strings(r->document, node, false, &list, error)) {
		return false;
	}
	if (g_strv_length(list) > LIST_MAX) {
		return yaml_complain(r->document, node, NULL, error, "more than %d entries",
				     LIST_MAX);
	}
	*ret = g_steal_pointer(&list);
	return true;
}
