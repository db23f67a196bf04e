/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A tree of Augeas as settings: see flatten.h. Augeas gives all nodes at once, parents before their
 * children and children in the order of the file; asking for each one's children instead would cost
 * the square of their number.
 */
#include "lens/flatten.h"

#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NAME_BYTES 500
#define CUT_HEX 16
#define VARIABLE "nodes"

typedef struct {
	const char *label, *value; /* of Augeas; value may be NULL */
	GPtrArray *children;       /* of Node, comments left out */
} Node;

static Node *node_new(const char *label, const char *value)
{
	Node *node = g_new0(Node, 1);

	node->label = label == NULL ? "" : label;
	node->value = value;
	node->children = g_ptr_array_new();
	return node;
}

static void node_free(Node *node)
{
	g_ptr_array_unref(node->children);
	g_free(node);
}

/* "#comment", "#mcomment", ... */
static bool is_comment(const char *label)
{
	return label != NULL && label[0] == '#' && strstr(label, "comment") != NULL;
}

static bool is_number(const char *label)
{
	return label[0] != '\0' && label[strspn(label, "0123456789")] == '\0';
}

/* The last slash that parts two labels: within one it is escaped. */
static gsize parent_bytes(const char *path)
{
	gsize at = strlen(path);

	while (at > 0) {
		gsize backslashes = 0;

		at--;
		while (path[at] == '/' && backslashes < at && path[at - backslashes - 1] == '\\') {
			backslashes++;
		}
		if (path[at] == '/' && backslashes % 2 == 0) {
			return at;
		}
	}
	return 0;
}

/* What hangs below a comment is comment. */
static void add_node(augeas *tree, int at, GHashTable *by_path)
{
	const char *label = NULL, *value = NULL;
	char *path = NULL;
	g_autofree char *parent_path = NULL;
	Node *node, *parent;

	if (aug_ns_attr(tree, VARIABLE, at, &value, &label, NULL) < 0 || is_comment(label) ||
	    aug_ns_path(tree, VARIABLE, at, &path) < 0) {
		return;
	}
	parent_path = g_strndup(path, parent_bytes(path));
	parent = g_hash_table_lookup(by_path, parent_path);
	if (parent != NULL) {
		node = node_new(label, value);
		g_ptr_array_add(parent->children, node);
		g_hash_table_insert(by_path, g_strdup(path), node);
	}
	free(path);
}

static const char *key_of(const Node *node)
{
	const Node *first = node->children->len == 0 ? NULL : node->children->pdata[0];

	if (node->value != NULL) {
		return node->value;
	}
	return first != NULL && first->children->len == 0 && first->value != NULL ? first->value
										  : NULL;
}

/* What is cut away must still tell two names apart. */
static void cut(GString *name)
{
	char hex[DIGEST_HEX + 1];

	digest_sha256_hex(name->str, name->len, hex);
	g_string_truncate(name, MAX_NAME_BYTES - CUT_HEX - 1);
	g_string_append_printf(name, "~%.*s", CUT_HEX, hex);
}

static void append_name(GString *name, const Node *node)
{
	const char *key = is_number(node->label) ? key_of(node) : NULL;

	g_string_append(name, name->len == 0 ? "" : "/");
	g_string_append(name, key == NULL ? node->label : key);
	if (!is_number(node->label) && node->value != NULL && node->children->len > 0) {
		g_string_append_c(name, ' ');
		g_string_append(name, node->value);
	}
	if (name->len > MAX_NAME_BYTES) {
		cut(name);
	}
}

/* Recursion is bounded by the lenses, whose trees are as deep as their formats nest; but for JSON
 * and its like, and those by the stack limit of the worker. */
static void add_settings(const Node *node, GString *name, SettingsList *list, GString *shape)
{
	gsize before = name->len;

	append_name(name, node);
	if (node->children->len == 0) {
		settings_add(list, g_utf8_make_valid(name->str, -1),
			     g_utf8_make_valid(node->value == NULL ? "" : node->value, -1), NULL);
	}
	/* as it stands: what is told may be cut, or bytes that are no text be marks */
	g_string_append_printf(shape, "(%s=%s", node->label,
			       node->value == NULL ? "" : node->value);
	for (guint i = 0; i < node->children->len; i++) {
		add_settings(node->children->pdata[i], name, list, shape);
	}
	g_string_append_c(shape, ')');
	g_string_truncate(name, before);
}

bool flatten(augeas *tree, const char *path, SettingsList *list, GString *shape)
{
	g_autofree char *all = g_strconcat(path, "//*", NULL);
	g_autoptr(GHashTable) by_path =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)node_free);
	g_autoptr(GString) name = g_string_new(NULL);
	Node *root = node_new(NULL, NULL);
	int count;

	g_hash_table_insert(by_path, g_strdup(path), root);
	aug_defvar(tree, VARIABLE, all);
	count = aug_ns_count(tree, VARIABLE);
	for (int i = 0; i < MIN(count, FLATTEN_MAX_NODES); i++) {
		add_node(tree, i, by_path);
	}
	for (guint i = 0; i < root->children->len; i++) {
		add_settings(root->children->pdata[i], name, list, shape);
	}
	return count <= FLATTEN_MAX_NODES && !list->is_full;
}
