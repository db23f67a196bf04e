/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees: see tree.h. */
#include "snapshot/tree.h"

#include <stdlib.h>
#include <string.h>

struct Tree {
	GBytes *bytes;
	GArray *entries; /* of TreeEntry, in git's order */
};

static bool mode_is_tree(guint32 mode)
{
	return mode == TREE_MODE_TREE;
}

/* Git's order of two names, each with or without the '/' of a tree. */
static int compare_names(const char *a, bool a_is_tree, const char *b, bool b_is_tree)
{
	gsize same = 0;
	guchar x, y;

	while (a[same] != '\0' && a[same] == b[same]) {
		same++;
	}
	x = (guchar)(a[same] != '\0' ? a[same] : (a_is_tree ? '/' : '\0'));
	y = (guchar)(b[same] != '\0' ? b[same] : (b_is_tree ? '/' : '\0'));
	return (x > y) - (x < y);
}

static int compare_entries(const void *a, const void *b)
{
	const TreeEntry *x = a;
	const TreeEntry *y = b;

	return compare_names(x->name, mode_is_tree(x->mode), y->name, mode_is_tree(y->mode));
}

/* Takes one entry at *p; false when it is not one. */
static bool parse_entry(const guint8 **p, const guint8 *end, TreeEntry *ret)
{
	const guint8 *at = *p;
	const guint8 *nul;

	ret->mode = 0;
	while (at < end && *at >= '0' && *at <= '7' && at - *p < 7) {
		ret->mode = ret->mode << 3 | (guint32)(*at++ - '0');
	}
	if (at == *p || at >= end || *at++ != ' ') {
		return false;
	}
	nul = memchr(at, '\0', (gsize)(end - at));
	if (nul == NULL || nul == at || end - nul <= BLOB_BYTES) {
		return false;
	}
	ret->name = (const char *)at;
	memcpy(ret->id, nul + 1, BLOB_BYTES);
	*p = nul + 1 + BLOB_BYTES;
	return true;
}

static bool parse_entries(Tree *tree)
{
	gsize size;
	const guint8 *p = g_bytes_get_data(tree->bytes, &size);
	const guint8 *end = p + size;
	TreeEntry entry;

	while (p < end) {
		if (!parse_entry(&p, end, &entry)) {
			return false;
		}
		if (tree->entries->len > 0 &&
		    compare_entries(tree_entry(tree, tree->entries->len - 1), &entry) >= 0) {
			return false;
		}
		g_array_append_val(tree->entries, entry);
	}
	return true;
}

Tree *tree_parse(GBytes *bytes, GError **error)
{
	g_autoptr(Tree) tree = g_new0(Tree, 1);

	tree->entries = g_array_new(FALSE, FALSE, sizeof(TreeEntry));
	if (bytes == NULL) {
		return g_steal_pointer(&tree);
	}
	tree->bytes = g_bytes_ref(bytes);
	if (!parse_entries(tree)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "a tree is malformed");
		return NULL;
	}
	return g_steal_pointer(&tree);
}

void tree_free(Tree *tree)
{
	if (tree == NULL) {
		return;
	}
	g_clear_pointer(&tree->bytes, g_bytes_unref);
	g_array_unref(tree->entries);
	g_free(tree);
}

guint tree_count(const Tree *tree)
{
	return tree->entries->len;
}

const TreeEntry *tree_entry(const Tree *tree, guint at)
{
	return &g_array_index(tree->entries, TreeEntry, at);
}

/* Where a name of this kind stands: its place, or -1. */
static gint64 find_as(const Tree *tree, const char *name, bool is_tree)
{
	guint low = 0;
	guint high = tree->entries->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const TreeEntry *entry = tree_entry(tree, middle);
		int order = compare_names(name, is_tree, entry->name, mode_is_tree(entry->mode));

		if (order == 0) {
			return middle;
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return -1;
}

static gint64 find_place(const Tree *tree, const char *name)
{
	gint64 place = find_as(tree, name, false);

	return place >= 0 ? place : find_as(tree, name, true);
}

const TreeEntry *tree_find(const Tree *tree, const char *name)
{
	gint64 place = find_place(tree, name);

	return place < 0 ? NULL : tree_entry(tree, (guint)place);
}

void tree_add_edit(GArray *edits, const char *name, guint32 mode, const guint8 *id)
{
	TreeEntry entry = {.name = name, .mode = mode};

	if (mode != 0) {
		memcpy(entry.id, id, BLOB_BYTES);
	}
	g_array_append_val(edits, entry);
}

static void append_entry(GByteArray *out, const TreeEntry *entry)
{
	char mode[16];
	int length = g_snprintf(mode, sizeof(mode), "%o ", entry->mode);

	g_byte_array_append(out, (const guint8 *)mode, (guint)length);
	g_byte_array_append(out, (const guint8 *)entry->name, (guint)strlen(entry->name) + 1);
	g_byte_array_append(out, entry->id, BLOB_BYTES);
}

/* Which old entries the edits replace or remove, one flag each. */
static guint8 *mark_replaced(const Tree *tree, const GArray *edits)
{
	guint8 *replaced = g_malloc0(tree->entries->len + 1);

	for (guint i = 0; i < edits->len; i++) {
		gint64 place = find_place(tree, g_array_index(edits, TreeEntry, i).name);

		if (place >= 0) {
			replaced[place] = 1;
		}
	}
	return replaced;
}

GByteArray *tree_edit(const Tree *tree, GArray *edits)
{
	gsize old_bytes = tree->bytes == NULL ? 0 : g_bytes_get_size(tree->bytes);
	GByteArray *out = g_byte_array_sized_new((guint)(old_bytes + edits->len * 48));
	g_autofree guint8 *replaced = mark_replaced(tree, edits);
	guint at = 0;

	if (edits->len > 1) {
		qsort(edits->data, edits->len, sizeof(TreeEntry), compare_entries);
	}
	for (guint i = 0; i < edits->len; i++) {
		const TreeEntry *edit = &g_array_index(edits, TreeEntry, i);

		if (edit->mode == 0) {
			continue;
		}
		for (; at < tree->entries->len && compare_entries(tree_entry(tree, at), edit) <= 0;
		     at++) {
			if (replaced[at] == 0) {
				append_entry(out, tree_entry(tree, at));
			}
		}
		append_entry(out, edit);
	}
	for (; at < tree->entries->len; at++) {
		if (replaced[at] == 0) {
			append_entry(out, tree_entry(tree, at));
		}
	}
	return out;
}
