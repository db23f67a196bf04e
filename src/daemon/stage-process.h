/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of one stage under the supervisor: started, ready, asked to end, dead, started again.
 * Owns the supervisor's end of the lifeline; the other descriptors are the supervisor's. It has no
 * clock: the moment is an argument.
 */
#pragma once

#include "base/error.h"
#include "daemon/spawn.h"

#include <glib.h>
#include <stdbool.h>

#define STAGE_BACKOFF_FIRST_USEC (100 * G_GINT64_CONSTANT(1000))
#define STAGE_BACKOFF_LAST_USEC (10 * G_USEC_PER_SEC)
#define STAGE_STEADY_USEC (5 * G_USEC_PER_SEC) /* up for so long: the backoff begins anew */
#define STAGE_END_USEC (10 * G_USEC_PER_SEC)   /* to end by itself before it is killed */

typedef enum {
	STAGE_DOWN,     /* not running; `due_usec` says when it is to start */
	STAGE_STARTING, /* running, not yet ready */
	STAGE_READY,
	STAGE_ENDING, /* lifeline closed; `due_usec` says when it is killed */
} StageState;

typedef struct {
	const char *name; /* static */
	char *program;
	GStrv arguments;
	int descriptors[_SPAWN_N]; /* not owned; the lifeline's is set at each start */
	StageState state;
	bool is_wanted;   /* to be started (again) when it is down */
	bool is_hopeless; /* it refuses its command line: starting again cannot help */
	bool was_ever_ready;
	bool wants_fetch; /* somebody asked it to look at the register; the supervisor clears it */
	pid_t pid;        /* 0: not running */
	int lifeline;     /* -1: not running or asked to end */
	gint64 due_usec;  /* monotonic; G_MAXINT64: nothing is due */
	gint64 started_usec; /* monotonic */
	gint64 backoff_usec; /* before the next start after a death */
	guint restarts;      /* starts after unexpected deaths */
	char *problem;       /* the last unexpected death in words; NULL: it has been ready since */
} StageProcess;

void stage_process_init(StageProcess *stage, const char *name, char *program, GStrv arguments);
void stage_process_clear(StageProcess *stage);

/* Asks it to end: closes the lifeline. With `again` it starts once more at once, else not. */
void stage_process_end(StageProcess *stage, bool again, gint64 now_usec);

/* The lifeline is readable: ready, or the stage has closed it. */
void stage_process_hear(StageProcess *stage);

/* It was reaped with this wait status. */
void stage_process_reaped(StageProcess *stage, int status, gint64 now_usec);

/* Does what is due: starts it, kills it. */
void stage_process_tick(StageProcess *stage, gint64 now_usec);

/* "running", "ready", "restarting", "ending", "stopped": for the health line; static. */
const char *stage_process_word(const StageProcess *stage);
