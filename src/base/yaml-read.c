/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Typed reads of YAML nodes: see yaml.h. */
#include "base/escape.h"
#include "base/nearest.h"
#include "base/yaml-private.h"

#include <string.h>

#define LENGTH_MAX_SECONDS (1000 * 86400ULL)

static const char *kind_word(const YamlNode *node)
{
	switch (node->kind) {
	case YAML_SEQUENCE:
		return "a list";
	case YAML_MAPPING:
		return "a mapping";
	case YAML_SCALAR:
		return node->is_null ? "nothing" : "a single value";
	}
	g_assert_not_reached();
}

const YamlNode *yaml_get(const YamlNode *mapping, const char *key)
{
	if (mapping->kind != YAML_MAPPING) {
		return NULL;
	}
	for (guint i = 0; i < mapping->keys->len; i++) {
		const YamlNode *node = g_ptr_array_index(mapping->keys, i);

		if (g_str_equal(node->text, key)) {
			return g_ptr_array_index(mapping->items, i);
		}
	}
	return NULL;
}

static bool complain_unknown_key(const YamlDocument *document, const YamlNode *key,
				 const char *const *known, GError **error)
{
	const char *nearest = nearest_word(key->text, known);
	g_autofree char *name = escape_path(key->text);
	g_autofree char *all = g_strjoinv("`, `", (char **)known);
	g_autofree char *advice = nearest != NULL ? g_strdup_printf("did you mean `%s`?", nearest)
						  : g_strdup_printf("known here: `%s`", all);

	return yaml_complain(document, key, advice, error, "unknown key `%s`", name);
}

bool yaml_only_keys(const YamlDocument *document, const YamlNode *mapping, const char *const *known,
		    GError **error)
{
	if (mapping->kind != YAML_MAPPING) {
		return yaml_complain(document, mapping, "write `key: value` lines", error,
				     "expected a mapping, found %s", kind_word(mapping));
	}
	for (guint i = 0; i < mapping->keys->len; i++) {
		const YamlNode *key = g_ptr_array_index(mapping->keys, i);

		if (!g_strv_contains(known, key->text)) {
			return complain_unknown_key(document, key, known, error);
		}
	}
	return true;
}

bool yaml_string(const YamlDocument *document, const YamlNode *node, char **ret, GError **error)
{
	if (node->kind != YAML_SCALAR || node->is_null) {
		return yaml_complain(document, node, "write a text here", error,
				     "expected a text, found %s", kind_word(node));
	}
	*ret = g_strdup(node->text);
	return true;
}

bool yaml_bool(const YamlDocument *document, const YamlNode *node, bool *ret, GError **error)
{
	bool is_true = node->kind == YAML_SCALAR && g_str_equal(node->text, "true");

	if (!is_true && !(node->kind == YAML_SCALAR && g_str_equal(node->text, "false"))) {
		return yaml_complain(document, node, "write `true` or `false`", error,
				     "expected yes or no, found %s", kind_word(node));
	}
	if (!node->is_plain) {
		return yaml_complain(document, node, "leave out the quotes", error,
				     "expected yes or no, found a quoted text");
	}
	*ret = is_true;
	return true;
}

/* Decimal digits with an optional minus, no leading zero: 0644 is a mode, not a number. */
static bool is_integer(const char *text)
{
	const char *digits = text[0] == '-' ? text + 1 : text;

	if (digits[0] == '0' && digits[1] != '\0') {
		return false;
	}
	return digits[0] != '\0' && digits[strspn(digits, "0123456789")] == '\0';
}

bool yaml_int(const YamlDocument *document, const YamlNode *node, gint64 min, gint64 max,
	      gint64 *ret, GError **error)
{
	g_autofree char *advice = g_strdup_printf(
		"write a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max);

	if (node->kind != YAML_SCALAR || !node->is_plain || !is_integer(node->text)) {
		return yaml_complain(document, node, advice, error, "expected a whole number");
	}
	if (!g_ascii_string_to_signed(node->text, 10, min, max, ret, NULL)) {
		return yaml_complain(document, node, advice, error, "number out of range");
	}
	return true;
}

bool yaml_length(const YamlDocument *document, const YamlNode *node, gint64 *ret_usec,
		 GError **error)
{
	static const struct {
		const char *unit;
		gint64 seconds;
	} units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	const char *text = node->kind == YAML_SCALAR ? node->text : "";
	guint64 count = 0;
	char *unit = NULL;

	if (g_ascii_isdigit(*text)) {
		count = g_ascii_strtoull(text, &unit, 10);
	}
	for (guint i = 0; count > 0 && i < G_N_ELEMENTS(units); i++) {
		if (g_str_equal(unit, units[i].unit) &&
		    count <= LENGTH_MAX_SECONDS / (guint64)units[i].seconds) {
			*ret_usec = (gint64)count * units[i].seconds * G_USEC_PER_SEC;
			return true;
		}
	}
	return yaml_complain(document, node, "like 45s, 15m, 4h or 2d", error,
			     "this is no length of time");
}

bool yaml_strings(const YamlDocument *document, const YamlNode *node, bool or_single, GStrv *ret,
		  GError **error)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	if (node->kind == YAML_SCALAR && or_single && !node->is_null) {
		g_strv_builder_add(builder, node->text);
		*ret = g_strv_builder_end(builder);
		return true;
	}
	if (node->kind != YAML_SEQUENCE) {
		return yaml_complain(document, node, "write a list: [first, second]", error,
				     "expected a list of texts, found %s", kind_word(node));
	}
	for (guint i = 0; i < node->items->len; i++) {
		g_autofree char *item = NULL;

		if (!yaml_string(document, g_ptr_array_index(node->items, i), &item, error)) {
			return false;
		}
		g_strv_builder_add(builder, item);
	}
	*ret = g_strv_builder_end(builder);
	return true;
}
