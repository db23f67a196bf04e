/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A git tree from a damaged store: refused, or every entry is found again; editing nothing gives
 * the same entries, and a name is decoded to what encodes to it. */
#include "snapshot/tree.h"

#include "snapshot/layout.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
	g_autofree char *raw = layout_decode_name(name);
	g_autofree char *again = raw == NULL ? NULL : layout_encode_name(raw);

	g_assert(raw == NULL || strcmp(again, name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(GArray) edits = g_array_new(FALSE, FALSE, sizeof(TreeEntry));
	g_autoptr(Tree) tree = tree_parse(bytes, NULL);
	g_autoptr(Tree) again = NULL;
	g_autoptr(GByteArray) edited = NULL;
	g_autoptr(GBytes) edited_bytes = NULL;

	if (tree == NULL) {
		return 0;
	}
	for (guint i = 0; i < tree_count(tree); i++) {
		g_assert(tree_find(tree, tree_entry(tree, i)->name) != NULL);
		check_name(tree_entry(tree, i)->name);
	}
	edited = tree_edit(tree, edits);
	edited_bytes = g_bytes_new(edited->data, edited->len);
	again = tree_parse(edited_bytes, NULL);
	g_assert(again != NULL && tree_count(again) == tree_count(tree));
	return 0;
}
