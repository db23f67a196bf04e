/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recorder: watch -> settle -> look -> snapshot, on one thread, for as long as it lives.
 *
 * What goes wrong while recording (a full disk, too many open files) does not end it: the orders
 * and gaps are kept, the health line says why, and it tries again until it has caught up. What
 * ends it is the end of the lifeline, SIGTERM or SIGINT, and damage to its own stores (then the
 * next start repairs them).
 */
#pragma once

#include "actor/witness.h"
#include "base/barrier.h"
#include "base/stage.h"
#include "recorder/alive.h"
#include "recorder/clock-step.h"
#include "recorder/look.h"
#include "recorder/scrub.h"
#include "recorder/settle.h"
#include "recorder/status.h"
#include "watch/mounts.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	const StageOptions *options;
	LookWorld world; /* its members are owned by main, but two by us */
	Alive *alive;
	Status *status;
	Mounts *mounts;   /* NULL: mounts are not followed */
	Witness *witness; /* NULL: nobody is told apart */
	Barrier *barrier; /* NULL: none */
	int signals;      /* readable when it is time to go */
	int state_fd;     /* the folder STATE; not closed here */

	Settle *settle;
	Scrub *scrub;          /* NULL until the start is done */
	GPtrArray *gaps;       /* of Gap: to be told in the next commit */
	GHashTable *lost;      /* roots that are gone -> Gap, open since then */
	GHashTable *uncovered; /* directories without a watch that have been told as a gap */
	Gap *budget_gap;       /* open while there are any; NULL */
	guint n_blind;         /* paths the start could not look at */
	bool is_started;       /* the debt to the past is paid: baseline or rescan */
	bool must_rebuild;     /* the catalog is behind the snapshot */
	bool was_mended;       /* snapshots.git was damaged since we started */
	bool was_replaced;     /* the snapshots are not those that the catalog knew */
	bool mounts_stirred;   /* a poll has said so */
	bool has_ballast;
	ClockStep clock;
	bool is_leaving;
	guint64 barrier_asked; /* the round being worked on; 0: none */
	guint64 barrier_mark;
	bool barrier_searched; /* for other names of the files it is about */
	gint64 retry_usec;     /* monotonic: not before this; 0: no trouble */
	gint64 backoff_usec;
	gint64 flood_usec;    /* monotonic: a flood is left to run until then; 0 */
	gint64 beat_usec;     /* monotonic: the next sign of life */
	gint64 maintain_usec; /* monotonic: when to tidy the packs; 0: nothing to tidy */
	gint64 patrol_usec;   /* monotonic: when to look at directories without a watch */
	gint64 progress_usec; /* monotonic: the last look around during a long look */
} Recorder;

/* Prepares the members behind the blank line; the others are set by main. */
void recorder_init(Recorder *recorder);
void recorder_clear(Recorder *recorder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Recorder, recorder_clear)

/* Runs until told to stop. False and *error: one of the stores is damaged. */
bool recorder_run(Recorder *recorder, GError **error);

/* Up to when everything is recorded: the oldest hint that is not, or now. Wall clock. */
gint64 recorder_sure_until_usec(const Recorder *recorder);

/* The calls of a LookWorld, with the recorder as context. */
bool recorder_tick(void *recorder, guint64 done);
bool recorder_is_being_written(void *recorder, const char *path);
const GPtrArray *recorder_actors(void *recorder, const char *path);
