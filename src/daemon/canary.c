/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canary: see canary.h. */
#include "daemon/canary.h"
#include "base/fd.h"
#include "base/log.h"
#include "build-config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Time for everybody to be ready, and for a busy start to be over. */
#define FIRST_SECONDS 60

char *canary_path(const char *root, const char *runtime_dir)
{
	g_autofree char *top = realpath(root, NULL);
	g_autofree char *runtime = realpath(runtime_dir, NULL);
	gsize length = top == NULL ? 0 : strlen(top);

	if (top == NULL || runtime == NULL) {
		return NULL;
	}
	if (g_str_equal(top, "/")) {
		length = 0;
	} else if (strncmp(runtime, top, length) != 0 || runtime[length] != '/') {
		return NULL;
	}
	return g_strconcat(runtime + length, "/" CANARY_FOLDER "/" CANARY_FILE, NULL);
}

bool canary_prepare(int runtime_fd, const Users *users, GError **error)
{
	auto_fd int folder = -1, file = -1;

	if (mkdirat(runtime_fd, CANARY_FOLDER, 0755) < 0 && errno != EEXIST) {
		return error_set_errno(error, "cannot make %s", CANARY_FOLDER);
	}
	folder = openat(runtime_fd, CANARY_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0) {
		return error_set_errno(error, "cannot open %s", CANARY_FOLDER);
	}
	file = openat(folder, CANARY_FILE, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	return file >= 0 || error_set_errno(error, "cannot make %s/%s", CANARY_FOLDER, CANARY_FILE);
}

/* `reeve`: beside our own program in a build tree, else where it was installed. */
static char *find_program(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self == NULL ? NULL : g_path_get_dirname(self);
	char *beside = folder == NULL ? NULL : g_build_filename(folder, "reeve", NULL);

	if (beside != NULL && access(beside, X_OK) == 0) {
		return beside;
	}
	g_free(beside);
	return g_build_filename(REEVE_BIN_DIR, "reeve", NULL);
}

void canary_init(Canary *canary, const char *state_dir, const char *runtime_dir, int every_seconds)
{
	g_autofree char *program = find_program();
	const char *const line[] = {program,     "--state", state_dir,  "--runtime",
				    runtime_dir, "canary",  "--report", NULL};

	*canary = (Canary){.every_usec = every_seconds * G_USEC_PER_SEC};
	if (every_seconds > 0) {
		canary->line = g_strdupv((char **)line);
		canary->due_usec =
			g_get_monotonic_time() + MIN(every_seconds, FIRST_SECONDS) * G_USEC_PER_SEC;
	}
}

void canary_clear(Canary *canary)
{
	if (canary->pid != 0) {
		kill(canary->pid, SIGTERM);
	}
	g_clear_pointer(&canary->line, g_strfreev);
}

/* As a child of ours with nothing of ours: that it is Reeve's own doing follows from its parent. */
static pid_t send_one(char **line)
{
	static char *const variables[] = {(char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	pid_t pid = 0;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&files, STDIN_FILENO, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, STDIN_FILENO, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn(&pid, line[0], &files, &attributes, line, variables);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	if (rc != 0) {
		log_warning("cannot send the canary: %s: %s", line[0], strerror(rc));
	}
	return rc == 0 ? pid : 0;
}

void canary_tick(Canary *canary, gint64 now_usec)
{
	if (canary->line == NULL || canary->pid != 0 || now_usec < canary->due_usec) {
		return;
	}
	canary->pid = send_one(canary->line);
	canary->due_usec = now_usec + canary->every_usec;
}

void canary_reaped(Canary *canary, pid_t pid)
{
	if (pid == canary->pid) {
		canary->pid = 0;
	}
}
