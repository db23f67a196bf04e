/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Approved after the fact: see late.h. */
#include "judge/late.h"

#include "base/escape.h"
#include "judge/occasion.h"
#include "judge/verdict.h"

#define WAY_BACK_MAX 256 /* commits, for each path that drifts */

/* Where a file was moved away from, that is a change as well: it went. */
static Change *departure(const Change *move)
{
	Change *change = change_new(move->moved_from, OP_DELETED);

	change->time_usec = move->time_usec;
	change->is_offline = move->is_offline;
	g_ptr_array_unref(change->actors);
	change->actors = g_ptr_array_ref(move->actors);
	return change;
}

static bool is_told_as(const char *raw, const char *path)
{
	g_autofree char *told = raw == NULL ? NULL : event_path(raw);

	return g_strcmp0(told, path) == 0;
}

/* The change that brought the present state, with its time and its gaps; taken out of its set, so
 * that it can live on in an event. */
static Change *take_change(ChangeSet *set, const char *path)
{
	for (guint i = 0; i < set->changes->len; i++) {
		Change *change = set->changes->pdata[i];

		if (is_told_as(change->path, path)) {
			return g_ptr_array_steal_index(set->changes, i);
		}
		if (is_told_as(change->moved_from, path)) {
			return departure(change);
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

static bool is_covered(const Approvals *approvals, const Change *change,
		       const MatchContext *context, bool late, Considered *ret)
{
	register_consider(approvals_register(approvals), change, context, late, ret);
	return ret->standing != NULL && ret->match.kind != MATCH_FAILED &&
	       (ret->standing->request->type != REQUEST_EMERGENCY ||
		ret->standing->reviewed_usec != 0);
}

/* Covered at its time (it only could not be verified then), or by now, or not at all. */
static bool judge_again(const Approvals *approvals, const Used *used, const ChangeSet *set,
			Change *change, const JudgementFrame *frame, bool *ret_late)
{
	g_auto(Considered) then = {0};
	g_auto(Considered) now = {0};
	MatchContext context;
	Approved until_now = {.kind = APPROVED_UNTIL_NOW};
	VerdictGrounds grounds = {.approved = &until_now};

	occasion_of(set, change, frame->host.name, &context);
	used_put(used, &context);
	*ret_late = !is_covered(approvals, change, &context, false, &then);
	if (*ret_late && !is_covered(approvals, change, &context, true, &now)) {
		return false;
	}
	grounds.considered = *ret_late ? &now : &then;
	verdict_decide(change, &grounds);
	verdict_weigh(change, register_people(approvals_register(approvals)));
	return true;
}

Event *late_resolution(const Drift *drift, Change *change, const JudgementFrame *frame)
{
	Event *event = event_new(EVENT_RESOLVED);

	event->host = frame->host;
	event->policy = g_strdup(frame->policy);
	event->register_commit = g_strdup(frame->register_commit);
	event->time_usec = frame->time_usec;
	event->verdict = change->verdict;
	event->severity = SEVERITY_INFORMATIONAL;
	g_ptr_array_add(event->refers, g_strdup(drift->event));
	if (!g_str_equal(drift->event, drift->last_event)) {
		g_ptr_array_add(event->refers, g_strdup(drift->last_event));
	}
	g_ptr_array_unref(event->files);
	event->files = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_ptr_array_add(event->files, change);
	return event;
}

static char *summary(const Change *change, const char *was, bool late)
{
	g_autofree char *path = event_path(change->path);

	if (was != NULL) {
		return g_strdup_printf("%s: the emergency %s was reviewed by %s", path,
				       change->request, was);
	}
	return g_strdup_printf(late ? "%s: approved after the fact by %s"
				    : "%s: approved by %s, which can be verified now",
			       path, change->request);
}

/*
 * The change, and the set it came with: mostly that of the present commit, but what waited for the
 * end of a package run is told of the run's last.
 */
static Change *find_change(const Drift *drift, Store *store, ChangeSet **ret_set)
{
	g_autofree char *commit = g_strdup(drift->current_commit);

	for (guint n = 0; n < WAY_BACK_MAX && commit != NULL; n++) {
		g_autofree char *parent = NULL;
		g_autoptr(ChangeSet) set = NULL;
		Change *change = NULL;

		if ((n > 0 && g_strcmp0(commit, drift->approved_commit) == 0) ||
		    !store_parent(store, commit, &parent, NULL)) {
			return NULL;
		}
		set = store_change_set_since(store, parent, commit, NULL);
		change = set == NULL ? NULL : take_change(set, drift->path);
		if (change != NULL) {
			*ret_set = g_steal_pointer(&set);
			return change;
		}
		g_free(commit);
		commit = g_steal_pointer(&parent);
	}
	return NULL;
}

Change *late_change(const Drift *drift, Store *store, ChangeSet **ret_set)
{
	g_autoptr(ChangeSet) set = NULL;
	g_autoptr(Change) change = find_change(drift, store, &set);

	*ret_set = NULL;
	if (change == NULL || !span(change, drift, store)) {
		return NULL;
	}
	*ret_set = g_steal_pointer(&set);
	return g_steal_pointer(&change);
}

/* Who reviewed the emergency that covers it; NULL: it is none. */
static const char *reviewer_of(const Approvals *approvals, const Change *change)
{
	const Standing *standing = register_find(approvals_register(approvals), change->request);

	return standing == NULL ? NULL : standing->reviewer;
}

static Event *resolve(const Approvals *approvals, const Used *used, const Drift *drift,
		      Store *store, const JudgementFrame *frame)
{
	g_autoptr(ChangeSet) set = NULL;
	g_autoptr(Change) change = late_change(drift, store, &set);
	Event *event;
	bool late;

	if (change == NULL || !judge_again(approvals, used, set, change, frame, &late)) {
		return NULL;
	}
	event = late_resolution(drift, change, frame);
	event->is_late = late;
	event->summary = summary(change, reviewer_of(approvals, change), late);
	g_steal_pointer(&change);
	return event;
}

GPtrArray *late_resolutions(const Approvals *approvals, const Used *used, Store *store,
			    const JudgementFrame *frame)
{
	GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	g_autoptr(GPtrArray) drifting = index_drift(used->index, NULL);

	for (guint i = 0; drifting != NULL && i < drifting->len; i++) {
		Event *event = resolve(approvals, used, drifting->pdata[i], store, frame);

		if (event != NULL) {
			g_ptr_array_add(events, event);
		}
	}
	return events;
}
