/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holding one change against one request: see match.h. Every test that fails leaves one sentence
 * with both values, and all tests are made, so that a person sees everything that is wrong at once.
 */
#include "register/approval.h"
#include "register/match-pin.h"
#include "register/person.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/glob.h"

#include <string.h>

void match_clear(Match *match)
{
	g_clear_pointer(&match->reasons, g_ptr_array_unref);
}

static bool item_names(const RequestChange *item, const char *path)
{
	return item->is_glob ? glob_match(item->path, path) : g_str_equal(item->path, path);
}

static void test_op(const RequestChange *item, const Change *change, Match *match)
{
	bool is_there = item->op == OP_CREATED && change->op == OP_MOVED; /* by another way */

	if (item->has_op && item->op != change->op && !is_there) {
		match_fail(match, "operation: requested %s, found %s", change_op_word(item->op),
			   change_op_word(change->op));
	}
}

/* A host pattern has no '/', so the path dialect serves with one put before both. */
static bool host_matches(const char *pattern, const char *host)
{
	g_autofree char *as_path = g_strconcat("/", host, NULL);
	g_autofree char *as_pattern = g_strconcat("/", pattern, NULL);

	return glob_match(as_pattern, as_path);
}

bool request_is_for_host(const Request *request, const char *host)
{
	if (request->hosts == NULL || request->hosts[0] == NULL) {
		return true;
	}
	for (char **pattern = request->hosts; *pattern != NULL; pattern++) {
		if (host_matches(*pattern, host == NULL ? "" : host)) {
			return true;
		}
	}
	return false;
}

static void test_host(const Request *request, const MatchContext *context, Match *match)
{
	g_autofree char *wanted = NULL;

	if (request_is_for_host(request, context->host)) {
		return;
	}
	wanted = g_strjoinv(", ", request->hosts);
	match_fail(match, "host: requested for %s, this is %s", wanted, context->host);
}

static void fail_window(const Request *request, const MatchContext *context, bool early,
			Match *match)
{
	g_autofree char *start = clock_format(request->start_usec);
	g_autofree char *end = clock_format(request->end_usec);
	g_autofree char *earliest = clock_format(context->earliest_usec);
	g_autofree char *latest = clock_format(context->latest_usec);

	if (context->earliest_usec != context->latest_usec) {
		match_fail(match,
			   "window: the time is unknown, somewhere from %s to %s, and that is not "
			   "wholly "
			   "inside %s to %s",
			   earliest, latest, request->start_usec != 0 ? start : "any time",
			   request->end_usec != 0 ? end : "any time");
	} else if (early) {
		match_fail(match, "window: opens at %s, the change was at %s", start, earliest);
	} else {
		match_fail(match, "window: closed at %s, the change was at %s", end, latest);
	}
}

static void test_window(const Request *request, const MatchContext *context, Match *match)
{
	bool early = request->start_usec != 0 && context->earliest_usec < request->start_usec;
	bool late = request->end_usec != 0 && context->latest_usec > request->end_usec;

	if (early || late) {
		fail_window(request, context, early, match);
	}
}

/* Break-glass is one person's work, and one who is alone does all of it. */
static bool may_do_all(const Request *request, const MatchContext *context, const char *login)
{
	return request->type == REQUEST_EMERGENCY ||
	       (context->one_person != NULL &&
		(person_may_be(context->one_person, login) ||
		 people_are_one(context->people, context->one_person, login)));
}

/* Nobody carries out what he approved himself, whoever else may. */
static void test_not_approver(const MatchContext *context, const char *login, Match *match)
{
	for (guint i = 0; context->approvals != NULL && i < context->approvals->len; i++) {
		const Approval *approval = g_ptr_array_index(context->approvals, i);

		if (approval->counts && approval->decision == DECISION_APPROVE &&
		    approval_is_by(approval, login)) {
			match_fail(match,
				   "implementer: %s approved it, so somebody else has to do it",
				   approval->approver);
			return;
		}
	}
}

static bool is_named(const Request *request, const MatchContext *context, const char *login)
{
	for (char **name = request->implementers; name != NULL && *name != NULL && login != NULL;
	     name++) {
		if (g_str_equal(*name, login) || people_are_one(context->people, *name, login)) {
			return true;
		}
	}
	return false;
}

/* Nor what he requested himself, unless those who approved it have read his name. */
static void test_not_requester(const Request *request, const MatchContext *context,
			       const char *login, Match *match)
{
	if (context->requester == REQUESTER_ALWAYS || request->requester == NULL ||
	    (!person_may_be(request->requester, login) &&
	     !people_are_one(context->people, request->requester, login))) {
		return;
	}
	if (context->requester == REQUESTER_NEVER) {
		match_fail(match,
			   "implementer: %s requested it, and policy/approvers.yaml lets no "
			   "requester do it",
			   request->requester);
	} else if (!is_named(request, context, login)) {
		match_fail(match,
			   "implementer: %s requested it and is not named among its implementers",
			   request->requester);
	}
}

static void test_login(const Request *request, const MatchContext *context, const char *login,
		       Match *match)
{
	g_autofree char *wanted = NULL;

	if (login != NULL && !may_do_all(request, context, login)) {
		test_not_approver(context, login, match);
		test_not_requester(request, context, login, match);
	}
	if (request->implementers == NULL || request->implementers[0] == NULL ||
	    is_named(request, context, login)) {
		return;
	}
	wanted = g_strjoinv(", ", request->implementers);
	match_fail(match, "implementer: requested %s, found %s", wanted,
		   login != NULL ? login : "somebody unknown");
}

/* Whether one of those before did it under the same login: he need not be told of again. */
static bool is_told(const GPtrArray *actors, guint i)
{
	for (guint k = 0; k < i; k++) {
		if (g_strcmp0(actor_login(actors->pdata[k]), actor_login(actors->pdata[i])) == 0) {
			return true;
		}
	}
	return false;
}

static void test_implementer(const Request *request, const MatchContext *context, Match *match)
{
	if (context->actors == NULL || context->actors->len == 0) {
		test_login(request, context, context->login, match);
		return;
	}
	for (guint i = 0; i < context->actors->len; i++) {
		if (!is_told(context->actors, i)) {
			test_login(request, context, actor_login(context->actors->pdata[i]), match);
		}
	}
}

static bool source_may_go(const Request *request, const char *source)
{
	for (guint i = 0; i < request->changes->len; i++) {
		const RequestChange *item = g_ptr_array_index(request->changes, i);
		bool may_go = item->to.is_absent || item->content_any ||
			      (item->has_op && (item->op == OP_DELETED || item->op == OP_MOVED));

		if (may_go && item_names(item, source)) {
			return true;
		}
	}
	return false;
}

/* Who asked for a file in one place has not asked that it vanish from another. */
static void test_source(const Request *request, const Change *change, Match *match)
{
	g_autofree char *source = NULL;

	if (change->op != OP_MOVED || change->moved_from == NULL ||
	    source_may_go(request, change->moved_from)) {
		return;
	}
	source = escape_path(change->moved_from);
	match_fail(match, "source: it was moved away from %s, which was not requested to go",
		   source);
}

static MatchKind item_strength(const RequestChange *item)
{
	const Pin *to = &item->to;

	if (item->content_any) {
		return MATCH_ANY;
	}
	return pin_has_content(to) ? MATCH_EXACT : MATCH_PARTIAL;
}

/* A transition happens once; who wants it again asks again. */
static void test_unused(const Request *request, const RequestChange *item, const Change *change,
			const MatchContext *context, Match *match)
{
	bool is_made = item->has_op && item->op == OP_CREATED && !item->is_glob;
	bool is_transition = request->type == REQUEST_NORMAL && (item->from.is_given || is_made);
	gint64 usec = is_transition && context->used != NULL && match->reasons->len == 0
			      ? context->used(context->used_with, request->id, change->path)
			      : 0;
	g_autofree char *when = clock_format(usec);

	if (usec != 0) {
		match_fail(match, "used up: it was done at %s, and happens once", when);
	}
}

static void match_item(const Request *request, const RequestChange *item, const Change *change,
		       const MatchContext *context, Match *match)
{
	static const FileState nothing = {.type = FILE_ABSENT};

	match->change = item;
	match->reasons = g_ptr_array_new_with_free_func(g_free);
	test_op(item, change, match);
	test_host(request, context, match);
	test_window(request, context, match);
	test_implementer(request, context, match);
	if (context->not_effective != NULL) {
		match_fail(match, "approvals: %s", context->not_effective);
	}
	/* `before` of a move is of the old place; nothing was at this one */
	match_pin("before: ", &item->from, change->op == OP_MOVED ? &nothing : &change->before,
		  match);
	match_pin("", &item->to, &change->after, match);
	match_untouched(item, &item->to, change, context->agreed, match);
	if (context->agreed_is_unknown) {
		match_fail(match, "approved state: the path was not in it before, and it cannot be "
				  "read what it was");
	}
	test_source(request, change, match);
	match_conditions(&request->conditions, change, match);
	test_unused(request, item, change, context, match);
	match->kind = match->reasons->len > 0 ? MATCH_FAILED : item_strength(item);
}

/* The stronger of two outcomes of one request; of two failures the one with fewer reasons. */
static bool match_is_better(const Match *candidate, const Match *best)
{
	if (candidate->kind != best->kind) {
		return candidate->kind > best->kind;
	}
	return candidate->kind == MATCH_FAILED && candidate->reasons->len < best->reasons->len;
}

void request_match(const Request *request, const Change *change, const MatchContext *context,
		   Match *ret)
{
	Match best = {.kind = MATCH_NONE};

	for (guint i = 0; i < request->changes->len; i++) {
		const RequestChange *item = g_ptr_array_index(request->changes, i);
		Match match = {.kind = MATCH_NONE};

		if (!item_names(item, change->path)) {
			continue;
		}
		match_item(request, item, change, context, &match);
		if (match_is_better(&match, &best)) {
			match_clear(&best);
			best = match;
		} else {
			match_clear(&match);
		}
	}
	*ret = best;
}

bool pin_is_met(const Pin *pin, const FileState *state)
{
	Match match = {.reasons = g_ptr_array_new_with_free_func(g_free)};
	bool passes;

	match_pin("", pin, state, &match);
	passes = match.reasons->len == 0;
	match_clear(&match);
	return passes;
}

/* Whether a request of this item made the state that is agreed. */
static bool item_made(const RequestChange *item, const FileState *agreed, Match *match)
{
	if (item->has_op && item->op == OP_DELETED) {
		return agreed->type == FILE_ABSENT;
	}
	match_pin("", &item->to, agreed, match);
	return pin_has_content(&item->to);
}

static bool item_is_backed_out(const Request *request, const RequestChange *item,
			       const Change *change, const FileState *agreed,
			       const MatchContext *context)
{
	Match match = {.reasons = g_ptr_array_new_with_free_func(g_free)};
	bool passes;

	test_host(request, context, &match);
	test_window(request, context, &match);
	match_pin("", &item->from, &change->after, &match);
	/* the old bytes with a new mode are not what was there before */
	match_untouched(item, &item->from, change, agreed, &match);
	passes = item_made(item, agreed, &match) && match.reasons->len == 0;
	match_clear(&match);
	return passes;
}

bool request_is_backed_out(const Request *request, const Change *change, const FileState *agreed,
			   const MatchContext *context)
{
	for (guint i = 0; context->not_effective == NULL && i < request->changes->len; i++) {
		const RequestChange *item = g_ptr_array_index(request->changes, i);

		/* a pattern or a mere mode is too weak to say "it is as it was" */
		if (!item->is_glob && item->from.is_given && pin_has_content(&item->from) &&
		    item_names(item, change->path) &&
		    item_is_backed_out(request, item, change, agreed, context)) {
			return true;
		}
	}
	return false;
}

static gint64 window_width(const Request *request)
{
	gint64 end = request->end_usec != 0 ? request->end_usec : G_MAXINT64;

	return end - request->start_usec;
}

int match_order(const Request *a, const Match *match_a, const Request *b, const Match *match_b)
{
	gint64 width_a = window_width(a);
	gint64 width_b = window_width(b);

	if (match_a->kind != match_b->kind) {
		return match_a->kind > match_b->kind ? -1 : 1;
	}
	if (match_a->kind == MATCH_FAILED && match_a->reasons->len != match_b->reasons->len) {
		return match_a->reasons->len < match_b->reasons->len ? -1 : 1;
	}
	if (width_a != width_b) {
		return width_a < width_b ? -1 : 1;
	}
	return strcmp(a->id, b->id);
}
