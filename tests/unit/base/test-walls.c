/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each case builds its wall in a child of its own and then tries to climb it. As an ordinary user
 * the cases that need root skip; the rest stands.
 */
#include "../climb.h"
#include "base/fd.h"
#include "base/walls.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

/* Two folders for the climbers, who cannot clean up behind them. */
static char *folder_a, *folder_b;

static bool skip_without_root(void)
{
	if (geteuid() != 0) {
		g_test_skip("needs root to give it up");
		return true;
	}
	return false;
}

static void build_calls(const int *more, const WallsCallRule *rules)
{
	const int *const lists[] = {walls_calls_common, more, NULL};
	g_autoptr(GError) error = NULL;

	CHECK(walls_drop_user(-1, -1, -1, NULL));
	if (!walls_restrict_calls(lists, rules, &error)) {
		g_printerr("%s\n", error->message);
		_exit(1);
	}
}

static bool is_refused(long rc)
{
	return rc < 0 && errno == EPERM;
}

static void climb_user(void)
{
	gid_t groups[8];
	int rc;

	CHECK(walls_drop_user(STRANGER, STRANGER, STRANGER + 1, NULL));
	CHECK(getuid() == STRANGER && geteuid() == STRANGER && getegid() == STRANGER);
	rc = getgroups(8, groups);
	CHECK(rc == 1 && groups[0] == STRANGER + 1);
	CHECK(setuid(0) < 0 && setgid(0) < 0);
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	CHECK(prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 0);
	CHECK(access("/etc/shadow", R_OK) < 0);
}

static void test_user(void)
{
	if (!skip_without_root()) {
		climb(climb_user);
	}
}

static void climb_no_reader_group(void)
{
	CHECK(walls_drop_user(STRANGER, STRANGER, -1, NULL));
	CHECK(getgroups(0, NULL) == 0);
}

static void test_no_reader_group(void)
{
	if (!skip_without_root()) {
		climb(climb_no_reader_group);
	}
}

/* Root, but with reading only: it may look into a folder of 0000 and cannot change owners. */
static void climb_capabilities(void)
{
	const int keep[] = {CAP_DAC_READ_SEARCH, -1};
	const char *folder = folder_a;

	CHECK(chown(folder, STRANGER, STRANGER) == 0 && chmod(folder, 0) == 0);
	CHECK(walls_keep_capabilities(keep, NULL));
	CHECK(access(folder, R_OK | X_OK) == 0);
	CHECK(chown(folder, 0, 0) < 0);
	CHECK(setuid(STRANGER) < 0);
	CHECK(prctl(PR_CAPBSET_READ, CAP_DAC_READ_SEARCH, 0, 0, 0) == 0);
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

static void test_capabilities(void)
{
	if (!skip_without_root()) {
		climb(climb_capabilities);
		g_assert_no_errno(chmod(folder_a, 0700));
		g_assert_no_errno(chown(folder_a, 0, 0));
	}
}

static void climb_no_capabilities(void)
{
	const int none[] = {-1};

	CHECK(walls_keep_capabilities(none, NULL));
	capng_get_caps_process();
	CHECK(capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE);
}

static void test_no_capabilities(void)
{
	climb(climb_no_capabilities);
}

static void *say_hello(void *data)
{
	return GINT_TO_POINTER(GPOINTER_TO_INT(data) + 1);
}

static void climb_common(void)
{
	const int nothing[] = {-1};
	char byte = 'x';
	int ends[2];

	build_calls(nothing, NULL);
	/* threads, memory, pipes go on */
	CHECK(GPOINTER_TO_INT(
		      g_thread_join(g_thread_new("hello", say_hello, GINT_TO_POINTER(41)))) == 42);
	g_free(g_malloc0(8 * 1024 * 1024));
	CHECK(pipe2(ends, O_CLOEXEC) == 0 && write(ends[1], &byte, 1) == 1);
	CHECK(eventfd(0, EFD_CLOEXEC) >= 0);
	/* everything else does not */
	CHECK(is_refused(socket(AF_INET, SOCK_STREAM, 0)));
	CHECK(is_refused(socket(AF_UNIX, SOCK_STREAM, 0)));
	CHECK(is_refused(syscall(SYS_io_uring_setup, 4, NULL)));
	CHECK(is_refused(execl("/bin/true", "true", NULL)));
	CHECK(is_refused(syscall(SYS_bpf, 0, NULL, 0)));
	CHECK(is_refused(unshare(CLONE_NEWUSER)));
	CHECK(is_refused(kill(getppid(), 0)));
	CHECK(is_refused(syscall(SYS_tgkill, getppid(), getppid(), 0)));
	CHECK(is_refused(mprotect((void *)((gsize)climb_common & ~(gsize)4095), 1,
				  PROT_READ | PROT_WRITE | PROT_EXEC)));
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	      MAP_FAILED);
	CHECK(fork() < 0);
	CHECK(syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS); /* glibc falls back */
#ifndef SANITIZED /* its runtime may do a little more */
	CHECK(is_refused(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)));
	CHECK(is_refused(open("/etc/passwd", O_RDONLY)));
#endif
}

static void test_common(void)
{
	climb(climb_common);
}

static void climb_files(void)
{
	const WallsCallRule only_stdin[] = {{SCMP_SYS(getpeername), 0, G_MAXUINT32, 0}, {-1}};
	auto_fd int fd = -1;
	struct stat st;

	build_calls(walls_calls_files, only_stdin);
	fd = open("/etc/passwd", O_RDONLY);
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && stat("/", &st) == 0);
	CHECK(is_refused(socket(AF_INET, SOCK_STREAM, 0)));
	CHECK(getpeername(0, NULL, NULL) < 0 && errno != EPERM);
	CHECK(is_refused(getpeername(1, NULL, NULL)));
}

static void test_files(void)
{
	climb(climb_files);
}

/* A failed assertion still ends with SIGABRT, so that reeved can say what happened. */
static void test_abort(void)
{
	int status;
	pid_t pid = fork();

	g_assert_cmpint(pid, >=, 0);
	if (pid == 0) {
		build_calls(walls_calls_files, NULL);
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static bool can_create(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, "made", NULL);
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd >= 0;
}

static void climb_landlock(void)
{
	const char *readable = folder_a;
	const char *writable = folder_b;
	bool enforced = false;
	WallsPath paths[3] = {{0}};

	paths[0] = (WallsPath){open(readable, O_PATH | O_CLOEXEC), WALLS_READ};
	paths[1] = (WallsPath){open(writable, O_PATH | O_CLOEXEC), WALLS_WRITE};
	CHECK(walls_restrict_files(paths, &enforced, NULL));
	if (!enforced) {
		_exit(0); /* a kernel without: said by the test below */
	}
	CHECK(access("/etc/passwd", F_OK) == 0);
	CHECK(open("/etc/passwd", O_RDONLY) < 0);
	CHECK(open(readable, O_RDONLY | O_DIRECTORY) >= 0);
	CHECK(!can_create(readable));
	CHECK(can_create(writable));
	CHECK(!can_create("/tmp"));
}

static void test_landlock(void)
{
	climb(climb_landlock);
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 0) {
		g_test_skip("this kernel has no Landlock");
	}
}

int main(int argc, char **argv)
{
	g_autofree char *made = NULL;
	int code;

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/walls/user", test_user);
	g_test_add_func("/walls/no-reader-group", test_no_reader_group);
	g_test_add_func("/walls/capabilities", test_capabilities);
	g_test_add_func("/walls/no-capabilities", test_no_capabilities);
	g_test_add_func("/walls/common", test_common);
	g_test_add_func("/walls/files", test_files);
	g_test_add_func("/walls/abort", test_abort);
	g_test_add_func("/walls/landlock", test_landlock);
	folder_a = g_dir_make_tmp("reeve-walls-XXXXXX", NULL);
	folder_b = g_dir_make_tmp("reeve-walls-XXXXXX", NULL);
	code = g_test_run();
	made = g_build_filename(folder_b, "made", NULL);
	g_unlink(made);
	g_rmdir(folder_a);
	g_rmdir(folder_b);
	g_free(folder_a);
	g_free(folder_b);
	return code;
}
