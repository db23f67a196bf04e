/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every verb is given: see context.h. */
#include "cli/context.h"

#include "base/path.h"
#include "build-config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
#define WIDTH_MAX 400

#define SYSTEM_STATE "/var/lib/reeve"
#define SYSTEM_RUNTIME "/run/reeve"

void global_options_clear(GlobalOptions *options)
{
	g_free(options->config_file);
	g_free(options->state_dir);
	g_free(options->runtime_dir);
	g_free(options->color);
	memset(options, 0, sizeof(*options));
}

bool global_options_parse(GlobalOptions *options, int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &options->config_file, NULL, NULL},
		{"state", 0, 0, G_OPTION_ARG_FILENAME, &options->state_dir, NULL, NULL},
		{"runtime", 0, 0, G_OPTION_ARG_FILENAME, &options->runtime_dir, NULL, NULL},
		{"color", 0, 0, G_OPTION_ARG_STRING, &options->color, NULL, NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &options->is_json, NULL, NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &options->is_version, NULL, NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GOptionContext) parser = g_option_context_new(NULL);

	/* Options of the verb are not known here and stay in argv; so does --help. */
	g_option_context_set_help_enabled(parser, FALSE);
	g_option_context_set_ignore_unknown_options(parser, TRUE);
	g_option_context_add_main_entries(parser, entries, NULL);
	return g_option_context_parse(parser, argc, argv, error);
}

static guint terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = {0};
	guint64 width = 0;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		width = size.ws_col;
	} else if (columns != NULL) {
		width = g_ascii_strtoull(columns, NULL, 10);
	}
	return width == 0 ? WIDTH_DEFAULT : (guint)CLAMP(width, WIDTH_MIN, WIDTH_MAX);
}

/* https://no-color.org: any value but the empty one says no. */
static bool color_is_welcome(bool is_terminal)
{
	const char *refused = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return is_terminal && (refused == NULL || *refused == '\0') &&
	       (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

static bool read_color(Context *context, const char *word, GError **error)
{
	if (word == NULL || strcmp(word, "auto") == 0) {
		context->has_color = color_is_welcome(context->is_terminal);
	} else if (strcmp(word, "always") == 0 || strcmp(word, "never") == 0) {
		context->has_color = *word == 'a';
	} else {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "--color takes auto, always or never");
		return false;
	}
	return true;
}

/* A configuration that cannot be read leaves the defaults, and its complaint. */
static void read_config(Context *context, const char *file, const char *state, const char *runtime)
{
	g_autoptr(GError) error = NULL;

	g_clear_pointer(&context->config, config_free);
	g_clear_pointer(&context->config_problem, g_free);
	context->config = config_new();
	if (!config_read(context->config, file, &error)) {
		context->config_problem = g_strdup(error->message);
		config_free(context->config);
		context->config = config_new();
	}
	config_places(context->config, state, runtime);
}

bool context_init(Context *context, const GlobalOptions *options, GError **error)
{
	memset(context, 0, sizeof(*context));
	context->is_json = options->is_json;
	context->is_terminal = isatty(STDOUT_FILENO) == 1;
	context->width = terminal_width();
	context->state_given = options->state_dir != NULL;
	context->runtime_given = options->runtime_dir != NULL;
	context->config_file = g_strdup(options->config_file);
	read_config(context, context->config_file, options->state_dir, options->runtime_dir);
	return read_color(context, options->color, error);
}

static bool has_reeve(const char *state_dir, const char *runtime_dir)
{
	g_autofree char *journal = g_build_filename(state_dir, "journal", NULL);
	g_autofree char *health = g_build_filename(runtime_dir, "health", NULL);

	return g_file_test(journal, G_FILE_TEST_EXISTS) || g_file_test(health, G_FILE_TEST_EXISTS);
}

void context_prefer_system(Context *context)
{
	if (geteuid() == 0 || context->state_given || context->runtime_given ||
	    context->config_file != NULL ||
	    has_reeve(context->config->state_dir, context->config->runtime_dir) ||
	    !(g_file_test(SYSTEM_STATE, G_FILE_TEST_EXISTS) ||
	      has_reeve(SYSTEM_STATE, SYSTEM_RUNTIME))) {
		return;
	}
	read_config(context, access(REEVE_CONFIG_FILE, R_OK) == 0 ? REEVE_CONFIG_FILE : NULL,
		    SYSTEM_STATE, NULL);
	/* Set behind config_places: a given folder would put aside the endpoints of the file. */
	g_free(context->config->runtime_dir);
	context->config->runtime_dir = g_strdup(SYSTEM_RUNTIME);
}

void context_clear(Context *context)
{
	config_free(context->config);
	g_free(context->config_file);
	g_free(context->config_problem);
	memset(context, 0, sizeof(*context));
}

char *context_state(const Context *context, const char *name)
{
	return g_build_filename(context->config->state_dir, name, NULL);
}

char *context_runtime(const Context *context, const char *name)
{
	return g_build_filename(context->config->runtime_dir, name, NULL);
}

int verb_fail(GError *error)
{
	fflush(stdout);
	g_printerr("reeve: %s\n", error->message);
	g_error_free(error);
	return CLI_TROUBLE;
}

int verb_trouble(const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	fflush(stdout);
	g_printerr("reeve: %s\n", text);
	return CLI_TROUBLE;
}

int verb_usage(const char *verb, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	fflush(stdout);
	g_printerr("reeve %s: %s\nTry `reeve help %s`.\n", verb, text, verb);
	return CLI_USAGE;
}

int verb_usage_error(const char *verb, GError *error)
{
	int status = verb_usage(verb, "%s", error->message);

	g_error_free(error);
	return status;
}

char *verb_path(const char *typed, GError **error)
{
	g_autofree char *folder = g_get_current_dir();
	g_autofree char *absolute =
		*typed == '/' ? g_strdup(typed) : g_build_filename(folder, typed, NULL);
	char *path = path_canonicalize(absolute);

	if (path == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "`%s` is no path: it climbs above /", typed);
	}
	return path;
}
