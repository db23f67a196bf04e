/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running stock programs: see program.h. */
#include "cli/program.h"

#include "base/fd.h"
#include "base/io.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int memory_file(GBytes *content, GError **error)
{
	auto_fd int fd = memfd_create("reeve", MFD_CLOEXEC);
	gsize size = 0;
	const void *data = content == NULL ? "" : g_bytes_get_data(content, &size);

	if (fd < 0) {
		error_set_errno(error, "cannot make a memory file");
		return -1;
	}
	if (!io_write_all(fd, data, size, error)) {
		return -1;
	}
	lseek(fd, 0, SEEK_SET);
	return fd_steal(&fd);
}

static GBytes *written_to(int fd, GError **error)
{
	lseek(fd, 0, SEEK_SET);
	return io_read_fd(fd, PROGRAM_OUTPUT_MAX_BYTES, error);
}

static int wait_for_end(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0) {
	}
	return status;
}

/* Its words, or, where it said nothing, how it ended. */
static bool complain(const char *program, int status, GBytes *said, GError **error)
{
	g_autofree char *words =
		said == NULL ? g_strdup("")
			     : g_strndup(g_bytes_get_data(said, NULL), g_bytes_get_size(said));

	g_strstrip(words);
	if (*words == '\0') {
		g_spawn_check_wait_status(status, error);
		g_prefix_error(error, "%s: ", program);
		return false;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "%s: %s", program, words);
	return false;
}

bool program_run(const char *const *argv, const ProgramCall *call, GBytes **ret_output,
		 GError **error)
{
	auto_fd int in = memory_file(call->input, error);
	auto_fd int out = in < 0 ? -1 : memory_file(NULL, error);
	auto_fd int said = out < 0 ? -1 : memory_file(NULL, error);
	g_autoptr(GBytes) words = NULL;
	GPid pid;
	int status;

	if (said < 0 || !g_spawn_async_with_pipes_and_fds(
				call->folder, argv, (const char *const *)call->environment,
				G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, in,
				out, said, NULL, NULL, 0, &pid, NULL, NULL, NULL, error)) {
		return false;
	}
	status = wait_for_end(pid);
	if (!g_spawn_check_wait_status(status, NULL)) {
		words = written_to(said, NULL);
		return complain(argv[0], status, words, error);
	}
	if (ret_output != NULL) {
		*ret_output = written_to(out, error);
		return *ret_output != NULL;
	}
	return true;
}

bool program_run_on_terminal(const char *const *argv, GError **error)
{
	GPid pid;

	return g_spawn_async_with_pipes_and_fds(NULL, argv, NULL,
						G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
							G_SPAWN_CHILD_INHERITS_STDIN,
						NULL, NULL, -1, -1, -1, NULL, NULL, 0, &pid, NULL,
						NULL, NULL, error) &&
	       g_spawn_check_wait_status(wait_for_end(pid), error);
}
