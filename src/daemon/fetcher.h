/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When a remote register is fetched: every so many seconds, and when somebody asks; one fetch at a
 * time, not longer than FETCH_LIMIT, not more often than FETCH_PAUSE. What comes of it is told:
 * when it last succeeded (kept in STATE, so that it is known after a restart as well) and what is
 * in the way. The judge goes on with what is there. No clock: the moments are arguments.
 */
#pragma once

#include "daemon/fetch-process.h"

#define FETCH_LIMIT_USEC (120 * G_USEC_PER_SEC)
#define FETCH_PAUSE_USEC (1 * G_USEC_PER_SEC)
#define FETCHED_FILE "register.fetched"

typedef struct {
	FetchPlan plan;
	int state_fd; /* not owned */
	int said;
	bool is_prepared; /* the mirror is there */
	pid_t pid;
	gint64 due_usec, started_usec; /* monotonic */
	gint64 fetched_usec;           /* wall clock; 0: never */
	bool is_late;                  /* killed for taking too long */
	bool is_asked;                 /* once more when this one is done */
	char *problem;                 /* NULL: none */
} Fetcher;

/* Takes the plan. */
void fetcher_init(Fetcher *fetcher, FetchPlan *plan, int state_fd);
/* Another plan; taken. */
void fetcher_adopt(Fetcher *fetcher, FetchPlan *plan, gint64 now_usec);
void fetcher_clear(Fetcher *fetcher);

/* As soon as may be. */
void fetcher_ask(Fetcher *fetcher, gint64 now_usec);
/* Starts what is due, ends what takes too long. */
void fetcher_tick(Fetcher *fetcher, gint64 now_usec);
/* When there is something to do; G_MAXINT64: never. */
gint64 fetcher_due(const Fetcher *fetcher);
/* Whether that process was its, and succeeded: the judge should look. */
bool fetcher_reaped(Fetcher *fetcher, pid_t pid, int status, gint64 now_usec, gint64 wall_usec);

/* "the register cannot be fetched from X (...); judging with what was fetched at T"; NULL: all is
 * well. Caller frees. */
char *fetcher_problem(const Fetcher *fetcher);
