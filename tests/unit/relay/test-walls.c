/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The third wall, climbed in children of their own: what may be done is done, what may not is
 * tried, past glibc and by every name the kernel knows for it.
 */
#include "../climb.h"
#include "relay/endpoint.h"
#include "relay/walls.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

static void build_wall(void)
{
	StageOptions options = {
		.user = climb_as(),
		.group = climb_as(),
		.reader_group = -1,
	};
	g_autoptr(GError) error = NULL;

	if (!relay_wall(&options, &error)) {
		g_printerr("%s\n", error->message);
		_exit(1);
	}
}

static void climb_files(void)
{
	int dir = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	CHECK(dir >= 0);
	build_wall();
#ifndef __SANITIZE_ADDRESS__ /* whose runtime opens /proc/self/maps when it has to report */
	CHECK_REFUSED(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
	CHECK_REFUSED(SYS_openat, dir, "x", O_CREAT | O_WRONLY, 0600);
	CHECK_REFUSED(SYS_newfstatat, AT_FDCWD, "/etc/passwd", &st, 0);
#endif
#ifdef SYS_open
	CHECK_REFUSED(SYS_open, "/etc/passwd", O_RDONLY);
	CHECK_REFUSED(SYS_unlink, "/tmp/x");
	CHECK_REFUSED(SYS_creat, "/tmp/x", 0600);
#endif
	CHECK_REFUSED(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0);
	CHECK_REFUSED(SYS_open_by_handle_at, dir, NULL, 0);
	CHECK_REFUSED(SYS_memfd_create, "x", 0);
	CHECK_REFUSED(SYS_unlinkat, dir, "x", 0);
	CHECK_REFUSED(SYS_mkdirat, dir, "x", 0700);
	CHECK_REFUSED(SYS_renameat2, dir, "x", dir, "y", 0);
	CHECK_REFUSED(SYS_getdents64, dir, &st, sizeof(st));
	CHECK_REFUSED(SYS_execve, "/bin/true", NULL, NULL);
	CHECK_REFUSED(SYS_execveat, dir, "true", NULL, NULL, 0);
	CHECK(write(STDERR_FILENO, "", 0) == 0);
}

static void climb_sockets(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/nowhere"};
	int pair[2];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	build_wall();
	CHECK_REFUSED(SYS_socket, AF_INET, SOCK_STREAM, 0);
	CHECK_REFUSED(SYS_socket, AF_INET6, SOCK_DGRAM, 0);
	CHECK_REFUSED(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	CHECK_REFUSED(SYS_socket, AF_NETLINK, SOCK_RAW, 0);
	CHECK_REFUSED(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CHECK_REFUSED(SYS_bind, fd, &address, sizeof(address));
	CHECK_REFUSED(SYS_connect, fd, &address, sizeof(address));
	CHECK_REFUSED(SYS_listen, fd, 5);
	CHECK_REFUSED(SYS_sendmsg, fd, NULL, 0);
	CHECK_REFUSED(SYS_recvmsg, fd, NULL, 0);
	CHECK_REFUSED(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &fd, sizeof(fd));
	CHECK_REFUSED(SYS_getsockopt, fd, IPPROTO_TCP, 1, NULL, NULL);
}

static void climb_others(void)
{
	build_wall();
	CHECK_REFUSED(SYS_ptrace, 0, getppid(), 0, 0);
	CHECK_REFUSED(SYS_kill, getppid(), 0);
	CHECK_REFUSED(SYS_io_uring_setup, 1, NULL);
	CHECK_REFUSED(SYS_bpf, 0, NULL, 0);
	CHECK_REFUSED(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
	CHECK_REFUSED(SYS_setuid, 0);
	CHECK_REFUSED(SYS_unshare, 0);
	CHECK_REFUSED(SYS_sched_setscheduler, 0, 1 /* SCHED_FIFO */, NULL);
	if (getuid() == STRANGER) {
		CHECK(getgid() == STRANGER && getgroups(0, NULL) == 0);
	}
}

/* ZeroMQ lives behind the wall: accepts, talks, ends. The subscriber is the parent. */
static void serve(GPtrArray *endpoints)
{
	void *zmq = zmq_ctx_new();
	g_autoptr(GError) error = NULL;
	void *socket;
	char word[8];

	build_wall();
	socket = endpoints_open(endpoints, zmq, ZMQ_ROUTER, NULL, 100, 10, &error);
	CHECK(socket != NULL);
	for (int frames = 0; frames < 2; frames++) { /* routing id, word */
		CHECK(zmq_recv(socket, word, sizeof(word), 0) >= 0);
	}
	zmq_close(socket);
	zmq_ctx_term(zmq);
	_exit(word[0] == '!' ? 0 : 1);
}

static void test_zeromq_lives(void)
{
	g_autofree char *dir = g_dir_make_tmp("reeve-wall-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "bus", NULL);
	g_autofree char *url = g_strconcat("ipc://", path, NULL);
	const char *const urls[] = {url, NULL};
	g_autoptr(GPtrArray) endpoints = endpoints_listen(urls, -1, NULL);
	void *zmq, *dealer;
	pid_t pid = fork();

	if (pid == 0) {
		serve(endpoints);
	}
	zmq = zmq_ctx_new();
	dealer = zmq_socket(zmq, ZMQ_DEALER);
	g_assert_cmpint(zmq_connect(dealer, url), ==, 0);
	g_assert_cmpint(zmq_send(dealer, "!", 1, 0), ==, 1);
	climb_wait(pid);
	zmq_close(dealer);
	zmq_ctx_term(zmq);
	/* ZeroMQ leaves the file of a socket it was handed */
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_rmdir(dir);
}

static void test_files(void)
{
	climb(climb_files);
}

static void test_sockets(void)
{
	climb(climb_sockets);
}

static void test_others(void)
{
	climb(climb_others);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/walls/files", test_files);
	g_test_add_func("/relay/walls/sockets", test_sockets);
	g_test_add_func("/relay/walls/others", test_others);
	g_test_add_func("/relay/walls/zeromq", test_zeromq_lives);
	return g_test_run();
}
