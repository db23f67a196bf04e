/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reeved of our own: see daemon-child.h. */
#include "cli/daemon-child.h"

#include "base/clock.h"
#include "base/fd.h"
#include "build-config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_USEC 20000
#define LINES_MAX_BYTES (256 * 1024)

struct DaemonChild {
	pid_t pid;
	int words;     /* reading end of what it says */
	GString *said; /* read, not yet given out */
	bool is_over;
	int status; /* of waitpid, when it is over */
};

char *daemon_child_program(GError **error)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self == NULL ? NULL : g_path_get_dirname(self);
	g_autofree char *beside = folder == NULL ? NULL : g_build_filename(folder, "reeved", NULL);
	g_autofree char *installed = g_build_filename(REEVE_SBIN_DIR, "reeved", NULL);

	if (beside != NULL && access(beside, X_OK) == 0) {
		return g_steal_pointer(&beside);
	}
	if (access(installed, X_OK) == 0) {
		return g_steal_pointer(&installed);
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
		    "reeved is neither beside this program (%s) nor at %s; is Reeve installed?",
		    folder != NULL ? folder : "?", installed);
	return NULL;
}

/* Between fork and exec: only calls that are safe there. */
static void become(const char *program, char *const *argv, char *const *environment, int words,
		   pid_t parent)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(words, STDOUT_FILENO) < 0 || dup2(words, STDERR_FILENO) < 0) {
		_exit(127);
	}
	execve(program, argv, environment);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", program, strerror(errno));
	_exit(127);
}

DaemonChild *daemon_child_start(const char *program, const char *const *arguments, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree DaemonChild *child = g_new0(DaemonChild, 1);
	/* What it says comes with its level, as for the journal of systemd (base/log.h). */
	g_auto(GStrv) environment =
		g_environ_setenv(g_get_environ(), "JOURNAL_STREAM", "reeve", TRUE);
	pid_t parent = getpid();
	int ends[2];

	g_ptr_array_add(argv, (gpointer)program);
	for (; *arguments != NULL; arguments++) {
		g_ptr_array_add(argv, (gpointer)*arguments);
	}
	g_ptr_array_add(argv, NULL);
	if (pipe2(ends, O_CLOEXEC) != 0) {
		error_set_errno(error, "cannot make a pipe");
		return NULL;
	}
	child->pid = fork();
	if (child->pid == 0) {
		become(program, (char *const *)argv->pdata, environment, ends[1], parent);
	}
	close(ends[1]);
	child->words = ends[0];
	if (child->pid < 0) {
		error_set_errno(error, "cannot start %s", program);
		close(ends[0]);
		return NULL;
	}
	fcntl(child->words, F_SETFL, O_NONBLOCK);
	child->said = g_string_new(NULL);
	return g_steal_pointer(&child);
}

void daemon_child_free(DaemonChild *child)
{
	if (child == NULL) {
		return;
	}
	daemon_child_stop(child, 10000);
	fd_close(&child->words);
	g_string_free(child->said, TRUE);
	g_free(child);
}

pid_t daemon_child_pid(const DaemonChild *child)
{
	return child->pid;
}

bool daemon_child_runs(DaemonChild *child)
{
	if (!child->is_over && waitpid(child->pid, &child->status, WNOHANG) == child->pid) {
		child->is_over = true;
	}
	return !child->is_over;
}

/* Takes what is in the pipe; what nobody fetched in time is not worth keeping. */
static void listen_to(DaemonChild *child)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(child->words, bytes, sizeof(bytes))) > 0) {
		g_string_append_len(child->said, bytes, got);
		if (child->said->len > LINES_MAX_BYTES) {
			g_string_erase(child->said, 0,
				       (gssize)(child->said->len - LINES_MAX_BYTES));
		}
	}
}

/* "<4>text" is text of level 4; what has no level came from somewhere else and is worth a look. */
static char *take_level(const char *line, int *ret_level)
{
	bool has_level = line[0] == '<' && g_ascii_isdigit(line[1]) && line[2] == '>';

	*ret_level = has_level ? line[1] - '0' : DAEMON_CHILD_WARNING;
	return g_strdup(has_level ? line + 3 : line);
}

char *daemon_child_line(DaemonChild *child, int *ret_level)
{
	g_autofree char *line = NULL;
	const char *end;

	listen_to(child);
	end = memchr(child->said->str, '\n', child->said->len);
	if (end == NULL) {
		return NULL;
	}
	line = g_strndup(child->said->str, (gsize)(end - child->said->str));
	g_string_erase(child->said, 0, end - child->said->str + 1);
	return take_level(line, ret_level);
}

static bool wait_until(DaemonChild *child, int patience_ms)
{
	gint64 deadline = clock_mono_usec() + (gint64)patience_ms * 1000;

	/* Its last words must not block it on a full pipe. */
	for (; daemon_child_runs(child) && clock_mono_usec() < deadline; g_usleep(POLL_USEC)) {
		listen_to(child);
	}
	return !daemon_child_runs(child);
}

bool daemon_child_stop(DaemonChild *child, int patience_ms)
{
	if (daemon_child_runs(child)) {
		kill(child->pid, SIGTERM);
		if (!wait_until(child, patience_ms)) {
			kill(child->pid, SIGKILL);
			wait_until(child, patience_ms);
		}
	}
	return child->is_over && WIFEXITED(child->status) && WEXITSTATUS(child->status) == 0;
}
