/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Climbing walls: each climb is done in a child of its own, since no wall comes down again. The
 * call that is tried goes past glibc, so that it is the wall that refuses.
 */
#pragma once

#include <errno.h>
#include <glib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRANGER 61999 /* a user nobody has */

/* In the child: says which line failed and leaves without running the parent's exit handlers. */
#define CHECK(condition)                                                                     \
	do {                                                                                 \
		if (!(condition)) {                                                          \
			g_printerr("%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #condition, \
				   errno);                                                   \
			_exit(1);                                                            \
		}                                                                            \
	} while (0)

/* The call is refused by the filter, not for some reason of its own. */
#define CHECK_REFUSED(...) CHECK(syscall(__VA_ARGS__) == -1 && errno == EPERM)

/* Whom a wall is to make of us: the stranger, or nobody else when we are not root. */
static inline int climb_as(void)
{
	return geteuid() == 0 ? STRANGER : -1;
}

/* Waits for a climber, who must have come to the end. */
static inline void climb_wait(pid_t pid)
{
	int status;

	g_assert_cmpint(pid, >, 0);
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static inline void climb(void (*climber)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		climber();
		_exit(0);
	}
	climb_wait(pid);
}
