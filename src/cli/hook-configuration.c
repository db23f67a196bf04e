/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hooks of a configuration repository: a push whose tip says `Change-Request: new` asks for what it
 * changes, with the exact blobs of the tip; one that names a request belongs to it. The branch that
 * counts is the repository's own (HEAD).
 */
#include "cli/hook.h"
#include "cli/proposal-commit.h"
#include "cli/proposal.h"
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

/* What the tip says about its request: *ret NULL when it says nothing and need not. */
static bool read_reference(const Git *git, const Pushed *pushed, char **ret, GError **error)
{
	g_auto(GStrv) values = trailers(git, pushed->new_id, "Change-Request");
	guint count = g_strv_length(values);

	*ret = NULL;
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
	*ret = g_strdup(values[0]);
	return true;
}

static bool read_window(const Git *git, const char *commit, Request *request, GError **error)
{
	g_auto(GStrv) values = trailers(git, commit, "Change-Window");

	if (g_strv_length(values) > 1) {
		return refuse(error, "the tip has more than one Change-Window trailer");
	}
	return values[0] == NULL || window_parse(values[0], clock_wall_usec(), &request->start_usec,
						 &request->end_usec, error);
}

/* The request that a push would make. */
static bool propose(const Context *context, const Git *git, const Pushed *pushed, Proposal *ret,
		    GBytes **ret_yaml, GError **error)
{
	const char *tip = pushed->new_id;
	Request *request;

	if (!proposal_open(context, ret, error)) {
		return false;
	}
	request = ret->request;
	request->title = stock_git_ask(git, "log", "-1", "--format=%s", tip, NULL);
	request->requester = stock_git_ask(git, "log", "-1", "--format=%ce", tip, NULL);
	request->author = stock_git_ask(git, "log", "-1", "--format=%ae", tip, NULL);
	request->implementers = trailers(git, tip, "Implementer");
	if (request->requester == NULL || request->title == NULL) {
		return refuse(error, "the tip has no subject, or no committer's e-mail");
	}
	if (!read_window(git, tip, request, error) ||
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

/* A request that exists is looked at, where the register can be read. */
static bool check_existing(const Context *context, const char *id, GError **error)
{
	g_auto(RegisterView) view = {NULL};
	const Standing *standing;
	Style style;

	if (!register_view_open(context, &view, error)) {
		return false;
	}
	standing = register_find(view.reg, id);
	if (standing == NULL) {
		return refuse(error, "there is no request %s in the register", id);
	}
	g_print("reeve: belongs to %s: %s\n", id, standing_word(standing, &style));
	return true;
}

/* Without making anything: refuses what could not be made. */
static bool rehearse(const Context *context, const Git *git, const Pushed *pushed,
		     const char *reference, GError **error)
{
	g_auto(Proposal) proposal = {NULL};
	g_autoptr(GBytes) yaml = NULL;

	if (!g_str_equal(reference, "new")) {
		return check_existing(context, reference, error);
	}
	if (!propose(context, git, pushed, &proposal, &yaml, error)) {
		return false;
	}
	g_print("reeve: asks for %u %s, as %s:\n", proposal.request->changes->len,
		proposal.request->changes->len == 1 ? "path" : "paths",
		proposal.request->requester);
	print_paths(&proposal);
	return true;
}

bool hook_configuration_pre_receive(const Context *context, const Git *git, const Pushed *pushed,
				    GError **error)
{
	g_autofree char *reference = NULL;

	if (!ref_counts(git, pushed->ref, false)) {
		return true;
	}
	return read_reference(git, pushed, &reference, error) &&
	       (reference == NULL || rehearse(context, git, pushed, reference, error));
}

bool hook_configuration_pre_push(const Context *context, const Git *git, const Pushed *pushed,
				 GError **error)
{
	g_autofree char *reference = NULL;
	g_autoptr(GError) problem = NULL;

	if (!ref_counts(git, pushed->ref, true) ||
	    !read_reference(git, pushed, &reference, error) || reference == NULL) {
		return *error == NULL;
	}
	if (!rehearse(context, git, pushed, reference, &problem)) {
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
	g_autofree char *reference = NULL;
	g_auto(Proposal) proposal = {NULL};
	g_autoptr(GBytes) yaml = NULL;

	if (!ref_counts(git, pushed->ref, false) ||
	    !read_reference(git, pushed, &reference, error) || g_strcmp0(reference, "new") != 0) {
		return *error == NULL;
	}
	if (!propose(context, git, pushed, &proposal, &yaml, error) ||
	    !proposal_submit(&proposal, context, yaml, error)) {
		g_prefix_error(error, "pushed, but no request was made: ");
		return false;
	}
	g_print("reeve: %s asks for this; next, somebody other than %s runs\n"
		"reeve:   reeve approve %s\n",
		proposal.request->id, proposal.request->requester, proposal.request->id);
	return true;
}
