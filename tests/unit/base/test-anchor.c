/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/anchor.h"
#include "base/fd.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
	char *dir, *path;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	f->dir = g_dir_make_tmp("reeve-anchor-XXXXXX", NULL);
	f->path = g_build_filename(f->dir, "store", NULL);
}

static void teardown(Fixture *f, const void *data)
{
	g_rmdir(f->path);
	g_unlink(f->path);
	g_rmdir(f->dir);
	g_free(f->path);
	g_free(f->dir);
}

static void test_folder(Fixture *f, const void *data)
{
	g_auto(Anchor) anchor = {0};
	auto_fd int fd = -1;

	g_assert_cmpint(g_mkdir(f->path, 0700), ==, 0);
	fd = open(f->path, O_RDONLY | O_DIRECTORY);
	anchor_drop(&anchor, f->path, fd);
	g_assert_true(anchor_holds(&anchor));
	g_assert_cmpint(g_rmdir(f->path), ==, 0);
	g_assert_false(anchor_holds(&anchor));
	/* the old one is still open, so that its number is not given to the new one */
	g_assert_cmpint(g_mkdir(f->path, 0700), ==, 0);
	g_assert_false(anchor_holds(&anchor));
}

static void test_moved_away_and_back(Fixture *f, const void *data)
{
	g_autofree char *away = g_strconcat(f->path, "-away", NULL);
	g_auto(Anchor) anchor = {0};

	g_assert_cmpint(g_mkdir(f->path, 0700), ==, 0);
	anchor_drop(&anchor, f->path, -1);
	g_assert_cmpint(g_rename(f->path, away), ==, 0);
	g_assert_false(anchor_holds(&anchor));
	g_assert_cmpint(g_rename(away, f->path), ==, 0);
	g_assert_true(anchor_holds(&anchor));
}

static void test_nothing(Fixture *f, const void *data)
{
	g_auto(Anchor) anchor = {0};

	g_assert_true(anchor_holds(&anchor));
	anchor_drop(&anchor, f->path, -1);
	g_assert_true(anchor_holds(&anchor));
	g_assert_cmpint(g_mkdir(f->path, 0700), ==, 0);
	g_assert_false(anchor_holds(&anchor));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/anchor/folder", Fixture, NULL, setup, test_folder, teardown);
	g_test_add("/anchor/moved", Fixture, NULL, setup, test_moved_away_and_back, teardown);
	g_test_add("/anchor/nothing", Fixture, NULL, setup, test_nothing, teardown);
	return g_test_run();
}
