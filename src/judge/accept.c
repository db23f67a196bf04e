/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accepting: see accept.h. */
#include "judge/accept.h"

#include "judge/late.h"
#include "judge/verdict.h"

#include <string.h>

G_GNUC_PRINTF(3, 4)
static bool refuse(GError **error, ReeveError code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*error = g_error_new_valist(REEVE_ERROR, (int)code, format, args);
	va_end(args);
	return false;
}

static bool note_is_fine(const Acceptance *acceptance, GError **error)
{
	return acceptance->note == NULL || strlen(acceptance->note) <= ACCEPT_NOTE_MAX_BYTES ||
	       refuse(error, REEVE_ERROR_LIMIT, "the note is longer than %d bytes",
		      ACCEPT_NOTE_MAX_BYTES);
}

/* What must be known before anything is held against anything. */
static bool register_is_known(const Judge *judge, const Approvals *approvals, GError **error)
{
	if (approvals == NULL || approvals_commit(approvals) == NULL) {
		return refuse(error, REEVE_ERROR_NOT_FOUND, "there is no register here");
	}
	if (approvals_unreadable(approvals) != NULL) {
		return refuse(error, REEVE_ERROR_UNAVAILABLE, "approvals cannot be verified: %s",
			      approvals_unreadable(approvals));
	}
	return !judge_is_reading(judge) ||
	       refuse(error, REEVE_ERROR_UNAVAILABLE, "the register is being read; try again");
}

static Drift *find_drift(Judge *judge, const char *path, GError **error)
{
	Index *index = judge_index(judge);
	Drift *drift = NULL;

	if (index == NULL) {
		refuse(error, REEVE_ERROR_UNAVAILABLE,
		       "the index cannot be read at the moment; try again");
		return NULL;
	}
	drift = index_drift_of(index, path, error);
	if (drift == NULL && *error == NULL) {
		refuse(error, REEVE_ERROR_NOT_FOUND,
		       "%s is as approved: there is nothing to accept", path);
	}
	return drift;
}

static bool match_passes(const Acceptance *acceptance, const Match *match, GError **error)
{
	g_autoptr(GString) reasons = g_string_new(NULL);

	if (match->kind == MATCH_NONE) {
		return refuse(error, REEVE_ERROR_DENIED, "%s does not name %s", acceptance->request,
			      acceptance->path);
	}
	for (guint i = 0; i < match->reasons->len; i++) {
		g_string_append_printf(reasons, "%s%s", i == 0 ? "" : "; ",
				       (const char *)match->reasons->pdata[i]);
	}
	return match->kind != MATCH_FAILED ||
	       refuse(error, REEVE_ERROR_DENIED, "%s does not cover %s as it is: %s",
		      acceptance->request, acceptance->path, reasons->str);
}

static bool is_covered_now(const Approvals *approvals, const Used *used,
			   const Acceptance *acceptance, const Change *change,
			   const JudgementFrame *frame, Considered *ret, GError **error)
{
	const Register *reg = approvals_register(approvals);
	MatchContext now = {
		.host = frame->host.name == NULL ? "" : frame->host.name,
		.earliest_usec = frame->time_usec,
		.latest_usec = frame->time_usec,
		.login = acceptance->login,
	};

	used_put(used, &now);
	if (!register_hold(reg, acceptance->request, change, &now, &ret->match)) {
		return refuse(error, REEVE_ERROR_NOT_FOUND,
			      "there is no request %s that can be read", acceptance->request);
	}
	ret->standing = register_find(reg, acceptance->request);
	ret->others = g_ptr_array_new();
	if (!match_passes(acceptance, &ret->match, error)) {
		return false;
	}
	return ret->standing->request->type != REQUEST_EMERGENCY ||
	       refuse(error, REEVE_ERROR_DENIED,
		      "%s is an emergency request: what was done under it is reviewed, not "
		      "accepted",
		      acceptance->request);
}

static Event *make_event(const Acceptance *acceptance, const Drift *drift, Change *change,
			 const JudgementFrame *frame)
{
	Event *event = late_resolution(drift, change, frame);
	bool has_login =
		acceptance->login != NULL && !g_str_equal(acceptance->login, acceptance->who);

	g_ptr_array_add(change->reasons, g_strdup_printf("accepted by %s%s%s", acceptance->who,
							 has_login ? ", by login " : "",
							 has_login ? acceptance->login : ""));
	event->is_late = true;
	event->who = g_strdup(acceptance->who);
	event->note = acceptance->note == NULL || *acceptance->note == '\0'
			      ? NULL
			      : g_strdup(acceptance->note);
	event->summary = g_strdup_printf("%s: accepted under %s by %s", acceptance->path,
					 acceptance->request, acceptance->who);
	return event;
}

bool accept_tell(Judge *judge, const Approvals *approvals, const Acceptance *acceptance,
		 char ret_id[EVENT_ID_HEX + 1], GError **error)
{
	JudgementFrame frame = judge_frame(judge);
	const Used used = {judge_index(judge), judge_journal_fd(judge)};
	const Approved until_now = {.kind = APPROVED_UNTIL_NOW};
	g_auto(Considered) considered = {0};
	VerdictGrounds grounds = {.approved = &until_now, .considered = &considered};
	g_autoptr(Drift) drift = NULL;
	g_autoptr(ChangeSet) set = NULL;
	g_autoptr(Change) change = NULL;

	if (!note_is_fine(acceptance, error) || !register_is_known(judge, approvals, error)) {
		return false;
	}
	drift = find_drift(judge, acceptance->path, error);
	change = drift == NULL ? NULL : late_change(drift, judge_store(judge), &set);
	if (change == NULL) {
		return drift == NULL ? false
				     : refuse(error, REEVE_ERROR_UNAVAILABLE,
					      "%s: its states cannot be read from snapshots.git",
					      acceptance->path);
	}
	if (!is_covered_now(approvals, &used, acceptance, change, &frame, &considered, error)) {
		return false;
	}
	verdict_decide(change, &grounds);
	verdict_weigh(change, register_people(approvals_register(approvals)));
	if (!judge_tell(judge, make_event(acceptance, drift, g_steal_pointer(&change), &frame),
			error)) {
		g_prefix_error(error, "not written yet, but kept: ");
		return false;
	}
	g_strlcpy(ret_id, judge_head(judge), EVENT_ID_HEX + 1);
	return true;
}
