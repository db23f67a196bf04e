/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths named to `reeve watch`: typing errors are told before anything starts. */
#include "cli/watched-path.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	char *root;
} Tree;

static void tree_init(Tree *tree)
{
	g_autofree char *etc = NULL, *file = NULL, *link = NULL;

	tree->root = g_dir_make_tmp("reeve-watched-XXXXXX", NULL);
	etc = g_build_filename(tree->root, "etc", NULL);
	file = g_build_filename(etc, "motd", NULL);
	link = g_build_filename(tree->root, "conf", NULL);
	g_assert_cmpint(g_mkdir(etc, 0755), ==, 0);
	g_assert_true(g_file_set_contents(file, "x", 1, NULL));
	g_assert_cmpint(symlink("etc", link), ==, 0);
}

static void tree_clear(Tree *tree)
{
	static const char *const names[] = {"conf", "etc/motd"};
	g_autofree char *etc = g_build_filename(tree->root, "etc", NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(tree->root, names[i], NULL);

		g_unlink(path);
	}
	g_rmdir(etc);
	g_rmdir(tree->root);
	g_free(tree->root);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tree, tree_clear)

static void test_beneath_root(void)
{
	static const struct {
		const char *typed, *path; /* NULL: refused, with */
		ReeveError code;
		const char *says;
	} cases[] = {
		{"/etc", "/etc", 0, NULL},
		{"/etc/", "/etc", 0, NULL},
		{"/etc/motd", "/etc/motd", 0, NULL},
		{"//etc/./motd", "/etc/motd", 0, NULL},
		{"/ect", NULL, REEVE_ERROR_NOT_FOUND, "there is no /ect"},
		{"/etc/motd/x", NULL, REEVE_ERROR_NOT_FOUND, "there is no /etc/motd/x"},
		{"etc", NULL, REEVE_ERROR_SYNTAX, "no absolute path"},
		{"/conf", NULL, REEVE_ERROR_SYNTAX, "symbolic link"},
		{"/conf/motd", NULL, REEVE_ERROR_SYNTAX, "symbolic link"},
	};
	g_auto(Tree) tree = {0};

	tree_init(&tree);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *typed[] = {(char *)cases[i].typed, NULL};
		g_autoptr(GError) error = NULL;
		g_auto(GStrv) paths = watched_paths(tree.root, typed, &error);

		g_test_message("%s", cases[i].typed);
		if (cases[i].path != NULL) {
			g_assert_no_error(error);
			g_assert_cmpstr(paths[0], ==, cases[i].path);
			g_assert_null(paths[1]);
		} else {
			g_assert_error(error, REEVE_ERROR, (gint)cases[i].code);
			g_assert_nonnull(strstr(error->message, cases[i].says));
			g_assert_null(paths);
		}
	}
}

static void test_relative(void)
{
	g_auto(Tree) tree = {0};
	char *typed[] = {(char *)"etc/motd", NULL};
	g_autofree char *before = g_get_current_dir(), *expected = NULL;
	g_auto(GStrv) paths = NULL;
	g_autoptr(GError) error = NULL;

	tree_init(&tree);
	g_assert_cmpint(g_chdir(tree.root), ==, 0);
	paths = watched_paths(NULL, typed, &error);
	g_assert_cmpint(g_chdir(before), ==, 0);
	expected = g_build_filename(tree.root, "etc/motd", NULL);
	g_assert_no_error(error);
	g_assert_cmpstr(paths[0], ==, expected);
}

static void test_link_names_target(void)
{
	g_auto(Tree) tree = {0};
	g_autofree char *link = NULL, *target = NULL;
	g_autoptr(GError) error = NULL;

	tree_init(&tree);
	link = g_build_filename(tree.root, "conf", NULL);
	target = g_build_filename(tree.root, "etc", NULL);
	char *typed[] = {link, NULL};
	g_assert_null(watched_paths(NULL, typed, &error));
	g_assert_nonnull(strstr(error->message, target));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/watched-path/beneath-root", test_beneath_root);
	g_test_add_func("/watched-path/relative", test_relative);
	g_test_add_func("/watched-path/link-names-target", test_link_names_target);
	return g_test_run();
}
