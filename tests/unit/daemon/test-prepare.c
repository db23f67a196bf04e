/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fd.h"
#include "daemon/prepare.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const Users nobody = {-1, -1, -1, -1, -1};
static const Users somebody = {61990, 61991, 61992, 61993, 61994};
static const Users successor = {61995, 61996, 61992, 61993, 61994};

typedef struct {
	char *top, *path;
} Place;

static void place_make(Place *place, gconstpointer data)
{
	place->top = g_dir_make_tmp("reeve-prepare-XXXXXX", NULL);
	place->path = g_build_filename(place->top, "a", "state", NULL);
}

static void remove_all(const char *path)
{
	g_autoptr(GDir) list =
		g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	const char *name;

	while (list != NULL && (name = g_dir_read_name(list)) != NULL) {
		g_autofree char *below = g_build_filename(path, name, NULL);

		remove_all(below);
	}
	g_remove(path);
}

static void place_remove(Place *place, gconstpointer data)
{
	remove_all(place->top);
	g_free(place->path);
	g_free(place->top);
}

/* "mode uid gid" of something below the place; -1 stands for the one who runs the test. */
static void expect(const Place *place, const char *name, mode_t mode, int uid, int gid)
{
	g_autofree char *path = g_build_filename(place->path, name, NULL);
	struct stat st;

	g_assert_no_errno(lstat(path, &st));
	g_assert_cmpuint(st.st_mode & 07777, ==, mode);
	g_assert_cmpuint(st.st_uid, ==, uid == -1 ? geteuid() : (uid_t)uid);
	if (gid != -1) {
		g_assert_cmpuint(st.st_gid, ==, (gid_t)gid);
	}
}

static void test_alone(Place *place, gconstpointer data)
{
	auto_fd int fd = prepare_folder(place->path, NULL);
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(fd, >=, 0);
	prepare_state(fd, &nobody, &error);
	g_assert_no_error(error);
	expect(place, ".", 0700, -1, -1);
	expect(place, "journal", 0700, -1, -1);
	expect(place, "journal/events.ndjson", 0600, -1, -1);
	prepare_runtime(fd, &nobody, &error);
	g_assert_no_error(error);
	expect(place, "health", 0700, -1, -1);
}

static void test_shared(Place *place, gconstpointer data)
{
	auto_fd int fd = prepare_folder(place->path, NULL);
	g_autoptr(GError) error = NULL;

	if (geteuid() != 0) {
		g_test_skip("needs root to give things away");
		return;
	}
	prepare_state(fd, &somebody, &error);
	g_assert_no_error(error);
	expect(place, ".", 02750, 0, 61994);
	expect(place, "journal", 02750, 61990, 61994);
	expect(place, "journal/events.ndjson", 0640, 61990, 61994);
	prepare_runtime(fd, &somebody, &error);
	g_assert_no_error(error);
	expect(place, ".", 0755, 0, 61994);
	expect(place, "health", 0755, 0, 61994);
}

static void put(const Place *place, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(place->path, name, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* A second start changes nothing; another judge takes over its files, but not links, nor files
 * that have another name elsewhere. */
static void test_again(Place *place, gconstpointer data)
{
	auto_fd int fd = prepare_folder(place->path, NULL);
	auto_fd int again = -1;
	g_autofree char *text = NULL;
	g_autofree char *journal = g_build_filename(place->path, "journal/events.ndjson", NULL);

	if (geteuid() != 0) {
		g_test_skip("needs root to give things away");
		return;
	}
	g_assert_true(prepare_state(fd, &somebody, NULL));
	put(place, "precious", "root's");
	g_assert_no_errno(linkat(fd, "precious", fd, "journal/hard", 0));
	g_assert_no_errno(symlinkat("../precious", fd, "journal/soft"));
	put(place, "journal/cursor", "x");
	g_assert_true(g_file_set_contents(journal, "kept\n", -1, NULL));
	again = prepare_folder(place->path, NULL);
	g_assert_cmpint(again, >=, 0);
	g_assert_true(prepare_state(again, &successor, NULL));
	expect(place, "journal", 02750, 61995, 61994);
	expect(place, "journal/cursor", 0644 & ~022, 61995, 61994);
	expect(place, "precious", 0644 & ~022, 0, -1);
	g_assert_true(g_file_get_contents(journal, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "kept\n");
}

static void expect_refusal(const char *path, const char *says)
{
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(prepare_folder(path, &error), ==, -1);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_DENIED);
	g_assert_nonnull(strstr(error->message, says));
}

static void test_refused(Place *place, gconstpointer data)
{
	g_autofree char *link = g_build_filename(place->top, "link", NULL);
	g_autofree char *file = g_build_filename(place->top, "file", NULL);

	g_assert_no_errno(symlink("/tmp", link));
	g_assert_true(g_file_set_contents(file, "", 0, NULL));
	expect_refusal(link, "link");
	expect_refusal(file, "no folder");
	g_assert_no_errno(g_mkdir_with_parents(place->path, 0700));
	g_assert_no_errno(chmod(place->path, 0770));
	expect_refusal(place->path, "chmod go-w");
	g_assert_no_errno(chmod(place->path, 0702));
	expect_refusal(place->path, "chmod go-w");
	if (geteuid() == 0) {
		g_assert_no_errno(chmod(place->path, 0700));
		g_assert_no_errno(chown(place->path, 61990, 0));
		expect_refusal(place->path, "belongs to user 61990");
	}
}

int main(int argc, char **argv)
{
	umask(022);
	g_test_init(&argc, &argv, NULL);
	g_test_add("/prepare/alone", Place, NULL, place_make, test_alone, place_remove);
	g_test_add("/prepare/shared", Place, NULL, place_make, test_shared, place_remove);
	g_test_add("/prepare/again", Place, NULL, place_make, test_again, place_remove);
	g_test_add("/prepare/refused", Place, NULL, place_make, test_refused, place_remove);
	return g_test_run();
}
