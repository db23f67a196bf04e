/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push options: see push-options.h. */
#include "cli/push-options.h"

#include "base/escape.h"
#include "base/nearest.h"

#include <string.h>

#define OPTIONS_MAX 1000
#define OURS "change."

static const char *const known[] = {"change.type", "change.window", "change.risk", NULL};

void push_options_clear(PushOptions *options)
{
	g_free(options->type);
	g_free(options->window);
	g_free(options->risk);
}

static bool refuse_unknown(const char *name, GError **error)
{
	const char *nearest = nearest_word(name, known);
	g_autofree char *shown = escape_path(name);

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
		    "unknown push option `%s`: %s%s; known are change.type, change.window and "
		    "change.risk",
		    shown, nearest == NULL ? "no such thing" : "did you mean ",
		    nearest == NULL ? "" : nearest);
	return false;
}

static bool take(PushOptions *options, const char *text, GError **error)
{
	char **const places[] = {&options->type, &options->window, &options->risk};
	const char *equals = strchr(text, '=');
	g_autofree char *name =
		g_strndup(text, equals == NULL ? strlen(text) : (gsize)(equals - text));

	for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
		if (!g_str_equal(name, known[i])) {
			continue;
		}
		if (equals == NULL || equals[1] == '\0') {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "push option `%s` says nothing: write %s=...", name, name);
			return false;
		}
		if (*places[i] != NULL) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "push option `%s` is given twice", name);
			return false;
		}
		*places[i] = g_strdup(equals + 1);
		return true;
	}
	return refuse_unknown(name, error);
}

bool push_options_read(GStrv environment, PushOptions *ret, GError **error)
{
	const char *count = g_environ_getenv(environment, "GIT_PUSH_OPTION_COUNT");
	guint64 number = 0;

	if (count != NULL &&
	    !g_ascii_string_to_unsigned(count, 10, 0, OPTIONS_MAX, &number, error)) {
		return false;
	}
	for (guint i = 0; i < number; i++) {
		g_autofree char *name = g_strdup_printf("GIT_PUSH_OPTION_%u", i);
		const char *text = g_environ_getenv(environment, name);

		if (text != NULL && g_str_has_prefix(text, OURS) && !take(ret, text, error)) {
			return false;
		}
	}
	return true;
}
