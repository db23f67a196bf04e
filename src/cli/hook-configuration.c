/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hooks of a configuration repository: a push whose tip says `Change-Request: new` asks for what it
 * changes, with the exact blobs of the tip; one that names a request belongs to it. The branch that
 * counts is the repository's own (HEAD).
 */
#include "cli/hook.h"
#include "cli/proposal-commit.h"
#include "cli/proposal-draft.h"
#include "cli/proposal.h"
#include "cli/push-options.h"
#include "cli/register-view.h"
#include "cli/request-verbs.h"
#include "cli/tree-changes.h"
#include "cli/window.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool refuse(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*error = g_error_new_valist(REEVE_ERROR, REEVE_ERROR_DENIED, format, args);
	va_end(args);
	return false;
}

/* All values of a trailer, in order. */
static GStrv trailers(const Git *git, const char *commit, const char *key)
{
	g_autofree char *format =
		g_strdup_printf("--format=%%(trailers:key=%s,valueonly,unfold)", key);
	g_autofree char *text = stock_git_ask(git, "log", "-1", format, commit, NULL);
	g_auto(GStrv) lines = g_strsplit(text == NULL ? "" : text, "\n", -1);
	g_autoptr(GStrvBuilder) values = g_strv_builder_new();

	for (guint i = 0; lines[i] != NULL; i++) {
		if (*g_strstrip(lines[i]) != '\0') {
			g_strv_builder_add(values, lines[i]);
		}
	}
	return g_strv_builder_end(values);
}

static bool ref_counts(const Git *git, const char *ref, bool is_push)
{
	g_autofree char *head = stock_git_ask(git, "symbolic-ref", "-q", "HEAD", NULL);

	/* what the other side's own branch is, a pusher does not know: ours stands for it */
	return g_str_has_prefix(ref, "refs/heads/") && (is_push || g_strcmp0(head, ref) == 0);
}

static bool is_required(const Git *git)
{
	g_autofree char *value =
		stock_git_ask(git, "config", "--type=bool", "--get", "reeve.required", NULL);

	return g_strcmp0(value, "true") == 0;
}

/* What the tip says about its request. */
typedef struct {
	char *id;    /* NULL: nothing, and it need not */
	bool is_new; /* `Change-Request: new` */
	RegisterView view;
	const Standing *standing; /* of one that is there; NULL */
} Reference;

static void reference_clear(Reference *reference)
{
	g_free(reference->id);
	register_view_close(&reference->view);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reference, reference_clear)

static bool read_reference(const Git *git, const Pushed *pushed, Reference *ret, GError **error)
{
	g_auto(GStrv) values = trailers(git, pushed->new_id, "Change-Request");
	guint count = g_strv_length(values);

	if (count > 1) {
		return refuse(error, "the tip has %u Change-Request trailers; keep one", count);
	}
	if (count == 0) {
		return !is_required(git) ||
		       refuse(error,
			      "the tip has no trailer `Change-Request: new` (or the id of a "
			      "request), which this repository requires; `git commit --amend "
			      "--trailer 'Change-Request: new'` adds it");
	}
	ret->id = g_strdup(values[0]);
	ret->is_new = g_strcmp0(values[0], "new") == 0;
	return true;
}

/* A request that exists is looked at, where the register can be read. */
static bool look_up(const Context *context, Reference *reference, GError **error)
{
	if (reference->is_new) {
		return true;
	}
	if (!register_view_open(context, &reference->view, error)) {
		return false;
	}
	reference->standing = register_find(reference->view.reg, reference->id);
	return reference->standing != NULL ||
	       refuse(error, "there is no request %s in the register", reference->id);
}

static bool is_to_be_made(const Reference *reference)
{
	return reference->is_new || standing_is_draft(reference->standing);
}

/* What a trailer of the tip or a push option says; *ret NULL: neither does. */
static bool read_saying(const Git *git, const char *commit, const char *trailer, char *option,
			char **ret, GError **error)
{
	g_auto(GStrv) values = trailers(git, commit, trailer);

	if (g_strv_length(values) > 1) {
		return refuse(error, "the tip has more than one %s trailer", trailer);
	}
	if (values[0] != NULL && option != NULL && !g_str_equal(values[0], option)) {
		return refuse(error, "the tip says `%s: %s`, the push option says `%s`: keep one",
			      trailer, values[0], option);
	}
	*ret = g_strdup(option != NULL ? option : values[0]);
	return true;
}

static bool take_type(const char *word, Request *request, GError **error)
{
	for (RequestType type = REQUEST_STANDARD; word != NULL; type++) {
		if (type > REQUEST_EMERGENCY) {
			return refuse(error,
				      "`%s` is no type of a request: standard, normal or "
				      "emergency",
				      word);
		}
		if (g_str_equal(word, request_type_word(type))) {
			request->type = type;
			return true;
		}
	}
	return true;
}

static bool take_risk(char *word, Request *request, GError **error)
{
	if (word != NULL && !g_strv_contains(request_risks, word)) {
		return refuse(error, "`%s` is no risk: low, medium or high", word);
	}
	if (word != NULL) {
		g_free(request->risk);
		request->risk = g_strdup(word);
	}
	return true;
}

/* Type, window and risk, by trailers of the tip or options of the push. */
static bool read_terms(const Git *git, const char *tip, Request *request, GError **error)
{
	g_auto(GStrv) environment = g_get_environ();
	g_auto(PushOptions) options = {NULL};
	g_autofree char *type = NULL, *window = NULL, *risk = NULL;

	return push_options_read(environment, &options, error) &&
	       read_saying(git, tip, "Change-Type", options.type, &type, error) &&
	       read_saying(git, tip, "Change-Window", options.window, &window, error) &&
	       read_saying(git, tip, "Change-Risk", options.risk, &risk, error) &&
	       take_type(type, request, error) && take_risk(risk, request, error) &&
	       (window == NULL || window_parse(window, clock_wall_usec(), &request->start_usec,
					       &request->end_usec, error));
}

/* Who, why, and who may do it; what a draft says already stays. */
static void read_names(const Git *git, const char *tip, Request *request)
{
	g_auto(GStrv) implementers = trailers(git, tip, "Implementer");

	if (request->title == NULL) {
		request->title = stock_git_ask(git, "log", "-1", "--format=%s", tip, NULL);
	}
	if (request->requester == NULL) {
		request->requester = stock_git_ask(git, "log", "-1", "--format=%ce", tip, NULL);
	}
	g_free(request->author);
	request->author = stock_git_ask(git, "log", "-1", "--format=%ae", tip, NULL);
	if (implementers[0] != NULL) {
		g_strfreev(request->implementers);
		request->implementers = g_steal_pointer(&implementers);
	}
}

/* The request that a push would make, or the draft that it would fill. */
static bool propose(const Context *context, const Git *git, const Pushed *pushed,
		    const Reference *reference, Proposal *ret, GBytes **ret_yaml, GError **error)
{
	const char *tip = pushed->new_id;
	Request *request;

	if (!proposal_open(context, ret, error) ||
	    (!reference->is_new &&
	     !proposal_take_draft(ret, &reference->view, reference->id, error))) {
		return false;
	}
	request = ret->request;
	read_names(git, tip, request);
	if (request->requester == NULL || request->title == NULL) {
		return refuse(error, "the tip has no subject, or no committer's e-mail");
	}
	if (!read_terms(git, tip, request, error) ||
	    !proposal_add_commits(ret, git, pushed->old_id, tip, error)) {
		return false;
	}
	if (request->changes->len == 0) {
		return refuse(error, "the push changes no file, so there is nothing to ask for");
	}
	*ret_yaml = proposal_write(ret, error);
	return *ret_yaml != NULL;
}

static void print_paths(const Proposal *proposal)
{
	for (guint i = 0; i < proposal->request->changes->len; i++) {
		const RequestChange *change = g_ptr_array_index(proposal->request->changes, i);

		g_print("reeve:   %s%s\n", change->path, change->to.is_absent ? " (deleted)" : "");
	}
	for (guint i = 0; i < proposal->remarks->len; i++) {
		g_print("reeve:   (%s)\n", (char *)g_ptr_array_index(proposal->remarks, i));
	}
}

/* Without making anything: refuses what could not be made. */
static bool rehearse(const Context *context, const Git *git, const Pushed *pushed,
		     Reference *reference, GError **error)
{
	g_auto(Proposal) proposal = {NULL};
	g_autoptr(GBytes) yaml = NULL;
	Style style;

	if (!look_up(context, reference, error)) {
		return false;
	}
	if (!is_to_be_made(reference)) {
		g_print("reeve: belongs to %s: %s\n", reference->id,
			standing_word(reference->standing, &style));
		return true;
	}
	if (!propose(context, git, pushed, reference, &proposal, &yaml, error)) {
		return false;
	}
	g_print("reeve: asks for %u %s, as %s%s%s:\n", proposal.request->changes->len,
		proposal.request->changes->len == 1 ? "path" : "paths", proposal.request->requester,
		reference->is_new ? "" : ", under ", reference->is_new ? "" : proposal.request->id);
	print_paths(&proposal);
	return true;
}

bool hook_configuration_pre_receive(const Context *context, const Git *git, const Pushed *pushed,
				    GError **error)
{
	g_auto(Reference) reference = {NULL};

	if (!ref_counts(git, pushed->ref, false)) {
		return true;
	}
	return read_reference(git, pushed, &reference, error) &&
	       (reference.id == NULL || rehearse(context, git, pushed, &reference, error));
}

bool hook_configuration_pre_push(const Context *context, const Git *git, const Pushed *pushed,
				 GError **error)
{
	g_auto(Reference) reference = {NULL};
	g_autoptr(GError) problem = NULL;

	if (!ref_counts(git, pushed->ref, true) ||
	    !read_reference(git, pushed, &reference, error) || reference.id == NULL) {
		return *error == NULL;
	}
	if (!rehearse(context, git, pushed, &reference, &problem)) {
		/* who pushes may not have the register here: the other side decides */
		g_printerr("reeve: the push would be refused here: %s\n", problem->message);
		return g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_NOT_FOUND) ||
		       refuse(error, "not pushed; `git push --no-verify` asks the other side");
	}
	return true;
}

bool hook_configuration_post_receive(const Context *context, const Git *git, const Pushed *pushed,
				     GError **error)
{
	g_auto(Reference) reference = {NULL};
	g_auto(Proposal) proposal = {NULL};
	g_autoptr(GBytes) yaml = NULL;

	if (!ref_counts(git, pushed->ref, false) ||
	    !read_reference(git, pushed, &reference, error) || reference.id == NULL ||
	    !look_up(context, &reference, error) || !is_to_be_made(&reference)) {
		return *error == NULL;
	}
	if (!propose(context, git, pushed, &reference, &proposal, &yaml, error) ||
	    !proposal_submit(&proposal, context, yaml, error)) {
		g_prefix_error(error, "pushed, but no request was made: ");
		return false;
	}
	g_print("reeve: %s asks for this; next, somebody other than %s runs\n"
		"reeve:   reeve approve %s\n",
		proposal.request->id, proposal.request->requester, proposal.request->id);
	return true;
}
