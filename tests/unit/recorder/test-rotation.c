/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rotation: everything once a round, from any place, in spite of what changes meanwhile. */
#include "recorder/rotation.h"
#include "adopted-tree.h"

/* Runs to the end of a round; how many paths it was through with. */
static guint64 finish_round(Rotation *rotation)
{
	g_autoptr(GError) error = NULL;
	guint64 bytes = 0, done = 0;
	RotationStep step;

	do {
		step = rotation_step(rotation, &bytes, &done, &error);
	} while (step == ROTATION_MORE);
	g_assert_no_error(error);
	g_assert_cmpint(step, ==, ROTATION_DONE);
	return done;
}

static void make_tree(Tree *t)
{
	for (guint i = 0; i < 100; i++) {
		g_autofree char *name = g_strdup_printf("etc/%02u", i);

		tree_write(t, name, "x");
	}
	tree_adopt(t);
}

static void test_round(Tree *t, const void *data)
{
	g_autoptr(Rotation) rotation = rotation_new(&t->world, tree_find, t->found);

	make_tree(t);
	g_assert_cmpuint(finish_round(rotation), ==, 101);
	g_assert_cmpstr(tree_found(t), ==, "");
	g_assert_null(rotation_position(rotation));
	tree_write_unseen(t, "etc/07", "y");
	tree_write_unseen(t, "etc/99", "y");
	g_assert_cmpuint(finish_round(rotation), ==, 101);
	g_assert_cmpstr(tree_found(t), ==, "/etc/07 /etc/99");
}

static void test_position(Tree *t, const void *data)
{
	g_autoptr(Rotation) rotation = rotation_new(&t->world, tree_find, t->found);
	g_autoptr(GError) error = NULL;
	guint64 bytes = 0, done = 0;

	make_tree(t);
	tree_write_unseen(t, "etc/10", "y");
	tree_write_unseen(t, "etc/60", "y");
	rotation_set_position(rotation, "/etc/50");
	g_assert_cmpint(rotation_step(rotation, &bytes, &done, &error), ==, ROTATION_MORE);
	g_assert_cmpstr(rotation_position(rotation), ==, "/etc/51");
	g_assert_cmpuint(finish_round(rotation), ==, 48);
	g_assert_cmpstr(tree_found(t), ==, "/etc/60");
	g_assert_cmpuint(finish_round(rotation), ==, 101);
	g_assert_cmpstr(tree_found(t), ==, "/etc/10 /etc/60");
}

/* Its place is removed, and what stands next is: it goes on behind. */
static void test_removed(Tree *t, const void *data)
{
	g_autoptr(Rotation) rotation = rotation_new(&t->world, tree_find, t->found);
	g_autoptr(GError) error = NULL;

	make_tree(t);
	rotation_set_position(rotation, "/etc/50");
	must(catalog_begin(t->world.catalog, &error));
	must(catalog_remove(t->world.catalog, "/etc/50", &error));
	must(catalog_remove(t->world.catalog, "/etc/51", &error));
	must(catalog_finish(t->world.catalog, "", &error));
	g_assert_cmpuint(finish_round(rotation), ==, 48);
}

static void test_nothing(Tree *t, const void *data)
{
	g_autoptr(Rotation) rotation = rotation_new(&t->world, tree_find, t->found);

	g_assert_cmpuint(finish_round(rotation), ==, 0);
}

#define ADD(name, function) g_test_add(name, Tree, NULL, tree_setup, function, tree_teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/rotation/round", test_round);
	ADD("/rotation/position", test_position);
	ADD("/rotation/removed", test_removed);
	ADD("/rotation/nothing", test_nothing);
	return g_test_run();
}
