/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve request show: a request as this host sees it: whether it is effective, and when not, why.
 */
#include "cli/moment.h"
#include "cli/request-verbs.h"
#include "cli/window.h"

#include "base/clock.h"
#include "base/escape.h"
#include "register/standing-state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_COLUMNS 14

void request_put_line(const Paint *paint, GString *out, const char *label, Style style,
		      const char *value)
{
	if (value == NULL || *value == '\0') {
		return;
	}
	paint_indent(out, 2);
	paint_format(paint, out, STYLE_DIM, "%-*s", LABEL_COLUMNS - 2, label);
	paint_wrap(paint, out, style, value, LABEL_COLUMNS, LABEL_COLUMNS);
	g_string_append_c(out, '\n');
}

/* Standing */

static Style style_of(StandingState state)
{
	switch (state) {
	case STATE_UNREADABLE:
	case STATE_REJECTED:
		return STYLE_HIGH;
	case STATE_APPROVED:
	case STATE_IMPLEMENTING:
		return STYLE_GOOD;
	case STATE_DRAFT:
	case STATE_SUBMITTED:
	case STATE_REVIEWING:
		return STYLE_MEDIUM;
	case STATE_CLOSED:
	case STATE_CANCELLED:
	case STATE_EXPIRED:
	case STATE_FROZEN:
		return STYLE_DIM;
	case _STATE_N:
		break;
	}
	g_assert_not_reached();
}

const char *standing_word(const Standing *standing, Style *ret_style)
{
	StandingState state = standing_state(standing, clock_wall_usec());

	*ret_style = style_of(state);
	return standing_state_word(state);
}

const char *standing_because(const Standing *standing)
{
	if (standing->closed != NULL) {
		return standing->closed;
	}
	if (standing->frozen_usec != 0 && standing->frozen_usec <= clock_wall_usec()) {
		return standing->frozen;
	}
	return standing->not_effective != NULL ? standing->not_effective : standing->not_reviewed;
}

bool standing_is_open(const Standing *standing)
{
	return standing_state_is_open(standing_state(standing, clock_wall_usec()));
}

static const char *decision_done(Decision decision)
{
	switch (decision) {
	case DECISION_APPROVE:
		return "approved";
	case DECISION_REJECT:
		return "rejected";
	case DECISION_REVIEW:
		return "reviewed it";
	case DECISION_CLOSE:
		return "closed it";
	case DECISION_ADOPT:
	case DECISION_DONE:
	case DECISION_LAPSE:
	case DECISION_OVERDUE:
	case _DECISION_N:
		break;
	}
	g_assert_not_reached();
}

static char *decision_words(const RegisterView *view, const Approval *approval, const char *bytes)
{
	const char *did = decision_done(approval->decision);
	g_autofree char *seen = moment_short(approval->seen_usec, clock_wall_usec());
	bool is_unseen = g_hash_table_contains(view->unseen, approval->digest);
	bool is_stale = approval->counts && approval->decision == DECISION_APPROVE &&
			bytes != NULL && !g_str_equal(approval->pinned, bytes);
	GString *words = g_string_new(NULL);

	g_string_append_printf(words, "%s %s", approval->approver, did);
	if (is_unseen) {
		g_string_append(words, " (the daemon has not seen it yet)");
	} else {
		g_string_append_printf(words, ", first seen here %s", seen);
	}
	if (!approval->counts) {
		g_string_append_printf(words, "; does not count: %s", approval->problem);
	} else if (is_stale) {
		g_string_append(words, "; does not count: the request was edited after it was "
				       "signed");
	}
	return g_string_free(words, FALSE);
}

/* What this host told itself stands in its note. */
static char *record_words(const Approval *record)
{
	g_autofree char *seen = moment_short(record->seen_usec, clock_wall_usec());

	return g_strdup_printf("told %s: %s%s", seen,
			       record->decision == DECISION_ADOPT ? "in force: policy/" : "",
			       record->note);
}

static char *approval_words(const RegisterView *view, const Approval *approval, const char *bytes)
{
	if (approval->decision > DECISION_CLOSE) {
		return record_words(approval);
	}
	return decision_words(view, approval, bytes);
}

/* SHA-256 of request.yaml as it is now: what an approval must pin; NULL when it cannot be read. */
static char *bytes_of(const RegisterView *view, const Standing *standing)
{
	g_autoptr(GBytes) yaml =
		standing->blob == NULL
			? NULL
			: register_view_blob(view, standing->blob, REQUEST_MAX_BYTES, NULL);
	char hex[DIGEST_HEX + 1];

	if (yaml == NULL) {
		return NULL;
	}
	digest_sha256_hex(g_bytes_get_data(yaml, NULL), g_bytes_get_size(yaml), hex);
	return g_strdup(hex);
}

static void put_attributes(const Pin *to, GString *words)
{
	for (guint i = 0; to->xattrs != NULL && i < to->xattrs->len; i++) {
		const PinXattr *xattr = g_ptr_array_index(to->xattrs, i);

		g_string_append_printf(words, ", attribute %s=%s", xattr->name, xattr->value);
	}
	if (to->xattrs != NULL && to->xattrs->len == 0) {
		g_string_append(words, ", no attributes");
	}
	if (to->acl != NULL) {
		g_string_append_printf(words, ", access list %s", to->acl);
	}
}

/* One change in words: "absent", "blob 9bd2…, mode 0644, owner root". */
static char *pin_words(const RequestChange *change)
{
	const Pin *to = &change->to;
	GString *words = g_string_new(NULL);
	char hex[2 * BLOB_BYTES + 1];

	if (to->is_absent) {
		g_string_append(words, ", deleted");
	}
	if (change->content_any) {
		g_string_append(words, ", any content");
	}
	if (to->has_blob) {
		hex_encode(to->blob, BLOB_BYTES, hex);
		g_string_append_printf(words, ", content %.12s", hex);
	} else if (to->has_sha256 || to->has_hmac) {
		g_string_append(words, ", content pinned");
	}
	if (to->target != NULL) {
		g_string_append_printf(words, ", link to %s", to->target);
	}
	if (to->has_mode) {
		g_string_append_printf(words, ", mode %04o", to->mode);
	}
	if (to->owner != NULL) {
		g_string_append_printf(words, ", owner %s", to->owner);
	}
	if (to->group != NULL) {
		g_string_append_printf(words, ", group %s", to->group);
	}
	put_attributes(to, words);
	if (words->len >= 2) {
		g_string_erase(words, 0, 2);
	}
	return g_string_free(words, FALSE);
}

static void put_conditions(const Paint *paint, GString *out, const Conditions *conditions)
{
	g_autofree char *programs =
		conditions->programs == NULL ? NULL : g_strjoinv(", ", conditions->programs);
	g_autofree char *lines =
		conditions->lines == NULL ? NULL : g_strjoinv(" | ", conditions->lines);

	request_put_line(paint, out, "program", STYLE_PLAIN, programs);
	request_put_line(paint, out, "package", STYLE_PLAIN,
			 conditions->package_matches ? "as its package ships it" : NULL);
	request_put_line(paint, out, "lines", STYLE_PLAIN, lines);
}

static void put_request(const Paint *paint, GString *out, const Request *request)
{
	g_autofree char *window = window_words(request->start_usec, request->end_usec);
	g_autofree char *who =
		request->implementers == NULL ? NULL : g_strjoinv(", ", request->implementers);
	g_autofree char *where = request->hosts == NULL ? NULL : g_strjoinv(", ", request->hosts);

	request_put_line(paint, out, "type", STYLE_PLAIN, request_type_word(request->type));
	request_put_line(paint, out, "requester", STYLE_PLAIN, request->requester);
	request_put_line(paint, out, "author", STYLE_PLAIN, request->author);
	request_put_line(paint, out, "window", STYLE_PLAIN, window);
	request_put_line(paint, out, "implementers", STYLE_PLAIN, who);
	request_put_line(paint, out, "hosts", STYLE_PLAIN, where);
	request_put_line(paint, out, "risk", STYLE_PLAIN, request->risk);
	request_put_line(paint, out, "description", STYLE_PLAIN, request->description);
	request_put_line(paint, out, "backout", STYLE_PLAIN, request->backout);
	request_put_line(paint, out, "ticket", STYLE_PLAIN, request->external_key);
	put_conditions(paint, out, &request->conditions);
	for (guint i = 0; i < request->changes->len; i++) {
		const RequestChange *change = g_ptr_array_index(request->changes, i);
		g_autofree char *path = escape_path(change->path);
		g_autofree char *pins = pin_words(change);
		g_autofree char *line = g_strdup_printf("%s: %s", path, pins);

		request_put_line(paint, out, i == 0 ? "changes" : "", STYLE_PLAIN, line);
	}
}

void standing_put(const Paint *paint, GString *out, const RegisterView *view,
		  const Standing *standing)
{
	g_autofree char *bytes = bytes_of(view, standing);
	Style style;
	const char *word = standing_word(standing, &style);

	paint_put(paint, out, STYLE_BOLD, standing->id);
	if (standing->request != NULL) {
		g_string_append(out, "  ");
		paint_foreign(paint, out, STYLE_PLAIN, standing->request->title);
	}
	g_string_append_c(out, '\n');
	request_put_line(paint, out, "state", style, word);
	if (standing->problem != NULL) {
		g_autofree char *safe = escape_text(standing->problem, strlen(standing->problem));

		g_string_append_printf(out, "%s\n", safe);
	} else {
		request_put_line(paint, out, "because", STYLE_PLAIN, standing_because(standing));
		put_request(paint, out, standing->request);
	}
	for (guint i = 0; i < standing->approvals->len; i++) {
		g_autofree char *line =
			approval_words(view, g_ptr_array_index(standing->approvals, i), bytes);

		request_put_line(paint, out, i == 0 ? "approvals" : "", STYLE_PLAIN, line);
	}
}

/* JSON */

static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, text == NULL ? json_null() : json_string(text));
}

static void set_time(json_t *object, const char *key, gint64 usec)
{
	g_autofree char *text = clock_format(usec);

	set_text(object, key, usec == 0 ? NULL : text);
}

static void set_list(json_t *object, const char *key, GStrv values)
{
	json_t *list = json_array();

	for (guint i = 0; values != NULL && values[i] != NULL; i++) {
		json_array_append_new(list, json_string(values[i]));
	}
	json_object_set_new(object, key, list);
}

static void set_request(json_t *object, const Request *request)
{
	json_t *paths = json_array();

	set_text(object, "type", request_type_word(request->type));
	set_text(object, "title", request->title);
	set_text(object, "requester", request->requester);
	set_text(object, "author", request->author);
	set_list(object, "implementers", request->implementers);
	set_list(object, "hosts", request->hosts);
	set_time(object, "start", request->start_usec);
	set_time(object, "end", request->end_usec);
	for (guint i = 0; i < request->changes->len; i++) {
		const RequestChange *change = g_ptr_array_index(request->changes, i);
		g_autofree char *path = escape_path(change->path);

		json_array_append_new(paths, json_string(path));
	}
	json_object_set_new(object, "paths", paths);
}

json_t *standing_to_json(const RegisterView *view, const Standing *standing)
{
	json_t *object = json_object(), *approvals = json_array();
	Style style;

	set_text(object, "id", standing->id);
	set_text(object, "state", standing_word(standing, &style));
	json_object_set_new(object, "effective", json_boolean(standing->is_effective));
	set_text(object, "because",
		 standing->problem != NULL ? standing->problem : standing_because(standing));
	if (standing->request != NULL) {
		set_request(object, standing->request);
	}
	for (guint i = 0; i < standing->approvals->len; i++) {
		const Approval *approval = g_ptr_array_index(standing->approvals, i);
		json_t *member = approval_to_json(approval);
		bool is_unseen = g_hash_table_contains(view->unseen, approval->digest);

		json_object_set_new(member, "seen_by_daemon", json_boolean(!is_unseen));
		json_array_append_new(approvals, member);
	}
	json_object_set_new(object, "approvals", approvals);
	return object;
}

void standing_print_json(const RegisterView *view, const Standing *standing)
{
	json_t *object = standing_to_json(view, standing);
	char *text = json_dumps(object, JSON_COMPACT);

	puts(text);
	free(text);
	json_decref(object);
}

int request_verb_show(const Context *context, int argc, char **argv)
{
	g_auto(RegisterView) view = {NULL};
	Paint paint = paint_of(context);
	GError *error = NULL;
	int status;

	if (verb_parse(NULL, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc < 2) {
		return verb_usage("request", "show which? Give an id or its end");
	}
	if (!register_view_open(context, &view, &error)) {
		return verb_fail(error);
	}
	for (int i = 1; i < argc; i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		const Standing *standing = register_view_find(&view, argv[i], &error);

		if (standing == NULL) {
			return verb_fail(error);
		}
		if (context->is_json) {
			standing_print_json(&view, standing);
			continue;
		}
		standing_put(&paint, out, &view, standing);
		fputs(out->str, stdout);
	}
	return CLI_OK;
}
