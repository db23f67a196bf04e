/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting reeve-lens: see lens-child.h. */
#include "judge/lens-child.h"

#include "base/fd.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHILD_SOCKET 3

/* Beside our own program, in a build tree as where it is installed. NULL: not there. */
static char *find_program(void)
{
	g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = own == NULL ? NULL : g_path_get_dirname(own);
	g_autofree char *program =
		folder == NULL ? NULL : g_build_filename(folder, "reeve-lens", NULL);

	return program != NULL && access(program, X_OK) == 0 ? g_steal_pointer(&program) : NULL;
}

static GStrv command_line(const StageOptions *options)
{
	g_autoptr(GStrvBuilder) line = g_strv_builder_new();
	g_autofree char *user = g_strdup_printf("%d", options->user);
	g_autofree char *group = g_strdup_printf("%d", options->group);

	g_strv_builder_add_many(line, "reeve-lens", "--socket", G_STRINGIFY(CHILD_SOCKET), NULL);
	if (options->user != -1) {
		g_strv_builder_add_many(line, "--user", user, "--group", group, NULL);
	}
	return g_strv_builder_end(line);
}

/* In the child. The socket is all it gets of our descriptors, but for the log. */
static _Noreturn void become_lens(const char *program, GStrv line, int socket)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	signal(SIGPIPE, SIG_DFL);
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
	    (socket == CHILD_SOCKET ? fcntl(socket, F_SETFD, 0) >= 0
				    : dup2(socket, CHILD_SOCKET) >= 0)) {
		close_range(CHILD_SOCKET + 1, ~0U, CLOSE_RANGE_CLOEXEC);
		execve(program, line, environ);
	}
	_exit(127);
}

Lens *lens_child_start(const StageOptions *options)
{
	g_autofree char *program = find_program();
	g_auto(GStrv) line = command_line(options);
	auto_fd int ours = -1, theirs = -1;
	int ends[2];
	pid_t pid;

	if (program == NULL) {
		log_info("reeve-lens is not installed: settings of most formats are not told");
		return NULL;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		log_warning("cannot make a pair of sockets: %s", g_strerror(errno));
		return NULL;
	}
	ours = ends[0];
	theirs = ends[1];
	pid = fork();
	if (pid == 0) {
		become_lens(program, line, theirs);
	}
	if (pid < 0) {
		log_warning("cannot start reeve-lens: %s", g_strerror(errno));
		return NULL;
	}
	return lens_new(fd_steal(&ours));
}
