/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fd.h"
#include "config/config.h"
#include "daemon/identity.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOME_ID "0123456789abcdef0123456789abcdef"

typedef struct {
	char *root, *etc, *file;
	int state; /* the root serves as STATE, too */
} Tree;

static void tree_make(Tree *tree, gconstpointer data)
{
	tree->root = g_dir_make_tmp("reeve-identity-XXXXXX", NULL);
	tree->etc = g_build_filename(tree->root, "etc", NULL);
	tree->file = g_build_filename(tree->etc, "machine-id", NULL);
	tree->state = open(tree->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_no_errno(g_mkdir(tree->etc, 0700));
}

static void tree_remove(Tree *tree, gconstpointer data)
{
	g_remove(tree->file);
	unlinkat(tree->state, "host-id", 0);
	g_rmdir(tree->etc);
	g_rmdir(tree->root);
	fd_close(&tree->state);
	g_free(tree->file);
	g_free(tree->etc);
	g_free(tree->root);
}

static char *machine_id(const Tree *tree)
{
	g_auto(Identity) identity = {0};
	g_autoptr(GError) error = NULL;

	identity_read(&identity, tree->root, tree->state, &error);
	g_assert_no_error(error);
	g_assert_cmpint(strlen(identity.boot_id), ==, 36);
	g_assert_cmpint(strlen(identity.machine_id), ==, 32);
	return g_steal_pointer(&identity.machine_id);
}

static void test_of_root(Tree *tree, gconstpointer data)
{
	g_autofree char *id = NULL;

	g_assert_true(g_file_set_contents(tree->file, SOME_ID "\n", -1, NULL));
	id = machine_id(tree);
	g_assert_cmpstr(id, ==, SOME_ID);
	g_assert_cmpint(faccessat(tree->state, "host-id", F_OK, 0), ==, -1);
}

/* Nothing usable in the root: one is drawn, and stays. */
static void expect_drawn(const Tree *tree)
{
	g_autofree char *first = machine_id(tree);
	g_autofree char *second = machine_id(tree);

	g_assert_cmpstr(first, ==, second);
	g_assert_cmpstr(first, !=, SOME_ID);
}

static void test_missing(Tree *tree, gconstpointer data)
{
	expect_drawn(tree);
}

static void test_damaged(Tree *tree, gconstpointer data)
{
	g_assert_true(g_file_set_contents(tree->file, "uninitialized\n", -1, NULL));
	expect_drawn(tree);
	g_assert_true(g_file_set_contents(tree->file, "", -1, NULL));
	expect_drawn(tree);
}

/* The root may be somebody else's: links out of it are not followed, FIFOs not waited for. */
static void test_hostile(Tree *tree, gconstpointer data)
{
	g_assert_no_errno(mkfifo(tree->file, 0600));
	expect_drawn(tree);
	g_remove(tree->file);
	g_assert_no_errno(symlink("/etc/machine-id", tree->file));
	expect_drawn(tree);
}

static void test_host(void)
{
	g_autofree char *host = identity_host();

	g_assert_true(config_host_is_valid(host));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/identity/root", Tree, NULL, tree_make, test_of_root, tree_remove);
	g_test_add("/identity/missing", Tree, NULL, tree_make, test_missing, tree_remove);
	g_test_add("/identity/damaged", Tree, NULL, tree_make, test_damaged, tree_remove);
	g_test_add("/identity/hostile", Tree, NULL, tree_make, test_hostile, tree_remove);
	g_test_add_func("/identity/host", test_host);
	return g_test_run();
}
