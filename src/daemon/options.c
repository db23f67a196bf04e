/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: see options.h. */
#include "daemon/options.h"

#include "daemon/canary.h"
#include "base/escape.h"
#include "base/path.h"
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

static bool parse_arguments(DaemonOptions *options, int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &options->config_file,
		 "read this configuration and its drop-ins", "FILE"},
		{"root", 0, 0, G_OPTION_ARG_FILENAME, &options->root,
		 "root of the watched system (a container, a chroot)", "DIR"},
		{"state", 0, 0, G_OPTION_ARG_FILENAME, &options->state_dir, "keep the stores here",
		 "DIR"},
		{"runtime", 0, 0, G_OPTION_ARG_FILENAME, &options->runtime_dir,
		 "keep sockets and health here", "DIR"},
		{"watch", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->watch,
		 "watch this path instead of the configured ones; may be repeated", "PATH"},
		{"backend", 0, 0, G_OPTION_ARG_STRING, &options->backend,
		 "how to watch: auto, fanotify or inotify", "NAME"},
		{"actors", 0, 0, G_OPTION_ARG_STRING, &options->actors,
		 "how to know who did it: auto, bpf, connector, proc or none", "NAME"},
		{"canary", 0, 0, G_OPTION_ARG_INT, &options->canary_seconds,
		 "prove the whole chain so often (default 300, 0: never)", "SECONDS"},
		{"host", 0, 0, G_OPTION_ARG_STRING, &options->host, "call this machine so", "NAME"},
		{"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "show the version", NULL},
		{0},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	options->canary_seconds = CANARY_EVERY_SECONDS;
	g_option_context_set_summary(context, "Records changes of this machine's configuration, "
					      "judges them and tells who listens.");
	g_option_context_set_description(context, "Reads /etc/reeve/reeve.yaml unless --config "
						  "says otherwise. See reeved(8).");
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
	return true;
}

static void make_absolute(char **path)
{
	if (*path != NULL) {
		char *absolute = g_canonicalize_filename(*path, NULL);

		g_free(*path);
		*path = absolute;
	}
}

/*
 * A path to watch. Links are never followed later, so one given by hand is resolved now; inside
 * another root, where our links mean nothing, it must be plain.
 */
static char *resolve_watch(const char *path, bool has_root, GError **error)
{
	g_autofree char *shown = escape_path(path);
	g_autofree char *absolute = has_root ? g_strdup(path) : g_canonicalize_filename(path, NULL);
	char *canonical = path_canonicalize(absolute);

	if (canonical == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "--watch %s: beneath --root, paths start at / and stay below it",
			    shown);
		return NULL;
	}
	if (!has_root) {
		char *real = realpath(canonical, NULL);

		if (real != NULL) {
			g_free(canonical);
			canonical = g_strdup(real);
			free(real);
		}
	}
	return canonical;
}

static bool check_options(DaemonOptions *options, GError **error)
{
	bool has_root = options->root != NULL && !g_str_equal(options->root, "/");

	for (char **path = options->watch; path != NULL && *path != NULL; path++) {
		char *resolved = resolve_watch(*path, has_root, error);

		if (resolved == NULL) {
			return false;
		}
		g_free(*path);
		*path = resolved;
	}
	if (options->host != NULL && !config_host_is_valid(options->host)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "--host: letters, digits, `.`, `-` and `_`, at most 253");
		return false;
	}
	return true;
}

bool options_parse(DaemonOptions *options, int *argc, char ***argv, GError **error)
{
	*options = (DaemonOptions){0};
	if (!parse_arguments(options, argc, argv, error)) {
		options_clear(options);
		return false;
	}
	make_absolute(&options->config_file);
	make_absolute(&options->root);
	make_absolute(&options->state_dir);
	make_absolute(&options->runtime_dir);
	if (!check_options(options, error)) {
		options_clear(options);
		return false;
	}
	return true;
}

void options_clear(DaemonOptions *options)
{
	g_free(options->config_file);
	g_free(options->root);
	g_free(options->state_dir);
	g_free(options->runtime_dir);
	g_strfreev(options->watch);
	g_free(options->backend);
	g_free(options->actors);
	g_free(options->host);
	*options = (DaemonOptions){0};
}
