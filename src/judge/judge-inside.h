/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a judge, shared by judge.c (the work), judge-run.c (what waits for the package
 * manager) and judge-health.c (what it says of itself); nobody else's.
 */
#pragma once

#include "judge/clerk.h"
#include "judge/docket.h"
#include "judge/judge.h"
#include "judge/run.h"

struct Judge {
	JudgePlaces places;
	EventHost host;
	Rules *rules;
	Approvals *approvals; /* NULL: no register */
	Clerk *clerk;         /* NULL: no register */
	Journal *journal;
	Outbox *outbox;
	Docket *docket;
	DocketItem item; /* taken from the docket, not judged yet */
	bool has_item;
	char *unfinished; /* commit that was told in part before we were started */
	JudgementTold told;
	Run *run;
	EventGroup *group;  /* `item` is the end of a run; NULL: it is a commit */
	gint64 taken_usec;  /* monotonic: when the run took its last commit */
	char *replay_since; /* what the run took before we were started is to be taken again: from
			     */
	char *replay_until; /* this commit to that one */
	bool is_ending;     /* and the end of it was told in part */
	char *trouble;      /* why we are stuck */
	bool was_idle;      /* all that was owed at the start is done */
};

/* judge.c */
void judge_add_health(Judge *judge, Severity severity, const char *text);

/* judge-begin.c */
void judge_begin(Judge *judge, const JournalOpened *opened);

/* judge-run.c */
/* Gives the run back what it had taken, as soon as the snapshots are open. */
void judge_run_resume(Judge *judge);
/* Takes a new change-set: what waits is not in it any more. */
void judge_run_take(Judge *judge, ChangeSet *set);
/* What waited becomes the next item, when it is time for that: when it must not wait longer; or,
 * everything recorded having been taken, when the evidence is there (`is_hurried`: may be). */
bool judge_run_is_due(Judge *judge);
bool judge_run_look(Judge *judge, bool is_hurried);
void judge_run_end(Judge *judge);
