/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: see options.h. */
#include "desktop/options.h"

#include "base/escape.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define IPC "ipc://"
#define SYSTEM_STATE "/var/lib/reeve"
#define SYSTEM_RUNTIME "/run/reeve"
#define TERMINAL "x-terminal-emulator -e"
#define MOST_SILENCE_SECONDS 86400

static bool parse_arguments(DesktopOptions *options, int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &options->config_file,
		 "read this configuration and its drop-ins", "FILE"},
		{"state", 0, 0, G_OPTION_ARG_FILENAME, &options->state_dir,
		 "the stores of the daemon", "DIR"},
		{"runtime", 0, 0, G_OPTION_ARG_FILENAME, &options->runtime_dir,
		 "the sockets of the daemon", "DIR"},
		{"terminal", 0, 0, G_OPTION_ARG_FILENAME, &options->terminal_line,
		 "how to run a command in a terminal (" TERMINAL ")", "WORDS"},
		{"silence", 0, 0, G_OPTION_ARG_INT, &options->silence_seconds,
		 "tell when nothing was heard for so long (30)", "SECONDS"},
		{"notice", 0, 0, G_OPTION_ARG_NONE, &options->notice_only,
		 "hear that something changed, not what, also where more is permitted", NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "show the version", NULL},
		{0},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	g_option_context_set_summary(context, "Shows alerts of Reeve as notifications of the "
					      "desktop. See reeve-desktop(1).");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, error)) {
		return false;
	}
	if (*argc > 1) {
		g_autofree char *word = escape_path((*argv)[1]);

		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "unexpected argument: %s",
			    word);
		return false;
	}
	if (options->silence_seconds < 1 || options->silence_seconds > MOST_SILENCE_SECONDS) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "--silence: from 1 to %d seconds", MOST_SILENCE_SECONDS);
		return false;
	}
	return true;
}

/* Who is at the desktop is seldom root, but the daemon is: unless the person runs one of his own,
 * it is the system's that is followed. */
static bool read_places(DesktopOptions *options, GError **error)
{
	g_autofree char *health = NULL;

	options->config = config_new();
	if (!config_read(options->config, options->config_file, error)) {
		return false;
	}
	config_places(options->config, options->state_dir, options->runtime_dir);
	health = g_build_filename(options->config->runtime_dir, "health", NULL);
	if (geteuid() != 0 && options->state_dir == NULL && options->runtime_dir == NULL &&
	    options->config_file == NULL && !g_file_test(health, G_FILE_TEST_EXISTS)) {
		config_places(options->config, SYSTEM_STATE, SYSTEM_RUNTIME);
	}
	return true;
}

/* Who may not open the one socket, but may open the other. */
static bool must_do_with_notices(const DesktopOptions *options)
{
	g_autofree char *notice = config_notice_endpoint(options->config);

	return access(options->live + strlen(IPC), W_OK) < 0 && errno == EACCES &&
	       access(notice + strlen(IPC), W_OK) == 0;
}

static bool find_bus(DesktopOptions *options, GError **error)
{
	g_auto(GStrv) live = NULL, replay = NULL;

	if (!config_endpoints(options->config, &live, &replay, error)) {
		return false;
	}
	options->live = g_strdup(live[0]);
	options->replay = g_strdup(replay[0]);
	if (options->notice_only || must_do_with_notices(options)) {
		options->notice = config_notice_endpoint(options->config);
	}
	return true;
}

/* In a build tree it is the one beside us. */
static char *find_reeve(void)
{
	g_autofree char *folder = config_build_folder();

	return folder != NULL ? g_build_filename(folder, "reeve", NULL) : g_strdup("reeve");
}

static GStrv make_reeve(const DesktopOptions *options)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_autofree char *reeve = find_reeve();

	g_strv_builder_add(words, reeve);
	if (options->config_file != NULL) {
		g_strv_builder_add_many(words, "--config", options->config_file, NULL);
	}
	g_strv_builder_add_many(words, "--state", options->config->state_dir, "--runtime",
				options->config->runtime_dir, NULL);
	return g_strv_builder_end(words);
}

bool options_parse(DesktopOptions *options, int *argc, char ***argv, GError **error)
{
	*options = (DesktopOptions){.silence_seconds = SILENCE_SECONDS};
	if (!parse_arguments(options, argc, argv, error)) {
		return false;
	}
	if (options->version) {
		return true;
	}
	if (!g_shell_parse_argv(options->terminal_line != NULL ? options->terminal_line : TERMINAL,
				NULL, &options->terminal, error)) {
		g_prefix_error(error, "--terminal: ");
		return false;
	}
	if (!read_places(options, error) || !find_bus(options, error)) {
		return false;
	}
	options->host =
		g_strdup(options->config->host != NULL ? options->config->host : g_get_host_name());
	options->cursor_folder = g_build_filename(g_get_user_state_dir(), "reeve", NULL);
	options->reeve = make_reeve(options);
	return true;
}

void options_clear(DesktopOptions *options)
{
	g_free(options->config_file);
	g_free(options->state_dir);
	g_free(options->runtime_dir);
	g_free(options->terminal_line);
	g_clear_pointer(&options->config, config_free);
	g_free(options->host);
	g_free(options->live);
	g_free(options->replay);
	g_free(options->notice);
	g_free(options->cursor_folder);
	g_strfreev(options->terminal);
	g_strfreev(options->reeve);
	*options = (DesktopOptions){0};
}
