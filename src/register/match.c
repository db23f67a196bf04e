/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holding one change against one request: see match.h. Every test that fails leaves one sentence
 * with both values, and all tests are made, so that a person sees everything that is wrong at once.
 */
#include "register/match.h"
#include "register/person.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/glob.h"

#include <string.h>

/* set-user-id, set-group-id, writable by everybody */
#define DANGEROUS_MODE 06002

void match_clear(Match *match)
{
	g_clear_pointer(&match->reasons, g_ptr_array_unref);
}

G_GNUC_PRINTF(2, 3)
static void fail(Match *match, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(match->reasons, g_strdup_vprintf(format, args));
	va_end(args);
}

static bool item_names(const RequestChange *item, const char *path)
{
	return item->is_glob ? glob_match(item->path, path) : g_str_equal(item->path, path);
}

static void test_op(const RequestChange *item, const Change *change, Match *match)
{
	bool is_there = item->op == OP_CREATED && change->op == OP_MOVED; /* by another way */

	if (item->has_op && item->op != change->op && !is_there) {
		fail(match, "operation: requested %s, found %s", change_op_word(item->op),
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

static void test_host(const Request *request, const MatchContext *context, Match *match)
{
	g_autofree char *wanted = NULL;

	if (request->hosts == NULL || request->hosts[0] == NULL) {
		return;
	}
	for (char **host = request->hosts; *host != NULL; host++) {
		if (host_matches(*host, context->host)) {
			return;
		}
	}
	wanted = g_strjoinv(", ", request->hosts);
	fail(match, "host: requested for %s, this is %s", wanted, context->host);
}

static void fail_window(const Request *request, const MatchContext *context, bool early,
			Match *match)
{
	g_autofree char *start = clock_format(request->start_usec);
	g_autofree char *end = clock_format(request->end_usec);
	g_autofree char *earliest = clock_format(context->earliest_usec);
	g_autofree char *latest = clock_format(context->latest_usec);

	if (context->earliest_usec != context->latest_usec) {
		fail(match,
		     "window: the time is unknown, somewhere from %s to %s, and that is not wholly "
		     "inside %s to %s",
		     earliest, latest, request->start_usec != 0 ? start : "any time",
		     request->end_usec != 0 ? end : "any time");
	} else if (early) {
		fail(match, "window: opens at %s, the change was at %s", start, earliest);
	} else {
		fail(match, "window: closed at %s, the change was at %s", end, latest);
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

/* Nobody carries out what he approved himself, whoever else may. */
static void test_not_approver(const MatchContext *context, Match *match)
{
	for (guint i = 0; context->approvals != NULL && i < context->approvals->len; i++) {
		const Approval *approval = g_ptr_array_index(context->approvals, i);

		if (approval->counts && approval->decision == DECISION_APPROVE &&
		    person_may_be(approval->approver, context->login)) {
			fail(match, "implementer: %s approved it, so somebody else has to do it",
			     approval->approver);
			return;
		}
	}
}

static void test_implementer(const Request *request, const MatchContext *context, Match *match)
{
	g_autofree char *wanted = NULL;

	if (context->login != NULL) {
		test_not_approver(context, match);
	}
	if (request->implementers == NULL || request->implementers[0] == NULL ||
	    (context->login != NULL &&
	     g_strv_contains((const char *const *)request->implementers, context->login))) {
		return;
	}
	wanted = g_strjoinv(", ", request->implementers);
	fail(match, "implementer: requested %s, found %s", wanted,
	     context->login != NULL ? context->login : "somebody unknown");
}

static void test_digest(const char *prefix, const char *what, const guint8 *wanted,
			const guint8 *found, bool has_found, gsize size, Match *match)
{
	char wanted_hex[2 * DIGEST_BYTES + 1], found_hex[2 * DIGEST_BYTES + 1];

	if (has_found && memcmp(wanted, found, size) == 0) {
		return;
	}
	hex_encode(wanted, size, wanted_hex);
	hex_encode(found, size, found_hex);
	fail(match, "%scontent (%s): requested %s, found %s", prefix, what, wanted_hex,
	     has_found ? found_hex : "content that has none");
}

/* Only a regular file has content: the target of a link may spell the same bytes. */
static void test_content(const char *prefix, const Pin *pin, const FileState *state, Match *match)
{
	bool stored = state->content == CONTENT_STORED;

	if ((pin->has_blob || pin->has_sha256 || pin->has_hmac) && state->type != FILE_REGULAR) {
		fail(match, "%scontent: requested a file, found %s", prefix,
		     file_type_word(state->type));
		return;
	}
	if (pin->has_blob) {
		test_digest(prefix, "git blob", pin->blob, state->blob, stored, BLOB_BYTES, match);
	}
	if (pin->has_sha256) {
		test_digest(prefix, "sha256", pin->sha256, state->sha256,
			    stored || state->content == CONTENT_DIGEST, DIGEST_BYTES, match);
	}
	if (pin->has_hmac) {
		test_digest(prefix, "hmac", pin->hmac, state->hmac,
			    state->content == CONTENT_SECRET || state->content == CONTENT_REDACTED,
			    DIGEST_BYTES, match);
	}
}

/* A name, or the number when the pin is one. */
static void test_name(const char *prefix, const char *what, const char *wanted, const char *name,
		      guint32 number, Match *match)
{
	char decimal[16];

	if (wanted == NULL || g_strcmp0(wanted, name) == 0) {
		return;
	}
	g_snprintf(decimal, sizeof(decimal), "%u", number);
	if (!g_str_equal(wanted, decimal)) {
		fail(match, "%s%s: requested %s, found %s", prefix, what, wanted,
		     name != NULL ? name : decimal);
	}
}

static void test_target(const char *prefix, const Pin *pin, const FileState *state, Match *match)
{
	g_autofree char *found = NULL;

	if (pin->target != NULL && g_strcmp0(pin->target, state->link) != 0) {
		found = state->link == NULL ? NULL : escape_path(state->link);
		fail(match, "%starget: requested a link to %s, found %s", prefix, pin->target,
		     found != NULL ? found : file_type_word(state->type));
	}
}

static void test_pin(const char *prefix, const Pin *pin, const FileState *state, Match *match)
{
	if (!pin->is_given) {
		return;
	}
	if (pin->is_absent != (state->type == FILE_ABSENT)) {
		fail(match, "%scontent: requested %s, found %s", prefix,
		     pin->is_absent ? "nothing there" : "something there",
		     state->type == FILE_ABSENT ? "nothing" : file_type_word(state->type));
		return;
	}
	if (pin->is_absent) {
		return;
	}
	test_content(prefix, pin, state, match);
	if (pin->has_mode && pin->mode != state->mode) {
		fail(match, "%smode: requested %04o, found %04o", prefix, pin->mode, state->mode);
	}
	test_name(prefix, "owner", pin->owner, state->owner, state->uid, match);
	test_name(prefix, "group", pin->group, state->group, state->gid, match);
	test_target(prefix, pin, state, match);
}

/* What came where nothing was takes no power along that nobody asked for. */
static void test_new(const Pin *to, const FileState *state, Match *match)
{
	if (state->type == FILE_REGULAR && !to->has_mode && (state->mode & DANGEROUS_MODE) != 0) {
		fail(match,
		     "mode: not requested, but %04o lets it run as somebody else or be written "
		     "by everybody",
		     state->mode);
	}
	for (guint i = 0; state->xattrs != NULL && i < state->xattrs->len; i++) {
		const FileXattr *xattr = g_ptr_array_index(state->xattrs, i);

		if (g_str_equal(xattr->name, "security.capability")) {
			fail(match, "attributes: not requested, but it has capabilities");
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
	fail(match, "source: it was moved away from %s, which was not requested to go", source);
}

static bool pin_has_content(const Pin *pin)
{
	return pin->is_absent || pin->has_blob || pin->has_sha256 || pin->has_hmac ||
	       pin->target != NULL;
}

/*
 * Properties the request does not pin may not change along the way: who asked for new content did
 * not ask for a new mode or owner.
 */
static void test_untouched(const RequestChange *item, const Pin *pin, const Change *change,
			   Match *match)
{
	if (change->after.type == FILE_ABSENT) {
		return;
	}
	if (change->before.type == FILE_ABSENT || change->op == OP_MOVED) {
		test_new(pin, &change->after, match);
		return;
	}
	if ((change->difference & STATE_TYPE) != 0 && pin->target == NULL &&
	    !pin_has_content(pin)) {
		fail(match, "type: not requested, but changed from %s to %s",
		     file_type_word(change->before.type), file_type_word(change->after.type));
	}
	if ((change->difference & STATE_MODE) != 0 && !pin->has_mode) {
		fail(match, "mode: not requested, but changed from %04o to %04o",
		     change->before.mode, change->after.mode);
	}
	if ((change->difference & STATE_OWNER) != 0 && pin->owner == NULL) {
		fail(match, "owner: not requested, but changed from %u to %u", change->before.uid,
		     change->after.uid);
	}
	if ((change->difference & STATE_GROUP) != 0 && pin->group == NULL) {
		fail(match, "group: not requested, but changed from %u to %u", change->before.gid,
		     change->after.gid);
	}
	if ((change->difference & (STATE_XATTRS | STATE_FLAGS)) != 0) {
		fail(match, "attributes: not requested, but changed");
	}
	if (item->has_op && item->op == OP_ATTRIBUTES_MODIFIED &&
	    (change->difference & (STATE_CONTENT | STATE_TYPE | STATE_LINK)) != 0) {
		fail(match, "content: not requested, but changed");
	}
}

static MatchKind item_strength(const RequestChange *item)
{
	const Pin *to = &item->to;

	if (item->content_any) {
		return MATCH_ANY;
	}
	return pin_has_content(to) ? MATCH_EXACT : MATCH_PARTIAL;
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
		fail(match, "approvals: %s", context->not_effective);
	}
	/* `before` of a move is of the old place; nothing was at this one */
	test_pin("before: ", &item->from, change->op == OP_MOVED ? &nothing : &change->before,
		 match);
	test_pin("", &item->to, &change->after, match);
	test_untouched(item, &item->to, change, match);
	test_source(request, change, match);
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

/* Whether a request of this item made the state that is agreed. */
static bool item_made(const RequestChange *item, const FileState *agreed, Match *match)
{
	if (item->has_op && item->op == OP_DELETED) {
		return agreed->type == FILE_ABSENT;
	}
	test_pin("", &item->to, agreed, match);
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
	test_pin("", &item->from, &change->after, &match);
	/* the old bytes with a new mode are not what was there before */
	test_untouched(item, &item->from, change, &match);
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
