/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fd.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_canonical(void)
{
	static const struct {
		const char *given, *canonical; /* NULL: there is none */
	} cases[] = {
		{"/", "/"},
		{"/etc", "/etc"},
		{"/etc/", "/etc"},
		{"//etc///ssh", "/etc/ssh"},
		{"/./etc/.", "/etc"},
		{"/a/../b", "/b"},
		{"/a/b/../..", "/"},
		{"/..", NULL},
		{"/a/../../b", NULL},
		{"etc", NULL},
		{"", NULL},
		{"/...", "/..."},
		{"/.x", "/.x"},
		{"/a/..b", "/a/..b"},
		{"/\xff\n", "/\xff\n"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *made = path_canonicalize(cases[i].given);

		g_assert_cmpstr(made, ==, cases[i].canonical);
		g_assert_cmpint(path_is_canonical(cases[i].given), ==,
				g_strcmp0(cases[i].given, cases[i].canonical) == 0);
		g_assert_true(made == NULL || path_is_canonical(made));
	}
}

static void test_beneath(void)
{
	g_assert_true(path_is_beneath("/etc", "/"));
	g_assert_true(path_is_beneath("/", "/"));
	g_assert_true(path_is_beneath("/etc", "/etc"));
	g_assert_true(path_is_beneath("/etc/ssh", "/etc"));
	g_assert_false(path_is_beneath("/etcetera", "/etc"));
	g_assert_false(path_is_beneath("/et", "/etc"));
	g_assert_false(path_is_beneath("/", "/etc"));
}

static void test_parts(void)
{
	static const struct {
		const char *path, *parent, *name;
	} cases[] = {{"/", "/", ""}, {"/etc", "/", "etc"}, {"/etc/ssh", "/etc", "ssh"}};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *parent = path_parent(cases[i].path);

		g_assert_cmpstr(parent, ==, cases[i].parent);
		g_assert_cmpstr(path_name(cases[i].path), ==, cases[i].name);
		if (cases[i].name[0] != '\0') {
			g_autofree char *joined = path_join(parent, cases[i].name);

			g_assert_cmpstr(joined, ==, cases[i].path);
		}
	}
}

typedef struct {
	char *folder;
	int root; /* the folder `root` in it */
} Tree;

static void tree_make(Tree *tree, gconstpointer data)
{
	g_autofree char *root = NULL;
	auto_fd int file = -1;

	tree->folder = g_dir_make_tmp("reeve-path-XXXXXX", NULL);
	root = g_build_filename(tree->folder, "root", NULL);
	g_assert_no_errno(mkdir(root, 0700));
	tree->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_assert_no_errno(mkdirat(tree->root, "etc", 0700));
	file = openat(tree->root, "etc/motd", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	g_assert_cmpint(file, >=, 0);
	g_assert_no_errno(symlinkat("motd", tree->root, "etc/link"));
	g_assert_no_errno(symlinkat("etc", tree->root, "folder-link"));
	g_assert_no_errno(symlinkat("/etc/passwd", tree->root, "etc/out"));
	g_assert_no_errno(symlinkat("/proc/self/root", tree->root, "magic"));
}

static void remove_tree(int parent, const char *name)
{
	auto_fd int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir >= 0) {
		g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", dir);
		g_autoptr(GDir) list = g_dir_open(path, 0, NULL);
		const char *entry;

		while ((entry = g_dir_read_name(list)) != NULL) {
			remove_tree(dir, entry);
		}
	}
	if (unlinkat(parent, name, 0) < 0) {
		unlinkat(parent, name, AT_REMOVEDIR);
	}
}

static void tree_remove(Tree *tree, gconstpointer data)
{
	fd_close(&tree->root);
	remove_tree(AT_FDCWD, tree->folder);
	g_free(tree->folder);
}

static int try_open(const Tree *tree, const char *path)
{
	auto_fd int fd = path_open(tree->root, path, O_RDONLY);

	return fd >= 0 ? 0 : errno;
}

static void test_open(Tree *tree, gconstpointer data)
{
	auto_fd int fd = path_open(tree->root, "/etc/motd", O_RDONLY);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(fcntl(fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
	g_assert_cmpint(try_open(tree, "/"), ==, 0);
	g_assert_cmpint(try_open(tree, "/etc"), ==, 0);
	g_assert_cmpint(try_open(tree, "/nothing"), ==, ENOENT);
	g_assert_cmpint(try_open(tree, "/etc/motd/x"), ==, ENOTDIR);
}

/* On the way or at the end, within or out: a link is never followed. */
static void test_links(Tree *tree, gconstpointer data)
{
	g_assert_cmpint(try_open(tree, "/etc/link"), ==, ELOOP);
	g_assert_cmpint(try_open(tree, "/folder-link/motd"), ==, ELOOP);
	g_assert_cmpint(try_open(tree, "/etc/out"), ==, ELOOP);
	g_assert_cmpint(try_open(tree, "/magic/etc/passwd"), ==, ELOOP);
}

/* A path of twice PATH_MAX can be made and must be found, its links still not followed. */
static void test_long(Tree *tree, gconstpointer data)
{
	g_autoptr(GString) path = g_string_new(NULL);
	g_autofree char *name = g_strnfill(200, 'n');
	g_autofree char *through = NULL;
	auto_fd int dir = dup(tree->root);
	auto_fd int found = -1;
	struct stat made, opened;

	while (path->len < 2 * PATH_MAX) {
		int next;

		g_assert_no_errno(mkdirat(dir, name, 0700));
		next = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd_close(&dir);
		dir = next;
		g_string_append_printf(path, "/%s", name);
	}
	found = path_open(tree->root, path->str, O_RDONLY | O_DIRECTORY);
	g_assert_cmpint(found, >=, 0);
	g_assert_no_errno(fstat(dir, &made));
	g_assert_no_errno(fstat(found, &opened));
	g_assert_true(made.st_dev == opened.st_dev && made.st_ino == opened.st_ino);
	g_assert_no_errno(symlinkat("/", dir, "up"));
	through = g_strconcat(path->str, "/up/etc", NULL);
	g_assert_cmpint(try_open(tree, through), ==, ELOOP);
}

/* No file system has a name so long; it must be refused, not overrun anything. */
static void test_long_name(Tree *tree, gconstpointer data)
{
	g_autofree char *name = g_strnfill(2 * PATH_MAX, 'n');
	g_autofree char *path = g_strconcat("/", name, NULL);
	g_autofree char *deeper = g_strconcat("/etc/", name, "/x", NULL);

	g_assert_cmpint(try_open(tree, path), ==, ENAMETOOLONG);
	g_assert_cmpint(try_open(tree, deeper), ==, ENAMETOOLONG);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/path/canonical", test_canonical);
	g_test_add_func("/path/beneath", test_beneath);
	g_test_add_func("/path/parts", test_parts);
	g_test_add("/path/open", Tree, NULL, tree_make, test_open, tree_remove);
	g_test_add("/path/links", Tree, NULL, tree_make, test_links, tree_remove);
	g_test_add("/path/long", Tree, NULL, tree_make, test_long, tree_remove);
	g_test_add("/path/long-name", Tree, NULL, tree_make, test_long_name, tree_remove);
	return g_test_run();
}
