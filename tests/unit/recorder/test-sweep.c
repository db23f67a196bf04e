/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sweeps over a real tree: every difference of name or stat is found, and nothing else is. */
#include "recorder/sweep.h"
#include "adopted-tree.h"

/* One whole sweep; what it finds. */
static const char *sweep_all(Tree *t)
{
	g_autoptr(Sweep) sweep = sweep_new(&t->world, tree_find, t->found);
	g_autoptr(GError) error = NULL;
	SweepStep step;

	do {
		step = sweep_step(sweep, &error);
	} while (step == SWEEP_MORE);
	g_assert_no_error(error);
	g_assert_cmpint(step, ==, SWEEP_DONE);
	return tree_found(t);
}

static void make_tree(Tree *t)
{
	tree_write(t, "etc/a", "1");
	tree_mkdir(t, "etc/d");
	tree_mkdir(t, "etc/d/empty");
	tree_write(t, "etc/d/b", "2");
	must(symlinkat("a", t->world.root_fd, "etc/link") == 0);
	tree_write(t, "one.conf", "3");
	tree_adopt(t);
}

static void test_silent(Tree *t, const void *data)
{
	g_autoptr(Sweep) sweep = sweep_new(&t->world, tree_find, t->found);

	make_tree(t);
	g_assert_cmpstr(sweep_all(t), ==, "");
	while (sweep_step(sweep, NULL) == SWEEP_MORE) {
	}
	g_assert_cmpuint(sweep_compared(sweep), ==, catalog_count(t->world.catalog));
}

static void test_changed(Tree *t, const void *data)
{
	make_tree(t);
	tree_write(t, "etc/d/b", "4");
	must(fchmodat(t->world.root_fd, "etc/a", 0600, 0) == 0);
	tree_write(t, "one.conf", "5");
	g_assert_cmpstr(sweep_all(t), ==, "/etc/a /etc/d/b /one.conf");
}

/* Names that came and went; a directory's own times say so, too. */
static void test_names(Tree *t, const void *data)
{
	make_tree(t);
	tree_write(t, "etc/d/empty/new", "6");
	must(unlinkat(t->world.root_fd, "etc/link", 0) == 0);
	g_assert_cmpstr(sweep_all(t), ==, "/etc /etc/d/empty /etc/d/empty/new /etc/link");
}

static void test_new_directory(Tree *t, const void *data)
{
	make_tree(t);
	tree_mkdir(t, "etc/d/more");
	tree_write(t, "etc/d/more/in", "7");
	/* What is in it is for who looks at it. */
	g_assert_cmpstr(sweep_all(t), ==, "/etc/d /etc/d/more");
}

static void test_roots(Tree *t, const void *data)
{
	tree_adopt(t);
	g_assert_cmpstr(sweep_all(t), ==, "");
	tree_write(t, "one.conf", "8");
	g_assert_cmpstr(sweep_all(t), ==, "/one.conf");
	must(renameat(t->world.root_fd, "etc", t->world.root_fd, "gone") == 0);
	g_assert_cmpstr(sweep_all(t), ==, "/etc /one.conf");
}

static void test_out_of_scope(Tree *t, const void *data)
{
	make_tree(t);
	tree_mkdir(t, "etc/ignored");
	tree_write(t, "etc/ignored/x", "9");
	tree_mkdir(t, "etc/state");
	tree_write(t, "etc/state/x", "9");
	tree_write(t, "outside", "9");
	must(fstatat(t->world.root_fd, "etc/state", &t->world.excluded[0], 0) == 0);
	g_assert_cmpstr(sweep_all(t), ==, "/etc");
}

/* An entry seen in the moment of its change is never sure. */
static void be_doubtful(CatalogEntry *entry)
{
	entry->seen_nsec = entry->ctime_nsec;
}

static void test_doubtful(Tree *t, const void *data)
{
	g_autoptr(GError) error = NULL;

	tree_write(t, "etc/a", "1");
	tree_adopt(t);
	must(catalog_begin(t->world.catalog, &error));
	tree_edit_entries(t, be_doubtful);
	must(catalog_finish(t->world.catalog, snapshot_head(t->world.snapshot), &error));
	g_assert_cmpstr(sweep_all(t), ==, "/etc /etc/a");
}

/* More names than fit into one step, those of the catalog and strangers. */
static void test_wide(Tree *t, const void *data)
{
	for (guint i = 0; i < 700; i++) {
		g_autofree char *name = g_strdup_printf("etc/%03u", i);

		tree_write(t, name, "");
	}
	tree_adopt(t);
	g_assert_cmpstr(sweep_all(t), ==, "");
	for (guint i = 700; i < 1000; i++) {
		g_autofree char *name = g_strdup_printf("etc/%03u", i);

		tree_write(t, name, "");
	}
	sweep_all(t);
	tree_write(t, "etc/350", "x");
	must(unlinkat(t->world.root_fd, "etc/699", 0) == 0);
	g_assert_nonnull(strstr(sweep_all(t), "/etc /etc/350 /etc/699 /etc/700 /etc/701 "));
}

#define ADD(name, function) g_test_add(name, Tree, NULL, tree_setup, function, tree_teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/sweep/silent", test_silent);
	ADD("/sweep/changed", test_changed);
	ADD("/sweep/names", test_names);
	ADD("/sweep/new-directory", test_new_directory);
	ADD("/sweep/roots", test_roots);
	ADD("/sweep/out-of-scope", test_out_of_scope);
	ADD("/sweep/doubtful", test_doubtful);
	ADD("/sweep/wide", test_wide);
	return g_test_run();
}
