/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting a stage: see spawn.h. */
#include "daemon/spawn.h"
#include "base/fd.h"
#include "build-config.h"
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_FD 3
#define CLEAR_OF_SLOTS 64

static const char *const slot_options[_SPAWN_N] = {
	[SPAWN_LIFELINE] = "--lifeline",
	[SPAWN_BELL] = "--bell",
	[SPAWN_NEXT_BELL] = "--next-bell",
	[SPAWN_BARRIER] = "--barrier",
	[SPAWN_BARRIER_BELL] = "--barrier-bell",
	[SPAWN_SHEET] = "--keys",
	[SPAWN_LOCK] = NULL,
};

char *spawn_program(const char *stage)
{
	g_autofree char *name = g_strconcat("reeve-", stage, NULL);
	g_autofree char *folder = config_build_folder();

	return g_build_filename(folder != NULL ? folder : REEVE_LIBEXEC_DIR, name, NULL);
}

/* The whole argv. */
static GStrv command_line(const char *program, const char *const *arguments,
			  const int descriptors[_SPAWN_N])
{
	g_autoptr(GStrvBuilder) line = g_strv_builder_new();
	g_autofree char *name = g_path_get_basename(program);

	g_strv_builder_add(line, name);
	g_strv_builder_addv(line, (const char **)arguments);
	for (int slot = 0; slot < _SPAWN_N; slot++) {
		g_autofree char *number = g_strdup_printf("%d", FIRST_FD + slot);

		if (descriptors[slot] != -1 && slot_options[slot] != NULL) {
			g_strv_builder_add(line, slot_options[slot]);
			g_strv_builder_add(line, number);
		}
	}
	return g_strv_builder_end(line);
}

/* What a stage may know of our environment: whether to talk more, where its log goes, and how a
 * sanitized build is to behave. */
static GStrv environment(void)
{
	static const char *const passed[] = {"REEVE_DEBUG",  "JOURNAL_STREAM", "ASAN_OPTIONS",
					     "LSAN_OPTIONS", "UBSAN_OPTIONS",  "TERM"};
	g_autoptr(GStrvBuilder) variables = g_strv_builder_new();

	g_strv_builder_add(variables, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
	g_strv_builder_add(variables, "HOME=/nonexistent");
	for (gsize i = 0; i < G_N_ELEMENTS(passed); i++) {
		const char *value = getenv(passed[i]);
		g_autofree char *variable =
			g_strdup_printf("%s=%s", passed[i], value != NULL ? value : "");

		if (value != NULL) {
			g_strv_builder_add(variables, variable);
		}
	}
	return g_strv_builder_end(variables);
}

/* In the child. First out of the way of the numbers wanted, then each to its own. */
static bool place_descriptors(const int descriptors[_SPAWN_N], int report, int *ret_report)
{
	int aside[_SPAWN_N];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	*ret_report = fcntl(report, F_DUPFD_CLOEXEC, CLEAR_OF_SLOTS);
	if (null < 0 || *ret_report < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
		return false;
	}
	for (int slot = 0; slot < _SPAWN_N; slot++) {
		aside[slot] = descriptors[slot] == -1
				      ? -1
				      : fcntl(descriptors[slot], F_DUPFD_CLOEXEC, CLEAR_OF_SLOTS);
		if (descriptors[slot] != -1 && aside[slot] < 0) {
			return false;
		}
	}
	syscall(SYS_close_range, FIRST_FD, ~0U, CLOSE_RANGE_CLOEXEC);
	for (int slot = 0; slot < _SPAWN_N; slot++) {
		if (aside[slot] != -1 && dup2(aside[slot], FIRST_FD + slot) < 0) {
			return false;
		}
	}
	return true;
}

static void reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++) {
		signal(number, SIG_DFL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become_stage(const char *program, GStrv line, GStrv variables,
				   const int descriptors[_SPAWN_N], int report)
{
	int moved = report;
	ssize_t put;

	setsid();
	reset_signals();
	if (place_descriptors(descriptors, report, &moved)) {
		execve(program, line, variables);
	}
	put = write(moved, &errno, sizeof(errno));
	(void)put;
	_exit(127);
}

bool spawn_stage(const char *program, const char *const *arguments, const int descriptors[_SPAWN_N],
		 pid_t *ret_pid, GError **error)
{
	g_auto(GStrv) line = command_line(program, arguments, descriptors);
	g_auto(GStrv) variables = environment();
	auto_fd int hear = -1, tell = -1;
	int ends[2], problem = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return error_set_errno(error, "cannot make a pipe");
	}
	hear = ends[0];
	tell = ends[1];
	pid = fork();
	if (pid < 0) {
		return error_set_errno(error, "cannot fork");
	}
	if (pid == 0) {
		become_stage(program, line, variables, descriptors, tell);
	}
	fd_close(&tell);
	if (read(hear, &problem, sizeof(problem)) == sizeof(problem)) {
		/* (the child is reaped with the others) */
		errno = problem;
		return error_set_errno(error, "cannot execute %s", program);
	}
	*ret_pid = pid;
	return true;
}
