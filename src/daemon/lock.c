/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The single-instance lock: see lock.h. */
#include "daemon/lock.h"
#include "base/fd.h"
#include "base/io.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_FILE "lock"
#define STEP_MS 50
#define DYING_MS 1000 /* a living holder may have been killed just now */

/* A number is given to another process some day; with its start time it means one process. */
typedef struct {
	int pid;
	guint64 start_ticks;
} Holder;

/*
 * When a living process was started: field 22 of /proc/PID/stat, counted behind the name, which may
 * hold anything. 0: there is none, or it is dead and only not yet reaped.
 */
static guint64 start_of(int pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
	g_autofree char *text = NULL;
	const char *at;
	guint64 ticks = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL) || (at = strrchr(text, ')')) == NULL ||
	    strlen(at) < 3 || at[2] == 'Z' || at[2] == 'X') {
		return 0;
	}
	for (int field = 2; at != NULL && field < 22; field++) {
		at = strchr(at + 1, ' ');
	}
	return at != NULL && sscanf(at, "%" G_GUINT64_FORMAT, &ticks) == 1 ? ticks : 0;
}

static bool holder_lives(int fd, Holder *ret)
{
	char text[64] = "";
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);

	return got > 0 &&
	       sscanf(text, "%d %" G_GUINT64_FORMAT, &ret->pid, &ret->start_ticks) == 2 &&
	       ret->start_ticks != 0 && start_of(ret->pid) == ret->start_ticks;
}

/*
 * Through a descriptor of its own: the one that is inherited cannot write. It only serves a
 * message, so a full disk is no reason not to start; and always as long, so that it fits where it
 * was.
 */
static void write_holder(int state_fd)
{
	auto_fd int fd = openat(state_fd, LOCK_FILE, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	g_autofree char *text = g_strdup_printf("%10d %20" G_GUINT64_FORMAT "\n", (int)getpid(),
						start_of((int)getpid()));
	g_autoptr(GError) error = NULL;

	if (fd < 0 || !io_pwrite_all(fd, text, strlen(text), 0, &error)) {
		log_warning("the lock does not name this process: %s",
			    error != NULL ? error->message : g_strerror(errno));
	}
}

/* Whether it is no use to wait any longer, and why. */
static bool give_up(int fd, guint waited_ms, guint wait_ms, GError **error)
{
	Holder holder;

	if (holder_lives(fd, &holder)) {
		if (waited_ms < MIN(wait_ms, DYING_MS)) {
			return false;
		}
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "another reeved (pid %d) runs here already: stop it, or give another "
			    "--state",
			    holder.pid);
		return true;
	}
	if (waited_ms < wait_ms) {
		return false;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
		    "stages of an earlier reeved are still running: `fuser` on the file `lock` of "
		    "the state folder names them");
	return true;
}

static bool wait_for_lock(int fd, guint wait_ms, GError **error)
{
	guint waited_ms = 0;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			return error_set_errno(error, "cannot take the lock");
		}
		if (give_up(fd, waited_ms, wait_ms, error)) {
			return false;
		}
		if (waited_ms == DYING_MS) {
			log_info("waiting for stages of an earlier reeved to end");
		}
		g_usleep(STEP_MS * 1000);
		waited_ms += STEP_MS;
	}
	return true;
}

int lock_take(int state_fd, guint wait_ms, GError **error)
{
	auto_fd int fd =
		openat(state_fd, LOCK_FILE, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);

	if (fd < 0) {
		error_set_errno(error, "cannot open the lock");
		return -1;
	}
	if (!wait_for_lock(fd, wait_ms, error)) {
		return -1;
	}
	write_holder(state_fd);
	return fd_steal(&fd);
}
