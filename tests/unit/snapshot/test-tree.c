/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees: git's order, search, edits, and what is refused. */
#include "snapshot/tree.h"

#include <string.h>

static const guint8 id_a[BLOB_BYTES] = {1, 2, 3};
static const guint8 id_b[BLOB_BYTES] = {4};

static GBytes *edit(GBytes *old, GArray *edits)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Tree) tree = tree_parse(old, &error);

	g_assert_no_error(error);
	return g_byte_array_free_to_bytes(tree_edit(tree, edits));
}

static char *names(GBytes *bytes)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Tree) tree = tree_parse(bytes, &error);
	GString *out = g_string_new(NULL);

	g_assert_no_error(error);
	for (guint i = 0; i < tree_count(tree); i++) {
		const TreeEntry *entry = tree_entry(tree, i);

		g_assert_true(tree_find(tree, entry->name) == entry);
		g_string_append_printf(out, "%s%s ", entry->name,
				       entry->mode == TREE_MODE_TREE ? "/" : "");
	}
	return g_string_free(out, FALSE);
}

/* A folder sorts as if its name ended in '/', which stands between '.' and '0'. */
static GBytes *some_tree(void)
{
	g_autoptr(GArray) edits = g_array_new(FALSE, FALSE, sizeof(TreeEntry));

	tree_add_edit(edits, "a0", TREE_MODE_FILE, id_a);
	tree_add_edit(edits, "a", TREE_MODE_TREE, id_a);
	tree_add_edit(edits, "\xff", TREE_MODE_LINK, id_a);
	tree_add_edit(edits, "a.b", TREE_MODE_FILE, id_a);
	tree_add_edit(edits, "gone", 0, NULL);
	return edit(NULL, edits);
}

static void test_order(void)
{
	g_autoptr(GBytes) bytes = some_tree();
	g_autofree char *order = names(bytes);

	g_assert_cmpstr(order, ==, "a.b a/ a0 \xff ");
}

/* A folder becomes a file and moves to another place; another goes; the rest stays. */
static void test_edit(void)
{
	g_autoptr(GBytes) old = some_tree();
	g_autoptr(GArray) edits = g_array_new(FALSE, FALSE, sizeof(TreeEntry));
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *order = NULL;

	tree_add_edit(edits, "a0", TREE_MODE_TREE, id_b);
	tree_add_edit(edits, "a", TREE_MODE_FILE, id_b);
	tree_add_edit(edits, "\xff", 0, NULL);
	tree_add_edit(edits, "never", 0, NULL);
	bytes = edit(old, edits);
	order = names(bytes);
	g_assert_cmpstr(order, ==, "a a.b a0/ ");
}

static void test_nothing(void)
{
	g_autoptr(GBytes) old = some_tree();
	g_autoptr(GArray) edits = g_array_new(FALSE, FALSE, sizeof(TreeEntry));
	g_autoptr(GBytes) same = edit(old, edits);
	g_autoptr(GBytes) empty = edit(NULL, edits);

	g_assert_true(g_bytes_equal(old, same));
	g_assert_cmpuint(g_bytes_get_size(empty), ==, 0);
}

#define ID "12345678901234567890"

static void test_refused(void)
{
	static const struct {
		const char *data;
		gsize size;
	} cases[] = {
#define CASE(text) {text, sizeof(text) - 1}
		CASE("100644"),
		CASE("100644 "),
		CASE("100644 a"),
		CASE("100644 a\0"),
		CASE("100644 a\0"
		     "1234567890123456789"),
		CASE("100644 \0" ID),
		CASE(" a\0" ID),
		CASE("1006449 a\0" ID),
		CASE("10064x a\0" ID),
		CASE("100644 b\0" ID "100644 a\0" ID),
		CASE("100644 a\0" ID "100644 a\0" ID),
		CASE("40000 a\0" ID "100644 a.b\0" ID),
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) bytes = g_bytes_new_static(cases[i].data, cases[i].size);
		g_autoptr(GError) error = NULL;

		g_assert_null(tree_parse(bytes, &error));
		g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/snapshot/tree/order", test_order);
	g_test_add_func("/snapshot/tree/edit", test_edit);
	g_test_add_func("/snapshot/tree/nothing", test_nothing);
	g_test_add_func("/snapshot/tree/refused", test_refused);
	return g_test_run();
}
