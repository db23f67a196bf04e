/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second wall, climbed in children of their own: src/judge/walls.c. What the judge needs works
 * behind it; files of others, sockets and programs are out of reach.
 */
#include "../climb.h"
#include "judge/walls.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* STATE as it is in the field: the folders above it are closed to others. */
static char *make_state(void)
{
	g_autofree char *closed = g_dir_make_tmp("reeve-wall-XXXXXX", NULL);
	char *state = g_build_filename(closed, "state", NULL);
	g_autofree char *key = g_build_filename(state, "hmac.key", NULL);

	g_assert_cmpint(g_mkdir(state, 0755), ==, 0);
	g_assert_true(
		g_file_set_contents_full(key, "secret", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	return state;
}

static void delete_state(char *state)
{
	static const char *const names[] = {"journal/mine", "journal",  "snapshots.git",
					    "register.git", "hmac.key", ""};
	g_autofree char *closed = g_path_get_dirname(state);

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(state, names[i], NULL);

		g_remove(path);
	}
	g_rmdir(closed);
	g_free(state);
}

static void build_wall(char *state, JudgeWall *wall)
{
	g_autofree char *register_dir = g_build_filename(state, "register.git", NULL);
	JudgeOptions options = {
		.stage = {.state_dir = state,
			  .user = climb_as(),
			  .group = climb_as(),
			  .reader_group = climb_as()},
		.register_dir = register_dir,
	};
	g_autoptr(GError) error = NULL;

	if (!judge_wall(&options, wall, &error)) {
		g_printerr("%s\n", error->message);
		_exit(1);
	}
}

/* A file below STATE, by the name it has behind the wall. */
static int open_state(const JudgeWall *wall, const char *name, int flags)
{
	g_autofree char *path = g_build_filename(wall->state_dir, name, NULL);

	return open(path, flags | O_CLOEXEC, 0600);
}

static void climb_files(char *state)
{
	int outside = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	JudgeWall wall;

	build_wall(state, &wall);
	/* what it is for */
	CHECK(open_state(&wall, "journal/mine", O_CREAT | O_WRONLY) >= 0);
	CHECK(open_state(&wall, "snapshots.git", O_RDONLY | O_DIRECTORY) >= 0);
	/* what it is not for */
	CHECK(open_state(&wall, "hmac.key", O_RDONLY) < 0);
	CHECK(open_state(&wall, "snapshots.git/x", O_CREAT | O_WRONLY) < 0);
	CHECK(open_state(&wall, "x", O_CREAT | O_WRONLY) < 0);
	CHECK(open("/etc/passwd", O_RDONLY) < 0);
	CHECK(openat(outside, "passwd", O_RDONLY) < 0);
	CHECK(open("/proc/1/environ", O_RDONLY) < 0);
}

static void climb_sockets(char *state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/nowhere"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	JudgeWall wall;
	int pair[2];

	build_wall(state, &wall);
	CHECK_REFUSED(SYS_socket, AF_INET, SOCK_STREAM, 0);
	CHECK_REFUSED(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	CHECK_REFUSED(SYS_socket, AF_NETLINK, SOCK_RAW, 0);
	CHECK_REFUSED(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CHECK_REFUSED(SYS_bind, fd, &address, sizeof(address));
	CHECK_REFUSED(SYS_connect, fd, &address, sizeof(address));
	CHECK_REFUSED(SYS_listen, fd, 5);
	CHECK_REFUSED(SYS_sendmsg, fd, NULL, 0);
	CHECK_REFUSED(SYS_recvmsg, fd, NULL, 0);
	/* an answer has no address */
	CHECK_REFUSED(SYS_sendto, fd, "x", 1, 0, &address, sizeof(address));
}

static void climb_others(char *state)
{
	JudgeWall wall;

	build_wall(state, &wall);
	CHECK_REFUSED(SYS_execve, "/bin/true", NULL, NULL);
	CHECK_REFUSED(SYS_ptrace, 0, getppid(), 0, 0);
	CHECK_REFUSED(SYS_kill, getppid(), 0);
	CHECK_REFUSED(SYS_io_uring_setup, 1, NULL);
	CHECK_REFUSED(SYS_bpf, 0, NULL, 0);
	CHECK_REFUSED(SYS_setuid, 0);
	CHECK_REFUSED(SYS_unshare, 0);
	CHECK_REFUSED(SYS_chroot, "/");
	CHECK_REFUSED(SYS_mount, NULL, NULL, NULL, 0, NULL);
	if (getuid() == STRANGER) {
		CHECK(getgid() == STRANGER && getgroups(0, NULL) == 1);
	}
}

static void climb_at(void (*climber)(char *state))
{
	char *state = make_state();
	pid_t pid = fork();

	if (pid == 0) {
		climber(state);
		_exit(0);
	}
	climb_wait(pid);
	delete_state(state);
}

static void test_files(void)
{
	climb_at(climb_files);
}

static void test_sockets(void)
{
	climb_at(climb_sockets);
}

static void test_others(void)
{
	climb_at(climb_others);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/walls/files", test_files);
	g_test_add_func("/walls/sockets", test_sockets);
	g_test_add_func("/walls/others", test_others);
	return g_test_run();
}
