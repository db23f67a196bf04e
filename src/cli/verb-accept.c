/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve accept: puts the present state of drifting paths under a request, as if the caller had made
 * the change now. The judge decides; every test of the request must pass.
 */
#include "cli/ctl.h"
#include "cli/drift-list.h"
#include "cli/pick.h"
#include "cli/register-view.h"
#include "cli/verb.h"

#include "base/io.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 30000
#define BARRIER_MS 120000
#define NO_LOGIN G_MAXUINT32

/* Who we are behind sudo; NULL: the kernel does not know. Caller frees. */
static char *login_name(void)
{
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, "/proc/self/loginuid", 32, NULL);
	g_autofree char *text =
		bytes == NULL ? NULL
			      : g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	guint64 number;
	const struct passwd *user;

	if (text == NULL ||
	    !g_ascii_string_to_unsigned(g_strchomp(text), 10, 0, NO_LOGIN - 1, &number, NULL)) {
		return NULL;
	}
	user = getpwuid((uid_t)number);
	return user == NULL ? NULL : g_strdup(user->pw_name);
}

static json_t *question(const char *path, const char *request, const char *login, const char *note)
{
	json_t *made =
		json_pack("{s:s, s:s, s:s}", "op", "accept", "path", path, "request", request);

	if (login != NULL) {
		json_object_set_new(made, "login", json_string(login));
	}
	if (note != NULL) {
		json_object_set_new(made, "note", json_string(note));
	}
	return made;
}

/* What is there at this moment is what is accepted. */
static bool settle(const Context *context, GError **error)
{
	json_t *answer = ctl_call(context, json_pack("{s:s}", "op", "barrier"), BARRIER_MS, error);

	json_decref(answer);
	return answer != NULL;
}

static void print_accepted(const Context *context, const char *path, const char *request,
			   const char *event)
{
	if (context->is_json) {
		json_t *object =
			json_pack("{s:s, s:s, s:s}", "path", path, "request", request, "id", event);
		char *text = json_dumps(object, JSON_COMPACT);

		g_print("%s\n", text);
		free(text);
		json_decref(object);
	} else {
		g_print("%s: accepted under %s (event %.12s)\n", path, request, event);
	}
}

static int accept_one(const Context *context, const char *path, const char *request,
		      const char *note)
{
	g_autofree char *login = login_name();
	GError *error = NULL;
	json_t *answer = ctl_call(context, question(path, request, login, note), ANSWER_MS, &error);
	const char *event = answer == NULL ? NULL : pick_text(answer, "id");

	if (answer == NULL) {
		return verb_fail(error);
	}
	print_accepted(context, path, request, event == NULL ? "?" : event);
	json_decref(answer);
	return CLI_OK;
}

static char *whole_id(const Context *context, const char *word, GError **error)
{
	g_auto(RegisterView) view = {NULL};
	const Standing *standing;

	if (!register_view_open(context, &view, error)) {
		return NULL;
	}
	standing = register_view_find(&view, word, error);
	return standing == NULL ? NULL : g_strdup(standing->id);
}

/* The drifting paths that are named; the index is read anew, behind the barrier. */
static GPtrArray *named_drift(const Context *context, char *const *paths, GError **error)
{
	g_autoptr(History) history = history_open(context, error);
	g_autoptr(GPtrArray) found = history == NULL ? NULL : drift_list(history, paths, error);

	if (found != NULL && found->len == 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "nothing drifts there: there is nothing to accept");
		return NULL;
	}
	return g_steal_pointer(&found);
}

static int accept_paths(const Context *context, char *const *paths, const char *word,
			const char *note)
{
	GError *error = NULL;
	g_autofree char *request = whole_id(context, word, &error);
	g_autoptr(GPtrArray) drifting = NULL;
	int worst = CLI_OK;

	if (request == NULL || !settle(context, &error)) {
		return verb_fail(error);
	}
	drifting = named_drift(context, paths, &error);
	if (drifting == NULL) {
		return verb_fail(error);
	}
	for (guint i = 0; i < drifting->len; i++) {
		const Drift *drift = g_ptr_array_index(drifting, i);
		int status = accept_one(context, drift->path, request, note);

		worst = MAX(worst, status);
	}
	return worst;
}

int verb_accept(const Context *context, int argc, char **argv)
{
	g_autofree char *request = NULL, *note = NULL;
	const GOptionEntry entries[] = {
		{"request", 'r', 0, G_OPTION_ARG_STRING, &request, "the request that covers it",
		 "ID"},
		{"note", 'm', 0, G_OPTION_ARG_STRING, &note, "why", "TEXT"},
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc < 2 || request == NULL) {
		return verb_usage("accept", "say `accept PATH... --request ID`; `reeve diff` shows "
					    "what drifts");
	}
	if (note != NULL && !g_utf8_validate(note, -1, NULL)) {
		return verb_usage("accept", "the note is not UTF-8");
	}
	return accept_paths(context, argv + 1, request, note);
}
