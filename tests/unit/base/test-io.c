/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *folder;
	int dir;
} Folder;

static void folder_make(Folder *folder, gconstpointer data)
{
	folder->folder = g_dir_make_tmp("reeve-io-XXXXXX", NULL);
	folder->dir = open(folder->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(folder->dir, >=, 0);
}

static void folder_remove(Folder *folder, gconstpointer data)
{
	g_autoptr(GDir) list = g_dir_open(folder->folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(list)) != NULL) {
		unlinkat(folder->dir, name, 0);
	}
	g_rmdir(folder->folder);
	fd_close(&folder->dir);
	g_free(folder->folder);
}

static void put(const Folder *folder, const char *name, const char *text)
{
	g_autoptr(GError) error = NULL;

	io_replace_file(folder->dir, name, text, strlen(text), 0600, &error);
	g_assert_no_error(error);
}

static void test_read(Folder *folder, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = NULL, empty = NULL;

	put(folder, "file", "0123456789");
	put(folder, "empty", "");
	bytes = io_read_file(folder->dir, "file", 10, &error);
	g_assert_no_error(error);
	g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "0123456789", 10);
	empty = io_read_file(folder->dir, "empty", 0, &error);
	g_assert_no_error(error);
	g_assert_cmpint(g_bytes_get_size(empty), ==, 0);
}

static void expect_refusal(const Folder *folder, const char *name, ReeveError code)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(io_read_file(folder->dir, name, 9, &error));
	g_assert_error(error, REEVE_ERROR, (int)code);
	g_assert_nonnull(strstr(error->message, name));
}

/* Links, FIFOs (which would block), devices, folders, missing and too large files. */
static void test_refused(Folder *folder, gconstpointer data)
{
	put(folder, "large", "0123456789");
	g_assert_no_errno(symlinkat("large", folder->dir, "link"));
	g_assert_no_errno(mkfifoat(folder->dir, "fifo", 0600));
	expect_refusal(folder, "large", REEVE_ERROR_LIMIT);
	expect_refusal(folder, "link", REEVE_ERROR_IO);
	expect_refusal(folder, "fifo", REEVE_ERROR_IO);
	expect_refusal(folder, "nothing", REEVE_ERROR_NOT_FOUND);
	expect_refusal(folder, ".", REEVE_ERROR_IO);
	expect_refusal(folder, "/dev/zero", REEVE_ERROR_IO);
}

/* An endless source ends at the cap. */
static void test_read_fd_is_capped(void)
{
	g_autoptr(GError) error = NULL;
	auto_fd int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	g_assert_null(io_read_fd(zero, 1000000, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT);
}

static void test_positions(Folder *folder, gconstpointer data)
{
	auto_fd int fd = openat(folder->dir, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	g_autoptr(GError) error = NULL;
	char text[5] = "";

	g_assert_true(io_pwrite_all(fd, "abcdef", 6, 0, &error));
	g_assert_true(io_pwrite_all(fd, "XY", 2, 2, &error));
	g_assert_true(io_pread_exact(fd, text, 4, 1, &error));
	g_assert_cmpstr(text, ==, "bXYe");
	g_assert_false(io_pread_exact(fd, text, 4, 3, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
}

static void test_replace(Folder *folder, gconstpointer data)
{
	g_autoptr(GBytes) bytes = NULL;
	struct stat before, after;

	put(folder, "file", "old");
	g_assert_no_errno(fstatat(folder->dir, "file", &before, 0));
	put(folder, "file", "new");
	g_assert_no_errno(fstatat(folder->dir, "file", &after, 0));
	g_assert_cmpint(before.st_ino, !=, after.st_ino);
	g_assert_cmpint(after.st_mode & 07777, ==, 0600);
	bytes = io_read_file(folder->dir, "file", 10, NULL);
	g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "new", 3);
	g_assert_cmpint(faccessat(folder->dir, "file.new", F_OK, 0), ==, -1);
}

/* A link planted under the temporary name is not written through. */
static void test_replace_ignores_links(Folder *folder, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = NULL;

	put(folder, "victim", "safe");
	g_assert_no_errno(symlinkat("victim", folder->dir, "file.new"));
	io_replace_file(folder->dir, "file", "new", 3, 0600, &error);
	bytes = io_read_file(folder->dir, "victim", 10, NULL);
	g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "safe", 4);
}

static void test_text(Folder *folder, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	g_assert_true(io_read_text(folder->dir, "missing", 10, &text, &error));
	g_assert_null(text);
	put(folder, "empty", "");
	g_assert_true(io_read_text(folder->dir, "empty", 10, &text, &error));
	g_assert_cmpstr(text, ==, "");
	g_clear_pointer(&text, g_free);
	put(folder, "some", "some text");
	g_assert_true(io_read_text(folder->dir, "some", 10, &text, &error));
	g_assert_cmpstr(text, ==, "some text");
	g_clear_pointer(&text, g_free);
	g_assert_false(io_read_text(folder->dir, "some", 8, &text, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT);
	g_assert_null(text);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/io/read", Folder, NULL, folder_make, test_read, folder_remove);
	g_test_add("/io/refused", Folder, NULL, folder_make, test_refused, folder_remove);
	g_test_add("/io/text", Folder, NULL, folder_make, test_text, folder_remove);
	g_test_add_func("/io/capped", test_read_fd_is_capped);
	g_test_add("/io/positions", Folder, NULL, folder_make, test_positions, folder_remove);
	g_test_add("/io/replace", Folder, NULL, folder_make, test_replace, folder_remove);
	g_test_add("/io/replace-links", Folder, NULL, folder_make, test_replace_ignores_links,
		   folder_remove);
	return g_test_run();
}
