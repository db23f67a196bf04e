/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of a change-set: see judgement.h. */
#include "judge/judgement.h"

#include "judge/summary.h"

#include <string.h>

/* Gaps in which the machine was up and busy, so that somebody may have meant them; and those that
 * hardly anything else explains. The others are low. */
static const struct {
	const char *cause;
	Severity severity;
} suspicious_causes[] = {
	{"overflow", SEVERITY_MEDIUM},       {"queue-full", SEVERITY_MEDIUM},
	{"watch-budget", SEVERITY_MEDIUM},   {"disk-full", SEVERITY_MEDIUM},
	{"no-inodes", SEVERITY_MEDIUM},      {"read-only", SEVERITY_MEDIUM},
	{"no-descriptors", SEVERITY_MEDIUM}, {"trouble", SEVERITY_MEDIUM},
	{"clock", SEVERITY_MEDIUM},          {"store-removed", SEVERITY_HIGH},
	{"store-replaced", SEVERITY_HIGH},   {"store-damaged", SEVERITY_HIGH},
};

static Event *new_event(EventKind kind, const JudgementFrame *frame, const char *commit,
			const char *parent)
{
	Event *event = event_new(kind);

	event->host = frame->host;
	event->policy = g_strdup(frame->policy);
	event->register_commit = g_strdup(frame->register_commit);
	event->time_usec = frame->time_usec;
	event->commit = g_strdup(commit);
	event->parent = g_strdup(parent);
	event->severity = SEVERITY_INFORMATIONAL;
	if (kind == EVENT_CHANGE) {
		event->group = frame->group == NULL ? NULL : event_group_copy(frame->group);
		event->waiting_since = g_strdup(frame->waiting_since);
		event->waiting = frame->waiting;
	}
	return event;
}

Event *judgement_health(const JudgementFrame *frame, Severity severity, const char *text,
			const char *commit, const char *parent)
{
	Event *event = new_event(EVENT_HEALTH, frame, commit, parent);
	const char *first_line_end = strchr(text, '\n');

	event->severity = severity;
	event->summary = first_line_end == NULL ? g_strdup(text)
						: g_strndup(text, (gsize)(first_line_end - text));
	event->note = first_line_end == NULL ? NULL : g_strdup(text);
	if (commit != NULL) {
		event->part_n = 1;
		event->part_of = 1;
	}
	return event;
}

static const struct {
	const char *noun;
	Severity severity; /* of one that counts */
} decisions[_DECISION_N] = {
	[DECISION_APPROVE] = {"approval", SEVERITY_INFORMATIONAL},
	[DECISION_REJECT] = {"rejection", SEVERITY_INFORMATIONAL},
	[DECISION_REVIEW] = {"review", SEVERITY_INFORMATIONAL},
	[DECISION_CLOSE] = {"closing", SEVERITY_INFORMATIONAL},
	[DECISION_ADOPT] = {"policy under", SEVERITY_MEDIUM},
	[DECISION_DONE] = {"end of the window", SEVERITY_INFORMATIONAL},
	[DECISION_LAPSE] = {"end of the window", SEVERITY_MEDIUM},
	[DECISION_OVERDUE] = {"missing review", SEVERITY_CRITICAL},
};

/* What this host tells itself stands in the note; what people do, with their names. */
static char *decision_summary(const Approval *approval)
{
	const char *noun = decisions[approval->decision].noun;

	if (approval->decision == DECISION_ADOPT) {
		return g_strdup_printf(
			"policy/%s of the register is in force, by %s, approved by %s",
			approval->note, approval->request, approval->approver);
	}
	if (approval->decision > DECISION_ADOPT) {
		return g_strdup_printf("%s: %s", approval->request, approval->note);
	}
	return g_strdup_printf("%s of %s by %s%s%s", noun, approval->request, approval->approver,
			       approval->note == NULL ? "" : ": ",
			       approval->note == NULL ? "" : approval->note);
}

/* One that does not count may be a slip or an attempt: somebody should look. */
Event *judgement_approval(const JudgementFrame *frame, const Approval *approval)
{
	Event *event = new_event(EVENT_REQUEST, frame, NULL, NULL);

	event->approval = approval_copy(approval);
	event->who = g_strdup(approval->approver);
	if (approval->counts) {
		event->severity = decisions[approval->decision].severity;
		event->summary = decision_summary(approval);
	} else {
		event->severity = SEVERITY_MEDIUM;
		event->summary = g_strdup_printf(
			"%s of %s by %s does not count: %s", decisions[approval->decision].noun,
			approval->request, approval->approver, approval->problem);
	}
	return event;
}

static Severity gap_severity(const Gap *gap)
{
	for (gsize i = 0; i < G_N_ELEMENTS(suspicious_causes); i++) {
		if (strcmp(gap->cause, suspicious_causes[i].cause) == 0) {
			return suspicious_causes[i].severity;
		}
	}
	return SEVERITY_LOW;
}

static Event *gap_event(const ChangeSet *set, const Gap *gap, const JudgementFrame *frame)
{
	Event *event = new_event(EVENT_GAP, frame, set->commit, set->parent);

	event->gap = gap_new(gap->cause, gap->scope, gap->start_usec, gap->end_usec);
	event->gap->closed_usec = gap->closed_usec;
	event->severity = gap_severity(gap);
	event->summary = summary_of_gap(gap);
	return event;
}

static Event *adoption_event(const ChangeSet *set, const JudgementFrame *frame)
{
	Event *event = new_event(set->kind == CHANGE_SET_BASELINE ? EVENT_BASELINE : EVENT_SCOPE,
				 frame, set->commit, set->parent);

	event->count = set->file_count;
	event->scope_added = g_strdupv(set->scope_added);
	event->scope_removed = g_strdupv(set->scope_removed);
	event->summary = summary_of_adoption(set);
	return event;
}

/* Takes `count` changes from the front. */
static Event *change_event(const ChangeSet *set, GPtrArray *changes, guint first, guint count,
			   const JudgementFrame *frame)
{
	Event *event = new_event(EVENT_CHANGE, frame, set->commit, set->parent);

	g_ptr_array_unref(event->files);
	event->files = g_ptr_array_new_full(count, (GDestroyNotify)change_free);
	for (guint i = 0; i < count; i++) {
		Change *change = changes->pdata[first + i];

		event->verdict = MAX(event->verdict, change->verdict);
		event->severity = MAX(event->severity, change->severity);
		g_ptr_array_add(event->files, change);
	}
	event->summary = summary_of_event(event, changes->len);
	return event;
}

static void add_change_events(GPtrArray *events, const ChangeSet *set, GPtrArray *changes,
			      const JudgementFrame *frame)
{
	g_autoptr(Event) envelope = new_event(EVENT_CHANGE, frame, set->commit, set->parent);
	g_autoptr(GArray) plan = event_plan_parts(envelope, changes);
	guint first = 0;

	for (guint i = 0; i < plan->len; i++) {
		guint count = g_array_index(plan, guint, i);

		g_ptr_array_add(events, change_event(set, changes, first, count, frame));
		first += count;
	}
}

/* The changes that are still to be told; the array owns nothing. */
static GPtrArray *take_untold(ChangeSet *set, const JudgementTold *told)
{
	GPtrArray *untold = g_ptr_array_new();

	for (guint i = 0; i < set->changes->len; i++) {
		Change *change = set->changes->pdata[i];
		g_autofree char *path =
			told == NULL || told->paths == NULL ? NULL : event_path(change->path);

		if (path != NULL && g_hash_table_contains(told->paths, path)) {
			change_free(change);
		} else {
			g_ptr_array_add(untold, change);
		}
	}
	g_ptr_array_set_free_func(set->changes, NULL);
	g_ptr_array_set_size(set->changes, 0);
	return untold;
}

static void number_parts(GPtrArray *events, guint told)
{
	for (guint i = 0; i < events->len; i++) {
		Event *event = events->pdata[i];

		event->part_n = told + i + 1;
		event->part_of = told + events->len;
	}
}

/* Gaps and adoption come first and in a fixed order, so their count says which were told. */
static void drop_told(GPtrArray *events, guint told)
{
	if (told > 0) {
		g_ptr_array_remove_range(events, 0, MIN(told, events->len));
	}
}

GPtrArray *judgement_run_events(ChangeSet *set, const JudgementFrame *frame,
				const JudgementTold *told)
{
	GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	g_autoptr(GPtrArray) untold = take_untold(set, told);
	g_autoptr(GPtrArray) beyond = g_ptr_array_new();
	g_autoptr(GPtrArray) agreed = g_ptr_array_new();

	for (guint i = 0; i < untold->len; i++) {
		Change *change = untold->pdata[i];
		bool is_alert = verdict_is_alert(change->verdict, change->severity);

		g_ptr_array_add(is_alert ? beyond : agreed, change);
	}
	add_change_events(events, set, beyond, frame);
	add_change_events(events, set, agreed, frame);
	if (events->len == 0) {
		g_ptr_array_add(events, change_event(set, untold, 0, 0, frame));
	}
	number_parts(events, told == NULL ? 0 : told->parts);
	return events;
}

GPtrArray *judgement_events(ChangeSet *set, const JudgementFrame *frame, const JudgementTold *told)
{
	GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	g_autoptr(GPtrArray) untold = take_untold(set, told);
	guint told_parts = told == NULL ? 0 : told->parts;

	for (guint i = 0; i < set->gaps->len; i++) {
		g_ptr_array_add(events, gap_event(set, set->gaps->pdata[i], frame));
	}
	if (set->kind != CHANGE_SET_CHANGE) {
		g_ptr_array_add(events, adoption_event(set, frame));
	}
	drop_told(events, told_parts);
	add_change_events(events, set, untold, frame);
	if (events->len == 0) {
		/* every commit is told, so that nobody has to wonder about one */
		g_ptr_array_add(events, change_event(set, untold, 0, 0, frame));
	}
	number_parts(events, told_parts);
	return events;
}
