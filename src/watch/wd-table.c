/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of watch descriptors: see wd-table.h. */
#include "watch/wd-table.h"
#include "base/path.h"

#include <string.h>

struct WdTable {
	GTree *by_path;    /* char * (owned) -> wd; ordered so that a subtree is one stretch */
	GHashTable *by_wd; /* wd -> GPtrArray of char *, the keys of by_path */
};

/* Byte order, but '/' before everything else: "/a/b" then comes directly behind "/a", and "/a-b"
 * behind all that is below "/a". */
static int path_order(const void *a, const void *b, void *unused)
{
	const guchar *p = a;
	const guchar *q = b;

	while (*p == *q && *p != '\0') {
		p++;
		q++;
	}
	return (*p == '/'    ? 1
		: *p == '\0' ? 0
			     : *p + 1) -
	       (*q == '/'    ? 1
		: *q == '\0' ? 0
			     : *q + 1);
}

WdTable *wd_table_new(void)
{
	WdTable *table = g_new0(WdTable, 1);

	table->by_path = g_tree_new_full(path_order, NULL, g_free, NULL);
	table->by_wd = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
	return table;
}

void wd_table_free(WdTable *table)
{
	if (table == NULL) {
		return;
	}
	g_hash_table_unref(table->by_wd);
	g_tree_unref(table->by_path);
	g_free(table);
}

static GPtrArray *paths_of(const WdTable *table, int wd)
{
	return g_hash_table_lookup(table->by_wd, GINT_TO_POINTER(wd));
}

const GPtrArray *wd_table_paths(const WdTable *table, int wd)
{
	return paths_of(table, wd);
}

int wd_table_find(const WdTable *table, const char *path)
{
	void *wd;

	return g_tree_lookup_extended(table->by_path, path, NULL, &wd) ? GPOINTER_TO_INT(wd) : -1;
}

/* Takes one path out of both maps; returns its descriptor when that has no path left, else -1. */
static int unbind(WdTable *table, const char *path)
{
	void *key, *wd;
	GPtrArray *paths;
	int orphan = -1;

	if (!g_tree_lookup_extended(table->by_path, path, &key, &wd)) {
		return -1;
	}
	paths = paths_of(table, GPOINTER_TO_INT(wd));
	g_ptr_array_remove(paths, key);
	if (paths->len == 0) {
		orphan = GPOINTER_TO_INT(wd);
	}
	g_tree_remove(table->by_path, path);
	return orphan;
}

int wd_table_put(WdTable *table, int wd, const char *path)
{
	GPtrArray *paths;
	char *key;
	int orphan;

	if (wd_table_find(table, path) == wd) {
		return -1;
	}
	orphan = unbind(table, path);
	paths = paths_of(table, wd);
	if (paths == NULL) {
		paths = g_ptr_array_new();
		g_hash_table_insert(table->by_wd, GINT_TO_POINTER(wd), paths);
	}
	key = g_strdup(path);
	g_tree_insert(table->by_path, key, GINT_TO_POINTER(wd));
	g_ptr_array_add(paths, key);
	return orphan;
}

void wd_table_drop(WdTable *table, int wd)
{
	GPtrArray *paths = paths_of(table, wd);

	if (paths == NULL) {
		return;
	}
	for (guint i = 0; i < paths->len; i++) {
		g_tree_remove(table->by_path, paths->pdata[i]);
	}
	g_hash_table_remove(table->by_wd, GINT_TO_POINTER(wd));
}

void wd_table_forget(WdTable *table, const char *path, GArray *ret_orphans)
{
	g_autoptr(GPtrArray) doomed = g_ptr_array_new_with_free_func(g_free);
	GTreeNode *node = g_tree_lower_bound(table->by_path, path);

	for (; node != NULL && path_is_beneath(g_tree_node_key(node), path);
	     node = g_tree_node_next(node)) {
		g_ptr_array_add(doomed, g_strdup(g_tree_node_key(node)));
	}
	for (guint i = 0; i < doomed->len; i++) {
		int orphan = unbind(table, doomed->pdata[i]);

		if (orphan >= 0) {
			g_array_append_val(ret_orphans, orphan);
		}
	}
}

guint wd_table_count(const WdTable *table)
{
	return (guint)g_tree_nnodes(table->by_path);
}
