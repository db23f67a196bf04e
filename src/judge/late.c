/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Approved after the fact: see late.h. */
#include "judge/late.h"

#include "base/escape.h"
#include "judge/occasion.h"
#include "judge/verdict.h"

/* The change that brought the present state, with its time and its gaps. */
static Change *find_change(ChangeSet *set, const char *path)
{
	for (guint i = 0; i < set->changes->len; i++) {
		Change *change = set->changes->pdata[i];
		g_autofree char *told = event_path(change->path);

		if (g_str_equal(told, path)) {
			return change;
		}
	}
	return NULL;
}

/* A request speaks of the way from the approved state to the present one, whatever lay between. */
static bool span(Change *change, const Drift *drift, Store *store)
{
	g_autoptr(Change) whole = NULL;

	if (drift->approved_commit != NULL &&
	    g_str_equal(drift->approved_commit, drift->current_commit)) {
		return false;
	}
	whole = store_compare(store, drift->approved_commit, drift->current_commit, change->path, 0,
			      NULL);
	if (whole == NULL) {
		return false;
	}
	file_state_clear(&change->before);
	file_state_copy(&whole->before, &change->before);
	change->difference = whole->difference;
	change->op = whole->op;
	return true;
}

static bool is_covered(const Approvals *approvals, ChangeSet *set, Change *change,
		       const JudgementFrame *frame)
{
	g_auto(Considered) considered = {0};
	MatchContext context;
	Approved until_now = {.kind = APPROVED_UNTIL_NOW};
	VerdictGrounds grounds = {.approved = &until_now, .considered = &considered};

	occasion_of(set, change, frame->host.name, &context);
	register_consider(approvals_register(approvals), change, &context, true, &considered);
	if (considered.standing == NULL || considered.match.kind == MATCH_FAILED ||
	    considered.standing->request->type == REQUEST_EMERGENCY) {
		return false;
	}
	verdict_decide(change, &grounds);
	verdict_weigh(change);
	return true;
}

static Event *resolution(const Drift *drift, Change *change, const JudgementFrame *frame)
{
	Event *event = event_new(EVENT_RESOLVED);
	g_autofree char *path = event_path(change->path);

	event->host = frame->host;
	event->policy = g_strdup(frame->policy);
	event->register_commit = g_strdup(frame->register_commit);
	event->time_usec = frame->time_usec;
	event->commit = NULL;
	event->verdict = change->verdict;
	event->severity = SEVERITY_INFORMATIONAL;
	event->is_late = true;
	event->summary =
		g_strdup_printf("%s: approved after the fact by %s", path, change->request);
	g_ptr_array_add(event->refers, g_strdup(drift->event));
	if (!g_str_equal(drift->event, drift->last_event)) {
		g_ptr_array_add(event->refers, g_strdup(drift->last_event));
	}
	g_ptr_array_unref(event->files);
	event->files = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_ptr_array_add(event->files, change);
	return event;
}

/* Takes the change out of its set, so that it can live on in the event. */
static Change *take(ChangeSet *set, Change *change)
{
	guint at = 0;

	g_ptr_array_find(set->changes, change, &at);
	return g_ptr_array_steal_index(set->changes, at);
}

static Event *resolve(const Approvals *approvals, const Drift *drift, Store *store,
		      const JudgementFrame *frame)
{
	g_autofree char *parent = NULL;
	g_autoptr(ChangeSet) set = NULL;
	Change *change;

	if (!store_parent(store, drift->current_commit, &parent, NULL)) {
		return NULL;
	}
	set = store_change_set_since(store, parent, drift->current_commit, NULL);
	change = set == NULL ? NULL : find_change(set, drift->path);
	if (change == NULL || !span(change, drift, store) ||
	    !is_covered(approvals, set, change, frame)) {
		return NULL;
	}
	return resolution(drift, take(set, change), frame);
}

GPtrArray *late_resolutions(const Approvals *approvals, Index *index, Store *store,
			    const JudgementFrame *frame)
{
	GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	g_autoptr(GPtrArray) drifting = index_drift(index, NULL);

	for (guint i = 0; drifting != NULL && i < drifting->len; i++) {
		Event *event = resolve(approvals, drifting->pdata[i], store, frame);

		if (event != NULL) {
			g_ptr_array_add(events, event);
		}
	}
	return events;
}
