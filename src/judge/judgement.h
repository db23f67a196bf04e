/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One judged change-set as events: a gap event for each gap, one for what was adopted, then the
 * changes in parts. All events of a commit are counted together in `part`, so the last one says
 * that the commit is told. Pure: no disk, no clock.
 */
#pragma once

#include "event/event.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	EventHost host; /* borrowed by the events */
	const char *policy;
	const char *register_commit; /* NULL: none */
	gint64 time_usec;
	const EventGroup *group;   /* of a run that ended; NULL */
	const char *waiting_since; /* what waits for a run that goes on; NULL */
	guint waiting;
} JudgementFrame;

/* What of this commit is in the journal already, after a crash in the middle of it. */
typedef struct {
	guint parts;
	GHashTable *paths; /* as events tell them (event_path); NULL: none */
} JudgementTold;

/*
 * Makes the events that are still to be told: GPtrArray of Event. The changes move out of the set
 * into the events. `told` may be NULL.
 */
GPtrArray *judgement_events(ChangeSet *set, const JudgementFrame *frame, const JudgementTold *told);

/*
 * What waited for a run of the package manager, now that it has ended; as judgement_events. What is
 * worth an alert is what the run did beyond its packages: it comes first, in events of its own.
 */
GPtrArray *judgement_run_events(ChangeSet *set, const JudgementFrame *frame,
				const JudgementTold *told);

/* An approval or veto that this host sees for the first time; the approval is copied. */
Event *judgement_approval(const JudgementFrame *frame, const Approval *approval);

/* An event about ourselves. `commit` and `parent` may be NULL; with a commit it counts as told. */
Event *judgement_health(const JudgementFrame *frame, Severity severity, const char *text,
			const char *commit, const char *parent);
