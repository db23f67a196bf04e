/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve approve, reject and review: shows what a request would do to this machine, asks, signs a
 * statement over the very bytes that were shown, checks it as the judge will, and brings it into
 * the register.
 */
#include "cli/request-preview.h"
#include "cli/request-verbs.h"
#include "cli/signing.h"
#include "cli/submission.h"
#include "cli/verb.h"

#include "base/clock.h"
#include "register/approval.h"
#include "register/statement.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	const Context *context;
	Decision decision;
	const char *note; /* NULL: none */
	const char *role; /* in which he decides */
	bool is_asked;    /* on the terminal, before signing */
	RegisterView view;
	SigningKey key;
	const Standing *standing;
	ApprovalSubject subject;
} Deciding;

static void deciding_clear(Deciding *deciding)
{
	register_view_close(&deciding->view);
	signing_key_clear(&deciding->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Deciding, deciding_clear)

/* Before anything is shown or signed */

/* The words for each: what is asked, what was done. */
static const struct {
	const char *verb, *done, *folder;
} words[] = {
	[DECISION_APPROVE] = {"Approve", "approved", "approvals"},
	[DECISION_REJECT] = {"Reject", "rejected", "approvals"},
	[DECISION_REVIEW] = {"Review", "reviewed", "reviews"},
};

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool refuse(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*error = g_error_new_valist(REEVE_ERROR, REEVE_ERROR_DENIED, format, args);
	va_end(args);
	return false;
}

static bool has_decided(const Deciding *deciding, Decision decision)
{
	const GPtrArray *approvals = deciding->standing->approvals;
	char bytes[DIGEST_HEX + 1];

	hex_encode(deciding->subject.sha256, DIGEST_BYTES, bytes);
	for (guint i = 0; i < approvals->len; i++) {
		const Approval *approval = g_ptr_array_index(approvals, i);

		if (approval->counts && approval->decision == decision &&
		    g_str_equal(approval->approver, deciding->key.principal) &&
		    g_str_equal(approval->pinned, bytes)) {
			return true;
		}
	}
	return false;
}

static bool emergency_is_open(const Standing *standing, GError **error)
{
	if (standing->request->type != REQUEST_EMERGENCY) {
		return refuse(error, "%s is no emergency: only those are reviewed afterwards",
			      standing->id);
	}
	return standing->is_effective ||
	       refuse(error, "%s is not open, so there is nothing to review: %s", standing->id,
		      standing->not_effective);
}

static bool request_can_be_decided(const Deciding *deciding, GError **error)
{
	const Standing *standing = deciding->standing;
	const char *who = deciding->key.principal;
	Style style;

	if (has_decided(deciding, deciding->decision)) {
		return refuse(error, "%s has %s %s already", who, words[deciding->decision].done,
			      standing->id);
	}
	if (deciding->decision == DECISION_REVIEW) {
		return emergency_is_open(standing, error);
	}
	if (standing->closed != NULL) {
		return refuse(error, "%s was %s", standing->id, standing->closed);
	}
	if (deciding->decision == DECISION_REJECT) {
		return true;
	}
	if (g_str_equal(standing_word(standing, &style), "rejected")) {
		return refuse(error, "%s was %s; a veto stays: ask for the change anew",
			      standing->id, standing->not_effective);
	}
	if (g_str_equal(standing->request->requester, who) &&
	    standing->request->type != REQUEST_EMERGENCY &&
	    g_strcmp0(deciding->subject.law.one_person, who) != 0) {
		return refuse(error,
			      "%s is your own request: somebody else than %s must approve it",
			      standing->id, who);
	}
	return true;
}

static bool find_subject(Deciding *deciding, const char *word, GError **error)
{
	const Standing *standing = register_view_find(&deciding->view, word, error);
	g_autoptr(GBytes) yaml = NULL;

	if (standing == NULL) {
		return false;
	}
	if (standing->request == NULL) {
		return refuse(error, "%s cannot be read, so nobody can approve it:\n%s",
			      standing->id, standing->problem);
	}
	if (standing->request->changes->len == 0 && deciding->decision == DECISION_APPROVE) {
		return refuse(error,
			      "%s is a draft and asks for no change yet: `reeve request new "
			      "--draft %s ...` pins what shall be",
			      standing->id, standing->id);
	}
	yaml = register_view_blob(&deciding->view, standing->blob, REQUEST_MAX_BYTES, error);
	if (yaml == NULL) {
		return false;
	}
	deciding->standing = standing;
	deciding->subject.request = standing->request;
	deciding->subject.law = register_law(deciding->view.reg);
	digest_sha256(g_bytes_get_data(yaml, NULL), g_bytes_get_size(yaml),
		      deciding->subject.sha256);
	return hex_decode(standing->blob, deciding->subject.blob, BLOB_BYTES) ||
	       refuse(error, "%s has no blob id", standing->id);
}

/* Showing and asking */

static bool show(const Deciding *deciding, GError **error)
{
	Paint paint = paint_of(deciding->context);
	g_autoptr(GString) out = g_string_new(NULL);

	if (deciding->context->is_json) {
		return true;
	}
	standing_put(&paint, out, &deciding->view, deciding->standing);
	g_string_append_c(out, '\n');
	if (!request_preview(deciding->context, &paint, &deciding->view,
			     deciding->standing->request, out, error)) {
		return false;
	}
	fputs(out->str, stdout);
	fflush(stdout);
	return true;
}

static bool ask(const Deciding *deciding, GError **error)
{
	char answer[16] = "";

	if (!deciding->is_asked) {
		return true;
	}
	if (isatty(STDIN_FILENO) != 1) {
		return refuse(error, "nobody can be asked here; --yes says yes");
	}
	g_printerr("\n%s %s as %s? [y/N] ", words[deciding->decision].verb, deciding->standing->id,
		   deciding->key.principal);
	return (fgets(answer, sizeof(answer), stdin) != NULL &&
		g_ascii_strcasecmp(g_strstrip(answer), "y") == 0) ||
	       refuse(error, "nothing was signed");
}

/* Signing */

static GBytes *write_statement(const Deciding *deciding)
{
	Statement statement = {
		.request = deciding->standing->id,
		.decision = deciding->decision,
		.role = (char *)deciding->role,
		.approver = deciding->key.principal,
		.date_usec = clock_wall_usec(),
	};
	char *text;

	memcpy(statement.request_sha256, deciding->subject.sha256, DIGEST_BYTES);
	memcpy(statement.request_blob, deciding->subject.blob, BLOB_BYTES);
	text = statement_format(&statement);
	return g_bytes_new_take(text, strlen(text));
}

static bool would_count(const Deciding *deciding, GBytes *statement, GBytes *signature,
			GError **error)
{
	g_autoptr(Approval) approval =
		approval_judge(&deciding->subject, deciding->key.principal, statement, signature,
			       deciding->view.signers, clock_wall_usec());

	return approval->counts || refuse(error,
					  "signed, but it would not count: %s; nothing was "
					  "sent to the register",
					  approval->problem);
}

static bool send(const Deciding *deciding, GBytes *statement, GBytes *signature, GError **error)
{
	const char *who = deciding->key.principal;
	g_autofree char *file = g_strdup_printf("requests/%s/%s/%s", deciding->standing->id,
						words[deciding->decision].folder, who);
	g_autofree char *beside = g_strconcat(file, ".sig", NULL);
	g_autofree char *message = g_strdup_printf(
		"%s: %s by %s%s%s", deciding->standing->id, decision_word(deciding->decision), who,
		deciding->note == NULL ? "" : "\n\n", deciding->note == NULL ? "" : deciding->note);
	g_autoptr(Submission) submission = submission_new(who, message);

	submission_add(submission, file, statement);
	submission_add(submission, beside, signature);
	return submission_push(submission, deciding->context, error);
}

static bool sign_and_send(const Deciding *deciding, GError **error)
{
	g_autoptr(GBytes) statement = write_statement(deciding);
	g_autoptr(GBytes) signature = signing_key_sign(&deciding->key, statement, error);

	return signature != NULL && would_count(deciding, statement, signature, error) &&
	       send(deciding, statement, signature, error);
}

static void print_done(const Deciding *deciding)
{
	const char *id = deciding->standing->id, *who = deciding->key.principal;

	if (deciding->context->is_json) {
		g_print("{\"id\":\"%s\",\"decision\":\"%s\",\"approver\":\"%s\"}\n", id,
			decision_word(deciding->decision), who);
	} else if (deciding->decision == DECISION_APPROVE) {
		g_print("%s approved by %s. What it asks for may be done now, inside its window.\n",
			id, who);
	} else if (deciding->decision == DECISION_REVIEW) {
		g_print("%s reviewed by %s.\n", id, who);
	} else {
		g_print("%s rejected by %s. It stays so; a new request may be made.\n", id, who);
	}
}

static int decide(const Context *context, Decision decision, int argc, char **argv)
{
	g_autofree char *key = NULL, *as = NULL, *note = NULL, *role = NULL;
	gboolean is_yes = FALSE;
	const GOptionEntry entries[] = {
		{"key", 'k', 0, G_OPTION_ARG_FILENAME, &key,
		 "sign with this key (a .pub: of the agent)", "FILE"},
		{"as", 0, 0, G_OPTION_ARG_STRING, &as, "as this principal", "PRINCIPAL"},
		{"note", 0, 0, G_OPTION_ARG_STRING, &note, "why: goes into the commit", "TEXT"},
		{"role", 0, 0, G_OPTION_ARG_STRING, &role,
		 "in this role (default " APPROVERS_ROLE ")", "ROLE"},
		{"yes", 'y', 0, G_OPTION_ARG_NONE, &is_yes, "do not ask", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(Deciding) deciding = {.context = context, .decision = decision};
	GError *error = NULL;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc != 2) {
		return verb_usage(argv[0], "which request? `reeve request list` shows them");
	}
	deciding.is_asked = !is_yes;
	deciding.note = note;
	deciding.role = role != NULL ? role : APPROVERS_ROLE;
	if (!register_view_open(context, &deciding.view, &error) ||
	    !find_subject(&deciding, argv[1], &error) ||
	    !signing_key_choose(deciding.view.signers, key, as, &deciding.key, &error) ||
	    !request_can_be_decided(&deciding, &error) || !show(&deciding, &error) ||
	    !ask(&deciding, &error) || !sign_and_send(&deciding, &error)) {
		return verb_fail(error);
	}
	print_done(&deciding);
	return CLI_OK;
}

int verb_approve(const Context *context, int argc, char **argv)
{
	return decide(context, DECISION_APPROVE, argc, argv);
}

int verb_reject(const Context *context, int argc, char **argv)
{
	return decide(context, DECISION_REJECT, argc, argv);
}

int verb_review(const Context *context, int argc, char **argv)
{
	return decide(context, DECISION_REVIEW, argc, argv);
}
