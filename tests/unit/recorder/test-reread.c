/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rereads: content that changed behind an unchanged stat, small and big, plain and secret. */
#include "recorder/reread.h"
#include "adopted-tree.h"

#define BIG_BYTES (9 * 1024 * 1024)

static RereadStep reread(Tree *t, const char *path, guint64 *bytes)
{
	CatalogRow row = {.path = (char *)path};
	g_autoptr(GError) error = NULL;
	g_autoptr(Reread) again = NULL;
	RereadStep step;

	*bytes = 0;
	must(catalog_find(t->world.catalog, path, &row.entry, &error) == CATALOG_FOUND);
	again = reread_new(&t->world, &row);
	do {
		step = reread_step(again, bytes);
	} while (step == REREAD_MORE);
	catalog_entry_clear(&row.entry);
	return step;
}

static RereadStep outcome(Tree *t, const char *path)
{
	guint64 bytes;

	return reread(t, path, &bytes);
}

static void test_small(Tree *t, const void *data)
{
	guint64 bytes;

	tree_write(t, "etc/a", "one");
	tree_adopt(t);
	g_assert_cmpint(reread(t, "/etc/a", &bytes), ==, REREAD_SAME);
	g_assert_cmpuint(bytes, ==, 3);
	tree_write_unseen(t, "etc/a", "two");
	g_assert_cmpint(outcome(t, "/etc/a"), ==, REREAD_DIFFERS);
}

/* A changed stat is the sweep's business, and has a hint as a rule. */
static void test_seen(Tree *t, const void *data)
{
	tree_write(t, "etc/a", "one");
	tree_write(t, "etc/b", "one");
	tree_adopt(t);
	tree_write(t, "etc/a", "four");
	must(unlinkat(t->world.root_fd, "etc/b", 0) == 0);
	g_assert_cmpint(outcome(t, "/etc/a"), ==, REREAD_SAME);
	g_assert_cmpint(outcome(t, "/etc/b"), ==, REREAD_SAME);
}

static void test_other_types(Tree *t, const void *data)
{
	must(mkfifoat(t->world.root_fd, "etc/fifo", 0600) == 0);
	must(symlinkat("a", t->world.root_fd, "etc/link") == 0);
	tree_adopt(t);
	g_assert_cmpint(outcome(t, "/etc"), ==, REREAD_SAME);
	g_assert_cmpint(outcome(t, "/etc/fifo"), ==, REREAD_SAME);
	g_assert_cmpint(outcome(t, "/etc/link"), ==, REREAD_SAME);
}

static void write_big(Tree *t, const char *name, char last)
{
	g_autofree char *text = g_strnfill(BIG_BYTES, 'x');

	text[BIG_BYTES - 1] = last;
	tree_write(t, name, text);
}

static void test_big(Tree *t, const void *data)
{
	g_autofree char *text = g_strnfill(BIG_BYTES, 'x');
	guint64 bytes;

	write_big(t, "etc/big", '1');
	tree_adopt(t);
	g_assert_cmpint(reread(t, "/etc/big", &bytes), ==, REREAD_SAME);
	g_assert_cmpuint(bytes, ==, BIG_BYTES);
	text[BIG_BYTES - 1] = '2';
	tree_write_unseen(t, "etc/big", text);
	g_assert_cmpint(outcome(t, "/etc/big"), ==, REREAD_DIFFERS);
}

static void test_secret(Tree *t, const void *data)
{
	g_autofree char *text = g_strnfill(BIG_BYTES, 'x');

	tree_mkdir(t, "etc/ssl");
	tree_mkdir(t, "etc/ssl/private");
	tree_write(t, "etc/ssl/private/k", "hunter2");
	write_big(t, "etc/ssl/private/big", '1');
	tree_adopt(t);
	g_assert_cmpint(outcome(t, "/etc/ssl/private/k"), ==, REREAD_SAME);
	g_assert_cmpint(outcome(t, "/etc/ssl/private/big"), ==, REREAD_SAME);
	tree_write_unseen(t, "etc/ssl/private/k", "hunter3");
	tree_write_unseen(t, "etc/ssl/private/big", text);
	g_assert_cmpint(outcome(t, "/etc/ssl/private/k"), ==, REREAD_DIFFERS);
	g_assert_cmpint(outcome(t, "/etc/ssl/private/big"), ==, REREAD_DIFFERS);
}

#define ADD(name, function) g_test_add(name, Tree, NULL, tree_setup, function, tree_teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/reread/small", test_small);
	ADD("/reread/seen", test_seen);
	ADD("/reread/other-types", test_other_types);
	ADD("/reread/big", test_big);
	ADD("/reread/secret", test_secret);
	return g_test_run();
}
