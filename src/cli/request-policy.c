/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve request policy: asks for a change of the register's own policy. The files go along with the
 * request and lie on the branch from then on; they come into force when it is approved by the
 * policy before.
 */
#include "cli/request-verbs.h"
#include "cli/submission.h"
#include "cli/window.h"

#include "base/clock.h"
#include "base/io.h"
#include "register/charter.h"

#include <fcntl.h>
#include <string.h>

typedef struct {
	char *title, *requester, *risk;
	Request *request;
	Submission *submission;
	RegisterView view;
} Asking;

static void asking_clear(Asking *asking)
{
	g_free(asking->title);
	g_free(asking->requester);
	g_free(asking->risk);
	g_clear_pointer(&asking->request, request_free);
	g_clear_pointer(&asking->submission, submission_free);
	register_view_close(&asking->view);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Asking, asking_clear)

static bool which(const char *file, PolicyFile *ret, GError **error)
{
	g_autofree char *name = g_path_get_basename(file);
	g_autofree char *path = g_strconcat(POLICY_PATH, name, NULL);

	if (policy_path_parse(path, ret)) {
		return true;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
		    "%s: a policy is approvers.yaml, people.yaml or revoked_keys", name);
	return false;
}

static void pin(Pin *pin, const char *blob)
{
	pin->is_given = true;
	pin->is_absent = blob == NULL;
	pin->has_blob = blob != NULL && hex_decode(blob, pin->blob, BLOB_BYTES);
}

static bool add_file(Asking *asking, const char *file, GError **error)
{
	g_auto(Charter) checked = {NULL};
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *path = NULL;
	g_autofree char *blob = NULL;
	RequestChange *change;
	PolicyFile which_one;

	if (!which(file, &which_one, error)) {
		return false;
	}
	bytes = io_read_file(AT_FDCWD, file, CHARTER_MAX_BYTES, error);
	if (bytes == NULL || !charter_set(&checked, which_one, bytes, error)) {
		return false;
	}
	blob = stock_git_blob_id(bytes);
	path = g_strconcat(POLICY_PATH, policy_file_name(which_one), NULL);
	change = request_add_change(asking->request, path);
	pin(&change->from, register_policy_blob(asking->view.reg, which_one));
	pin(&change->to, blob);
	submission_add(asking->submission, path + strlen("register:"), bytes);
	return true;
}

static bool submit(Asking *asking, const Context *context, GError **error)
{
	Request *request = asking->request;
	g_autofree char *yaml = request_format(request);
	g_autofree char *file = g_strdup_printf("requests/%s/request.yaml", request->id);
	g_autoptr(GBytes) bytes = g_bytes_new(yaml, strlen(yaml));

	submission_add(asking->submission, file, bytes);
	return submission_push(asking->submission, context, error);
}

static bool ask(Asking *asking, const Context *context, GStrv files, GError **error)
{
	g_autofree char *message = NULL;
	Request *request = request_new();

	asking->request = request;
	request->id = request_id_make(clock_wall_usec());
	request->title =
		g_strdup(asking->title != NULL ? asking->title : "Change the register's policy");
	request->requester =
		asking->requester != NULL ? g_strdup(asking->requester) : request_usual_person();
	request->risk = g_strdup(asking->risk);
	message = g_strdup_printf("%s: request: %s", request->id, request->title);
	asking->submission = submission_new(request->requester, message);
	if (!register_view_open(context, &asking->view, error)) {
		return false;
	}
	for (; *files != NULL; files++) {
		if (!add_file(asking, *files, error)) {
			return false;
		}
	}
	return submit(asking, context, error);
}

int request_verb_policy(const Context *context, int argc, char **argv)
{
	g_auto(Asking) asking = {NULL};
	const GOptionEntry entries[] = {
		{"title", 't', 0, G_OPTION_ARG_STRING, &asking.title, "what and why, in one line",
		 "TEXT"},
		{"requester", 0, 0, G_OPTION_ARG_STRING, &asking.requester,
		 "who asks; else git's user.email", "WHO"},
		{"risk", 0, 0, G_OPTION_ARG_STRING, &asking.risk, "low, medium or high", "LEVEL"},
		G_OPTION_ENTRY_NULL,
	};
	GError *error = NULL;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc < 2) {
		return verb_usage("request", "policy: name approvers.yaml, people.yaml or "
					     "revoked_keys, as they shall be");
	}
	if (!ask(&asking, context, argv + 1, &error)) {
		return verb_fail(error);
	}
	if (context->is_json) {
		g_print("{\"id\":\"%s\"}\n", asking.request->id);
	} else {
		g_print("%s asks for it; it is in force when `reeve approve %s` has brought enough "
			"approvals\n",
			asking.request->id, asking.request->id);
	}
	return CLI_OK;
}
