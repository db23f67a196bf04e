/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve request submit: brings a request.yaml into the register as it stands in a file: one written
 * by hand, or by `request new --dry-run` and edited since.
 */
#include "cli/proposal.h"
#include "cli/request-verbs.h"
#include "cli/submission.h"

#include "base/escape.h"
#include "base/io.h"
#include "snapshot/secret.h"

#include <string.h>

typedef struct {
	const Context *context;
	const char *file;
	GBytes *yaml;
	Request *request;
	Submission *submission;
} Submitting;

static void submitting_clear(Submitting *submitting)
{
	g_clear_pointer(&submitting->yaml, g_bytes_unref);
	g_clear_pointer(&submitting->request, request_free);
	g_clear_pointer(&submitting->submission, submission_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Submitting, submitting_clear)

static bool read_request(Submitting *s, GError **error)
{
	g_autofree char *name = escape_path(s->file);

	s->yaml = io_read_argument(s->file, REQUEST_MAX_BYTES, error);
	s->request = s->yaml == NULL ? NULL
				     : request_parse(name, NULL, g_bytes_get_data(s->yaml, NULL),
						     g_bytes_get_size(s->yaml), error);
	return s->request != NULL;
}

/* What is there already under this id. */
static bool may_replace(const Submitting *s, const RegisterView *view, GError **error)
{
	const Standing *standing = register_find(view->reg, s->request->id);
	g_autofree char *blob = stock_git_blob_id(s->yaml);
	const char *why_not = NULL;
	Style style;

	if (standing == NULL) {
		return true;
	}
	if (g_strcmp0(standing->blob, blob) == 0) {
		why_not = "is in the register already, as it is";
	} else if (standing->closed != NULL ||
		   g_str_equal(standing_word(standing, &style), "rejected")) {
		why_not = "is over; ask anew, under another id";
	}
	if (why_not != NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED, "%s %s", s->request->id,
			    why_not);
		return false;
	}
	g_printerr("reeve: %s was in the register; approvals of what it said before do not count "
		   "any more\n",
		   s->request->id);
	return true;
}

/* The path that this very content is asked for; NULL: none. */
static const RequestChange *pinned_at(const Request *request, const char *blob)
{
	guint8 id[BLOB_BYTES];

	g_assert(hex_decode(blob, id, BLOB_BYTES));
	for (guint i = 0; i < request->changes->len; i++) {
		const RequestChange *change = g_ptr_array_index(request->changes, i);

		if (change->to.has_blob && memcmp(change->to.blob, id, BLOB_BYTES) == 0) {
			return change;
		}
	}
	return NULL;
}

/* So that an approver sees what is asked for. */
static bool add_content(const Submitting *s, const char *file, GError **error)
{
	g_autoptr(GBytes) content = io_read_argument(file, PROPOSAL_CONTENT_MAX_BYTES, error);
	g_autofree char *blob = content == NULL ? NULL : stock_git_blob_id(content);
	g_autofree char *beside = g_strdup_printf("requests/%s/content/%s", s->request->id, blob);
	const char *const *secrets = (const char *const *)s->context->config->secrets;
	const RequestChange *change;

	if (content == NULL) {
		return false;
	}
	change = pinned_at(s->request, blob);
	if (change == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s is not what the request pins anywhere", file);
		return false;
	}
	if (secret_kind_of_path(secrets, change->path) != SECRET_NO ||
	    secrets_content_is_secret(g_bytes_get_data(content, NULL), g_bytes_get_size(content))) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "%s: this is a secret, and its content has no place in a register",
			    file);
		return false;
	}
	submission_add(s->submission, beside, content);
	return true;
}

static bool submit(Submitting *s, GStrv contents, GError **error)
{
	g_auto(RegisterView) view = {NULL};
	g_autofree char *file = NULL;
	g_autofree char *message = NULL;

	if (!read_request(s, error) || !register_view_open(s->context, &view, error) ||
	    !may_replace(s, &view, error)) {
		return false;
	}
	file = g_strdup_printf("requests/%s/request.yaml", s->request->id);
	message = g_strdup_printf("%s: request: %s", s->request->id, s->request->title);
	s->submission = submission_new(s->request->requester, message);
	submission_add(s->submission, file, s->yaml);
	for (guint i = 0; contents != NULL && contents[i] != NULL; i++) {
		if (!add_content(s, contents[i], error)) {
			return false;
		}
	}
	return submission_push(s->submission, s->context, error);
}

int request_verb_submit(const Context *context, int argc, char **argv)
{
	g_auto(GStrv) contents = NULL;
	const GOptionEntry entries[] = {
		{"content", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &contents,
		 "what a path is pinned to, for the approver to see", "FILE"},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(Submitting) submitting = {.context = context};
	GError *error = NULL;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc != 2) {
		return verb_usage("request",
				  "submit what? Give one request.yaml (-: standard input)");
	}
	submitting.file = argv[1];
	if (!submit(&submitting, contents, &error)) {
		return verb_fail(error);
	}
	if (context->is_json) {
		g_print("{\"id\":\"%s\"}\n", submitting.request->id);
	} else {
		g_print("%s is in the register; somebody other than %s runs `reeve approve %s`\n",
			submitting.request->id, submitting.request->requester,
			submitting.request->id);
	}
	return CLI_OK;
}
