/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage is a shell that tells what it finds through its lifeline. */
#include "base/fd.h"
#include "daemon/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs `script` with descriptor 3 as the lifeline; gives what it wrote there. */
static char *run(const char *script, int bell, int lock)
{
	const char *const arguments[] = {"-c", script, NULL};
	int descriptors[_SPAWN_N] = {-1, bell, -1, -1, -1, -1, lock};
	auto_fd int hear = -1, tell = -1;
	g_autoptr(GError) error = NULL;
	char text[1024] = "";
	gsize filled = 0;
	int ends[2], status;
	ssize_t got;
	pid_t pid;

	g_assert_no_errno(pipe2(ends, O_CLOEXEC));
	hear = ends[0];
	tell = ends[1];
	descriptors[SPAWN_LIFELINE] = tell;
	spawn_stage("/bin/sh", arguments, descriptors, &pid, &error);
	g_assert_no_error(error);
	fd_close(&tell);
	while ((got = read(hear, text + filled, sizeof(text) - 1 - filled)) > 0) {
		filled += (gsize)got;
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_cmpint(status, ==, 0);
	return g_strdup(text);
}

/* Which descriptors are open, without opening any. */
#define LIST                                                                                   \
	"n=0; while [ $n -lt 200 ]; do [ -e /proc/$$/fd/$n ] && printf \"$n \" >&3; n=$((n + " \
	"1)); "                                                                                \
	"done; true"

static void test_descriptors(void)
{
	auto_fd int leaked = fcntl(STDERR_FILENO, F_DUPFD, 40); /* not close-on-exec */
	auto_fd int bell = open("/dev/null", O_RDONLY | O_CLOEXEC);
	auto_fd int lock = open("/dev/null", O_RDONLY | O_CLOEXEC);
	g_autofree char *all = run(LIST, bell, lock);
	g_autofree char *without = run(LIST, -1, -1);

	g_assert_cmpint(leaked, >=, 0);
	g_assert_cmpstr(all, ==, "0 1 2 3 4 9 ");
	g_assert_cmpstr(without, ==, "0 1 2 3 ");
}

/* Numbers that lie crosswise to those wanted arrive all the same. */
static void test_crosswise(void)
{
	auto_fd int three = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	auto_fd int bell = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	g_autofree char *text = run("readlink /proc/$$/fd/4 >&3", bell, three);

	g_assert_cmpstr(text, ==, "/etc/passwd\n");
}

static void test_arguments(void)
{
	auto_fd int bell = open("/dev/null", O_RDONLY | O_CLOEXEC);
	g_autofree char *text = run("echo \"$0\" \"$@\" >&3", bell, bell);

	g_assert_cmpstr(text, ==, "--lifeline 3 --bell 4\n");
}

static void test_environment(void)
{
	g_autofree char *text = NULL;

	g_setenv("REEVE_DEBUG", "1", TRUE);
	g_setenv("REEVE_SECRET", "1", TRUE);
	g_unsetenv("JOURNAL_STREAM");
	text = run("echo $REEVE_DEBUG-$REEVE_SECRET-$HOME-$PATH >&3", -1, -1);
	g_assert_cmpstr(text, ==, "1--/nonexistent-/usr/sbin:/usr/bin:/sbin:/bin\n");
}

/* Blocked and ignored signals of ours would be inherited. */
static void test_signals(void)
{
	g_autofree char *text = NULL;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	text = run("grep -E 'SigBlk|SigIgn' /proc/self/status | cut -f2 >&3", -1, -1);
	g_assert_cmpstr(text, ==, "0000000000000000\n0000000000000000\n");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGPIPE, SIG_DFL);
}

/* ^C at the terminal is for reeved alone. */
static void test_session(void)
{
	g_autofree char *text = run("cut -d' ' -f6 /proc/$$/stat >&3; echo $$ >&3", -1, -1);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	g_assert_cmpstr(lines[0], ==, lines[1]);
}

static void test_not_there(void)
{
	const char *const arguments[] = {NULL};
	const int none[_SPAWN_N] = {-1, -1, -1, -1, -1, -1, -1};
	g_autoptr(GError) error = NULL;
	pid_t pid;

	g_assert_false(spawn_stage("/nowhere/reeve-judge", arguments, none, &pid, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_IO);
	g_assert_nonnull(strstr(error->message, "/nowhere/reeve-judge: No such file"));
	g_assert_cmpint(waitpid(-1, NULL, 0), >, 0);
}

static void test_program(void)
{
	g_autofree char *program = spawn_program("judge");

	g_assert_true(g_str_has_suffix(program, "/reeve-judge"));
	g_assert_true(g_path_is_absolute(program));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/spawn/descriptors", test_descriptors);
	g_test_add_func("/spawn/crosswise", test_crosswise);
	g_test_add_func("/spawn/arguments", test_arguments);
	g_test_add_func("/spawn/environment", test_environment);
	g_test_add_func("/spawn/signals", test_signals);
	g_test_add_func("/spawn/session", test_session);
	g_test_add_func("/spawn/not-there", test_not_there);
	g_test_add_func("/spawn/program", test_program);
	return g_test_run();
}
