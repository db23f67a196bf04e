/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge at work: takes commits from the docket, judges their changes by history and rules,
 * puts the events into the outbox. Works in steps that are short enough to answer people between
 * them; after a step that says JUDGE_IDLE everything recorded is in the journal and in the index.
 */
#pragma once

#include "change/store.h"
#include "judge/approvals.h"
#include "judge/health.h"
#include "judge/judgement.h"
#include "judge/outbox.h"
#include "judge/rules.h"

#include <glib.h>
#include <stdbool.h>

/* Where things are, as seen from behind the wall. */
typedef struct {
	const char *state_dir;
	const char *journal_dir;
	int journal_fd; /* the folder; borrowed */
	int witness_fd; /* STATE/witness; borrowed; -1: none */
	int next_bell;
	const Names *people; /* users of this machine, by number; borrowed; NULL: nobody */
	const char *canary;  /* a path that Reeve changes to prove the chain; NULL */
	Lens *lens;          /* reeve-lens; borrowed; NULL: none */
} JudgePlaces;

typedef struct Judge Judge;

/* Opens the journal and tells what was wrong with it. `rules` (compiled), `approvals` (NULL: no
 * register) and `host` are borrowed. */
Judge *judge_new(const JudgePlaces *places, const EventHost *host, Rules *rules,
		 Approvals *approvals, GError **error);
void judge_free(Judge *judge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Judge, judge_free)

typedef enum {
	JUDGE_IDLE, /* all is judged and told */
	JUDGE_MORE, /* call again at once */
	JUDGE_STUCK /* the disk refuses, or the store is gone: call again later */
} JudgeStep;

JudgeStep judge_step(Judge *judge);

/* Somebody waits for all that was recorded: what waits for the end of a package run is told with
 * the next step when the run has ended already. False: nothing does, or the run goes on. */
bool judge_hurry(Judge *judge);

/* Tells an event of our own at once. False and *error: it waits for the disk with the others. */
bool judge_tell(Judge *judge, Event *event, GError **error);
/* A new event for judge_tell. */
Event *judge_new_event(Judge *judge, EventKind kind);

/* What events made now are made of. */
JudgementFrame judge_frame(const Judge *judge);
/* Whether the register is half read, so that nothing may be asked of it. */
bool judge_is_reading(const Judge *judge);
/* The journal's folder. */
int judge_journal_fd(const Judge *judge);
/* snapshots.git; NULL before the first snapshot. */
Store *judge_store(Judge *judge);

/* False when somebody has cut the journal: only a new start can go on, and tells what is lost. */
bool judge_journal_is_whole(const Judge *judge);

/* Of the last event. */
guint64 judge_seq(const Judge *judge);
const char *judge_head(const Judge *judge);
/* NULL when there is none at the moment. */
Index *judge_index(Judge *judge);

/* What the health line says after a step. The texts are the judge's. */
void judge_health(Judge *judge, JudgeStep step, Health *ret);
