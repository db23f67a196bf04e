/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Documents of the strict YAML reader: see yaml.h. */
#include "base/yaml-private.h"

YamlDocument *yaml_document_new(const char *name, GBytes *source, YamlNode *root)
{
	YamlDocument *document = g_new0(YamlDocument, 1);

	document->name = g_strdup(name);
	document->source = g_bytes_ref(source);
	document->root = root;
	return document;
}

static YamlDocument *document_new_empty(const char *name, GBytes *source)
{
	YamlNode *root = g_new0(YamlNode, 1);

	*root = (YamlNode){.kind = YAML_SCALAR, .line = 1, .column = 1, .width = 1};
	root->text = g_strdup("");
	root->is_plain = root->is_null = true;
	return yaml_document_new(name, source, root);
}

static void document_free(gpointer data)
{
	yaml_document_free(data);
}

GPtrArray *yaml_parse_all(const char *name, const void *data, gsize size, guint max, GError **error)
{
	g_autoptr(GPtrArray) documents = g_ptr_array_new_with_free_func(document_free);
	g_autoptr(GBytes) source = yaml_source_new(name, data, size, error);

	if (source == NULL || !yaml_compose(name, source, documents, max, error)) {
		return NULL;
	}
	return g_steal_pointer(&documents);
}

YamlDocument *yaml_parse(const char *name, const void *data, gsize size, GError **error)
{
	g_autoptr(GPtrArray) documents = g_ptr_array_new_with_free_func(document_free);
	g_autoptr(GBytes) source = yaml_source_new(name, data, size, error);

	if (source == NULL || !yaml_compose(name, source, documents, 1, error)) {
		return NULL;
	}
	return documents->len == 0 ? document_new_empty(name, source)
				   : g_ptr_array_steal_index(documents, 0);
}

void yaml_document_free(YamlDocument *document)
{
	if (document == NULL) {
		return;
	}
	g_free(document->name);
	g_bytes_unref(document->source);
	yaml_node_free(document->root);
	g_free(document);
}

const YamlNode *yaml_root(const YamlDocument *document)
{
	return document->root;
}

const char *yaml_name(const YamlDocument *document)
{
	return document->name;
}
