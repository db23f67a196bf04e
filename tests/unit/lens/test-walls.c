/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The box of reeve-lens, climbed in children: src/lens/walls.c. Lenses can be read, and a question
 * be answered; other files, sockets, programs and processes are out of reach, of the worker more
 * than of the keeper.
 */
#include "../climb.h"
#include "lens/walls.h"
#include "lens/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define LENSES "/usr/share/augeas/lenses/dist"

/* Returns what the lenses are called then. */
static char *build_keeper(void)
{
	LensBox box = {climb_as(), climb_as(), LENSES};
	g_autoptr(GError) error = NULL;
	char *lenses = NULL;

	if (!lens_keeper_wall(&box, &lenses, &error)) {
		g_printerr("%s\n", error->message);
		_exit(1);
	}
	return lenses;
}

static char *build_worker(void)
{
	char *lenses = build_keeper();
	g_autoptr(GError) error = NULL;

	CHECK(lens_worker_wall(&error));
	return lenses;
}

static void refuse_everything(void)
{
	int pair[2];

	CHECK(open("/etc/passwd", O_RDONLY) < 0);
	CHECK(open("/proc/1/environ", O_RDONLY) < 0);
	CHECK(open("x", O_CREAT | O_WRONLY, 0600) < 0);
	CHECK_REFUSED(SYS_unlinkat, AT_FDCWD, "hosts.aug", 0);
	CHECK_REFUSED(SYS_socket, AF_INET, SOCK_STREAM, 0);
	CHECK_REFUSED(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	CHECK_REFUSED(SYS_socketpair, AF_INET, SOCK_STREAM, 0, pair);
	CHECK_REFUSED(SYS_execve, "/bin/true", NULL, NULL);
	CHECK_REFUSED(SYS_ptrace, 0, getppid(), 0, 0);
	CHECK_REFUSED(SYS_kill, getppid(), 0);
	CHECK_REFUSED(SYS_kill, getppid(), SIGTERM);
	CHECK_REFUSED(SYS_io_uring_setup, 1, NULL);
	CHECK_REFUSED(SYS_bpf, 0, NULL, 0);
	CHECK_REFUSED(SYS_unshare, 0);
	CHECK_REFUSED(SYS_setuid, 0);
	CHECK_REFUSED(SYS_mount, NULL, NULL, NULL, 0, NULL);
	CHECK(geteuid() != 0);
}

/* What it is for: a child, its end, its socket. */
static void climb_keeper(void)
{
	g_autofree char *lenses = build_keeper();
	int pair[2], status;
	pid_t pid;

	CHECK(lenses != NULL);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		for (;;) {
			sleep(1000);
		}
	}
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	refuse_everything();
}

static void climb_worker(void)
{
	g_autofree char *lenses = build_worker();
	g_autoptr(Worker) worker = worker_new(lenses);
	g_autoptr(GBytes) before = g_bytes_new_static("10.0.0.1 a\n", 11);
	g_autoptr(GBytes) after = g_bytes_new_static("10.0.0.1 b\n", 11);
	LensQuestion question = {(char *)"Hosts.lns", before, after};
	g_auto(LensAnswer) answer = {0};
	int pair[2];

	CHECK(worker != NULL);
	worker_answer(worker, &question, &answer);
	CHECK(answer.reading == READING_DONE && answer.settings->len == 1);
	CHECK_REFUSED(SYS_kill, getppid(), SIGKILL);
	CHECK_REFUSED(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CHECK_REFUSED(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	CHECK_REFUSED(SYS_wait4, -1, NULL, 0, NULL);
	refuse_everything();
}

static void test_keeper(void)
{
	climb(climb_keeper);
}

static void test_worker(void)
{
	climb(climb_worker);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/walls/keeper", test_keeper);
	g_test_add_func("/walls/worker", test_worker);
	return g_test_run();
}
