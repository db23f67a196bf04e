/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Narrowing: see narrow.h. A path that is no longer covered can have paths below it that are
 * (/etc was watched, now /etc/ssh is): stores remove whole subtrees, so those are put again.
 */
#include "recorder/narrow.h"
#include "base/path.h"

typedef struct {
	const Scope *scope;
	GPtrArray *doomed; /* of char *: uncovered paths, no one below another */
	GPtrArray *kept;   /* of CatalogChild: covered paths below a doomed one; name is the path */
} Narrowing;

static void kept_free(void *data)
{
	CatalogChild *child = data;

	g_free(child->name);
	catalog_entry_clear(&child->entry);
	g_free(child);
}

static bool is_doomed(const Narrowing *narrowing, const char *path)
{
	/* The catalog tells a directory before what is below it, siblings in between: so look at
	 * all. Few, except when a whole root was dropped, and then it is one. */
	for (guint i = 0; i < narrowing->doomed->len; i++) {
		if (path_is_beneath(path, narrowing->doomed->pdata[i])) {
			return true;
		}
	}
	return false;
}

static void sort_one(void *context, const char *path, const CatalogEntry *entry)
{
	Narrowing *narrowing = context;
	CatalogChild *child;
	bool doomed = is_doomed(narrowing, path);

	if (!scope_covers(narrowing->scope, path)) {
		if (!doomed) {
			g_ptr_array_add(narrowing->doomed, g_strdup(path));
		}
		return;
	}
	if (doomed) {
		child = g_new0(CatalogChild, 1);
		child->name = g_strdup(path);
		child->entry = *entry;
		file_state_copy(&entry->state, &child->entry.state);
		g_ptr_array_add(narrowing->kept, child);
	}
}

bool narrow_stores(const LookWorld *world, GError **error)
{
	g_autoptr(GPtrArray) doomed = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(kept_free);
	Narrowing narrowing = {world->scope, doomed, kept};

	if (!catalog_each_beneath(world->catalog, "/", sort_one, &narrowing, error)) {
		return false;
	}
	for (guint i = 0; i < doomed->len; i++) {
		snapshot_remove(world->snapshot, doomed->pdata[i]);
		if (!catalog_remove(world->catalog, doomed->pdata[i], error)) {
			return false;
		}
	}
	for (guint i = 0; i < kept->len; i++) {
		const CatalogChild *child = kept->pdata[i];

		snapshot_put(world->snapshot, child->name, &child->entry.state);
		if (!catalog_put(world->catalog, child->name, &child->entry, error)) {
			return false;
		}
	}
	return true;
}
