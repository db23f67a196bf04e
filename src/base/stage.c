/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What stages have in common: see stage.h. */
#include "base/stage.h"
#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEALTH_MODE 0640

static const StageOptions nothing = {
	.user = -1,
	.group = -1,
	.reader_group = -1,
	.lifeline = -1,
	.bell = -1,
	.next_bell = -1,
	.barrier = -1,
	.barrier_bell = -1,
};

static bool parse_arguments(StageOptions *options, const GOptionEntry *own, int *argc, char ***argv,
			    GError **error)
{
	const GOptionEntry shared[] = {
		{"state", 0, 0, G_OPTION_ARG_FILENAME, &options->state_dir, "the stores", "DIR"},
		{"runtime", 0, 0, G_OPTION_ARG_FILENAME, &options->runtime_dir, "the sockets",
		 "DIR"},
		{"user", 0, 0, G_OPTION_ARG_INT, &options->user, "become this user", "UID"},
		{"group", 0, 0, G_OPTION_ARG_INT, &options->group, "become this group", "GID"},
		{"reader-group", 0, 0, G_OPTION_ARG_INT, &options->reader_group,
		 "group that may read", "GID"},
		{"lifeline", 0, 0, G_OPTION_ARG_INT, &options->lifeline, "socket to reeved", "FD"},
		{"bell", 0, 0, G_OPTION_ARG_INT, &options->bell, "bell to hear", "FD"},
		{"next-bell", 0, 0, G_OPTION_ARG_INT, &options->next_bell, "bell to ring", "FD"},
		{"barrier", 0, 0, G_OPTION_ARG_INT, &options->barrier, "barrier page", "FD"},
		{"barrier-bell", 0, 0, G_OPTION_ARG_INT, &options->barrier_bell,
		 "bell of the barrier", "FD"},
		{0},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	g_option_context_add_main_entries(context, shared, NULL);
	if (own != NULL) {
		g_option_context_add_main_entries(context, own, NULL);
	}
	g_option_context_set_summary(context, "A stage of Reeve; reeved starts it.");
	return g_option_context_parse(context, argc, argv, error);
}

/* An inherited descriptor must be there, and must not be inherited further. */
static bool take_descriptor(const char *option, int fd, GError **error)
{
	if (fd == -1) {
		return true;
	}
	if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
		return error_set_errno(error, "%s %d is no descriptor of this process", option, fd);
	}
	return true;
}

static bool check_options(const StageOptions *options, int argc, char **argv, GError **error)
{
	if (argc > 1) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "unexpected argument: %s",
			    argv[1]);
		return false;
	}
	if (options->state_dir == NULL || options->runtime_dir == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s DIR is missing",
			    options->state_dir == NULL ? "--state" : "--runtime");
		return false;
	}
	if ((options->user == -1) != (options->group == -1)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "--user and --group go together");
		return false;
	}
	return take_descriptor("--lifeline", options->lifeline, error) &&
	       take_descriptor("--bell", options->bell, error) &&
	       take_descriptor("--next-bell", options->next_bell, error) &&
	       take_descriptor("--barrier", options->barrier, error) &&
	       take_descriptor("--barrier-bell", options->barrier_bell, error);
}

bool stage_options_parse(StageOptions *options, const char *program, const GOptionEntry *own,
			 int *argc, char ***argv, GError **error)
{
	*options = nothing;
	g_set_prgname(program);
	if (!parse_arguments(options, own, argc, argv, error) ||
	    !check_options(options, *argc, *argv, error)) {
		stage_options_clear(options);
		return false;
	}
	signal(SIGPIPE, SIG_IGN);
	return true;
}

void stage_options_clear(StageOptions *options)
{
	fd_close(&options->lifeline);
	fd_close(&options->bell);
	fd_close(&options->next_bell);
	fd_close(&options->barrier);
	fd_close(&options->barrier_bell);
	g_free(options->state_dir);
	g_free(options->runtime_dir);
	*options = nothing;
}

void stage_ready(const StageOptions *options)
{
	ssize_t put = options->lifeline < 0 ? 0 : write(options->lifeline, "R", 1);

	(void)put; /* a reeved that has gone is noticed by the end of the lifeline */
}

void stage_ask_fetch(int lifeline)
{
	const char word = STAGE_WORD_FETCH;
	ssize_t put = lifeline < 0 ? 0 : send(lifeline, &word, 1, MSG_DONTWAIT | MSG_NOSIGNAL);

	(void)put; /* it is asked for often enough, or reeved has gone */
}

int stage_health_open(const StageOptions *options, const char *stage, GError **error)
{
	g_autofree char *path = g_build_filename(options->runtime_dir, "health", stage, NULL);
	auto_fd int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, HEALTH_MODE);

	if (fd < 0 || fchmod(fd, HEALTH_MODE) < 0 ||
	    (options->reader_group >= 0 &&
	     fchown(fd, (uid_t)-1, (gid_t)options->reader_group) < 0)) {
		error_set_errno(error, "cannot open %s", path);
		return -1;
	}
	return fd_steal(&fd);
}

void stage_health_write(int fd, const char *line)
{
	g_autofree char *text = g_strconcat(line, "\n", NULL);
	gsize size = strlen(text);

	/* In this order a reader's first line is always whole. */
	if (fd >= 0 && io_pwrite_all(fd, text, size, 0, NULL)) {
		int cut = ftruncate(fd, (off_t)size);

		(void)cut;
	}
}
