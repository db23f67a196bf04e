/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The YAML reader: whatever the bytes, it ends soon, refuses with a message or gives a tree whose
 * nodes keep their promises, and every node can be complained about.
 */
#include "base/yaml.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(GError *error)
{
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	g_assert_true(strpbrk(error->message, "\r\x1b\x7f") == NULL);
	g_error_free(error);
}

static void walk(const YamlDocument *document, const YamlNode *node, guint depth)
{
	static const char *const known[] = {"known", NULL};
	GError *error = NULL;
	g_auto(GStrv) strings = NULL;

	g_assert_true(depth <= YAML_MAX_DEPTH && node->line > 0 && node->column > 0);
	g_assert_true((node->kind == YAML_SCALAR) == (node->text != NULL));
	if (!yaml_strings(document, node, true, &strings, &error)) {
		check_message(g_steal_pointer(&error));
	}
	if (!yaml_only_keys(document, node, known, &error)) {
		check_message(error);
	}
	for (guint i = 0; node->items != NULL && i < node->items->len && i < 50; i++) {
		if (node->kind == YAML_MAPPING) {
			walk(document, g_ptr_array_index(node->keys, i), depth + 1);
		}
		walk(document, g_ptr_array_index(node->items, i), depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	GError *error = NULL;
	g_autoptr(GPtrArray) documents = yaml_parse_all("fuzz", data, size, 10, &error);
	g_autoptr(YamlDocument) document = NULL;

	if (documents == NULL) {
		check_message(g_steal_pointer(&error));
	}
	for (guint i = 0; documents != NULL && i < documents->len; i++) {
		walk(g_ptr_array_index(documents, i), yaml_root(g_ptr_array_index(documents, i)),
		     0);
	}
	document = yaml_parse("fuzz", data, size, &error);
	if (document == NULL) {
		check_message(error);
	}
	return 0;
}
