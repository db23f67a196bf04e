/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every verb is given: see context.h. */
#include "cli/context.h"

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

/* Verbs change no folder, but what they start (reeved) and print should not depend on ours. */
static char *absolute(const char *path)
{
	return path == NULL ? NULL : g_canonicalize_filename(path, NULL);
}

static void read_places(Context *context, const GlobalOptions *options)
{
	context->config = g_new0(Config, 1);
	context->config->state_dir = absolute(options->state_dir);
	context->config->runtime_dir = absolute(options->runtime_dir);
	if (context->config->state_dir == NULL) {
		context->config->state_dir = g_strdup("/var/lib/reeve");
	}
	if (context->config->runtime_dir == NULL) {
		context->config->runtime_dir = g_strdup("/run/reeve");
	}
}

bool context_init(Context *context, const GlobalOptions *options, GError **error)
{
	memset(context, 0, sizeof(*context));
	context->is_json = options->is_json;
	context->is_terminal = isatty(STDOUT_FILENO) == 1;
	context->width = terminal_width();
	context->config_given = options->config_file != NULL;
	context->state_given = options->state_dir != NULL;
	context->runtime_given = options->runtime_dir != NULL;
	context->config_file = context->config_given ? absolute(options->config_file)
						     : g_strdup(REEVE_CONFIG_FILE);
	read_places(context, options);
	return read_color(context, options->color, error);
}

void context_clear(Context *context)
{
	g_free(context->config->state_dir);
	g_free(context->config->runtime_dir);
	g_free(context->config);
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
