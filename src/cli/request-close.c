/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve request close: says that a request is over: done, or not wanted any more. From the moment a
 * host sees that, the request covers nothing there.
 */
#include "cli/request-verbs.h"
#include "cli/submission.h"

#include "base/clock.h"
#include "base/escape.h"
#include "register/closing.h"

#include <string.h>

static bool may_close(const Standing *standing, GError **error)
{
	if (standing->request == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s cannot be read, so it covers nothing as it is", standing->id);
		return false;
	}
	if (standing->closed != NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED, "%s is over: %s", standing->id,
			    standing->closed);
		return false;
	}
	return true;
}

static bool send(const Context *context, const RegisterView *view, const Closing *closing,
		 GError **error)
{
	char *text = closing_format(closing);
	g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
	g_autofree char *file = g_strdup_printf("requests/%s/" CLOSING_FILE, closing->request);
	g_autofree char *message =
		g_strdup_printf("%s: closed: %s", closing->request, closing->note);
	g_autoptr(Submission) submission = submission_new(closing->by, message);
	g_auto(Closing) checked = {NULL};

	if (!closing_parse("closing", text, strlen(text), &checked, error)) {
		return false;
	}
	submission_add(submission, file, bytes);
	return submission_push(submission, context, error);
}

static bool close_request(const Context *context, const char *word, const char *who,
			  const char *note, char **ret_id, GError **error)
{
	g_auto(RegisterView) view = {NULL};
	g_autofree char *usual = who == NULL ? request_usual_person() : g_strdup(who);
	const Standing *standing;
	Closing closing = {.by = usual, .date_usec = clock_wall_usec()};

	if (!register_view_open(context, &view, error)) {
		return false;
	}
	standing = register_view_find(&view, word, error);
	if (standing == NULL || !may_close(standing, error)) {
		return false;
	}
	closing.request = standing->id;
	closing.note = (char *)(note != NULL             ? note
				: standing->is_effective ? "done"
							 : "not wanted any more");
	*ret_id = g_strdup(standing->id);
	return send(context, &view, &closing, error);
}

int request_verb_close(const Context *context, int argc, char **argv)
{
	g_autofree char *note = NULL, *who = NULL, *id = NULL;
	const GOptionEntry entries[] = {
		{"note", 'm', 0, G_OPTION_ARG_STRING, &note, "why, in one line", "TEXT"},
		{"as", 0, 0, G_OPTION_ARG_STRING, &who, "who closes; else git's user.email", "WHO"},
		G_OPTION_ENTRY_NULL,
	};
	GError *error = NULL;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc != 2) {
		return verb_usage("request", "close which? `reeve request list` shows them");
	}
	if (!close_request(context, argv[1], who, note, &id, &error)) {
		return verb_fail(error);
	}
	if (context->is_json) {
		g_print("{\"id\":\"%s\"}\n", id);
	} else {
		g_print("%s is closed; it covers nothing that is done from now on\n", id);
	}
	return CLI_OK;
}
