/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fd.h"
#include "daemon/lock.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
	char *path;
	int fd;
} Folder;

static void folder_make(Folder *folder, gconstpointer data)
{
	folder->path = g_dir_make_tmp("reeve-lock-XXXXXX", NULL);
	folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void folder_remove(Folder *folder, gconstpointer data)
{
	unlinkat(folder->fd, "lock", 0);
	g_rmdir(folder->path);
	fd_close(&folder->fd);
	g_free(folder->path);
}

static void test_second(Folder *folder, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	auto_fd int first = lock_take(folder->fd, 0, &error);
	g_autofree char *pid = g_strdup_printf("(pid %d)", (int)getpid());
	char byte = 'x';

	g_assert_no_error(error);
	g_assert_cmpint(write(first, &byte, 1), ==, -1); /* nothing a stage could write to */
	g_assert_cmpint(lock_take(folder->fd, 0, &error), ==, -1);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_DENIED);
	g_assert_nonnull(strstr(error->message, pid));
	fd_close(&first);
	first = lock_take(folder->fd, 0, NULL);
	g_assert_cmpint(first, >=, 0);
}

/* A reeved that dies and leaves a stage: `stay` and `tell` are ends of a pipe, whose closing ends
 * the stage. The dead reeved is not reaped. */
static pid_t leave_a_stage(const Folder *folder, int stay, int tell)
{
	pid_t reeved = fork();
	siginfo_t info;

	if (reeved == 0) {
		int lock = lock_take(folder->fd, 0, NULL);

		if (lock >= 0 && fork() == 0) {
			char byte;
			ssize_t got;

			close(tell);
			got = read(stay, &byte, 1);
			_exit((int)got);
		}
		_exit(lock >= 0 ? 0 : 1);
	}
	g_assert_no_errno(waitid(P_PID, (id_t)reeved, &info, WEXITED | WNOWAIT));
	g_assert_cmpint(info.si_status, ==, 0);
	return reeved;
}

/* Whether the dead reeved has been reaped must make no difference. */
static void expect_waiting(const Folder *folder, bool reap_first)
{
	g_autoptr(GError) error = NULL;
	auto_fd int stay = -1, tell = -1, lock = -1;
	int ends[2];
	pid_t reeved;

	g_assert_no_errno(pipe2(ends, O_CLOEXEC));
	stay = ends[0];
	tell = ends[1];
	reeved = leave_a_stage(folder, stay, tell);
	if (reap_first) {
		g_assert_cmpint(waitpid(reeved, NULL, 0), ==, reeved);
	}
	g_assert_cmpint(lock_take(folder->fd, 0, &error), ==, -1);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE);
	g_clear_error(&error);
	fd_close(&tell); /* now the stage goes */
	lock = lock_take(folder->fd, 60000, &error);
	g_assert_no_error(error);
	if (!reap_first) {
		g_assert_cmpint(waitpid(reeved, NULL, 0), ==, reeved);
	}
}

static void test_left_behind(Folder *folder, gconstpointer data)
{
	expect_waiting(folder, true);
}

static void test_zombie(Folder *folder, gconstpointer data)
{
	expect_waiting(folder, false);
}

/* The number in the file is a living process, but another one than the holder was. */
static void test_number_reused(Folder *folder, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *file = g_build_filename(folder->path, "lock", NULL);
	g_autofree char *text = g_strdup_printf("%d 1\n", (int)getpid());
	auto_fd int first = lock_take(folder->fd, 0, NULL);
	auto_fd int fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);

	g_assert_cmpint(first, >=, 0);
	g_assert_cmpint(write(fd, text, strlen(text)), ==, (ssize_t)strlen(text));
	g_assert_cmpint(lock_take(folder->fd, 0, &error), ==, -1);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/lock/second", Folder, NULL, folder_make, test_second, folder_remove);
	g_test_add("/lock/left-behind", Folder, NULL, folder_make, test_left_behind, folder_remove);
	g_test_add("/lock/zombie", Folder, NULL, folder_make, test_zombie, folder_remove);
	g_test_add("/lock/reused", Folder, NULL, folder_make, test_number_reused, folder_remove);
	return g_test_run();
}
