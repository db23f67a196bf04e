/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The YAML reader by itself: never crashes, never hangs; a tree it gives holds what its header
 * promises, and a refusal is a message with a place.
 */
#include "base/yaml.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const few[] = {"id", "title", NULL};

static guint walk(const YamlDocument *document, const YamlNode *node, guint depth)
{
	g_autoptr(GError) error = NULL;
	guint count = 1;

	g_assert_cmpuint(depth, <=, YAML_MAX_DEPTH);
	g_assert_cmpuint(node->line, >=, 1);
	g_assert_cmpuint(node->column, >=, 1);
	g_assert_cmpuint(node->width, >=, 1);
	if (node->kind == YAML_SCALAR) {
		g_assert_nonnull(node->text);
		g_assert_true(g_utf8_validate(node->text, -1, NULL));
		return count;
	}
	for (guint i = 0; i < node->items->len; i++) {
		count += walk(document, node->items->pdata[i], depth + 1);
	}
	if (node->kind == YAML_MAPPING) {
		g_assert_cmpuint(node->keys->len, ==, node->items->len);
		if (!yaml_only_keys(document, node, few, &error)) {
			g_assert_true(g_utf8_validate(error->message, -1, NULL));
		}
	}
	return count;
}

/* Every way to read a value, whatever it is. */
static void read_all_ways(const YamlDocument *document, const YamlNode *node)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) list = NULL;
	gint64 number;
	bool truth;

	yaml_string(document, node, &text, NULL);
	yaml_bool(document, node, &truth, NULL);
	yaml_int(document, node, -5, 5, &number, NULL);
	yaml_strings(document, node, true, &list, NULL);
	if (node->kind == YAML_MAPPING) {
		yaml_get(node, "id");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(YamlDocument) document = yaml_parse("f.yaml", data, size, &error);
	g_autoptr(GPtrArray) all = yaml_parse_all("f.yaml", data, size, 8, NULL);

	if (document == NULL) {
		g_assert_true(g_str_has_prefix(error->message, "f.yaml"));
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
		return 0;
	}
	g_assert_nonnull(all); /* what is one document is also several */
	g_assert_cmpuint(walk(document, yaml_root(document), 0), <=, YAML_MAX_NODES);
	read_all_ways(document, yaml_root(document));
	return 0;
}
