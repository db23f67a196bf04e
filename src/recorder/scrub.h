/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scrub: finds what gave no hint. Two rounds go on for ever beside the recording, in slices of
 * some milliseconds: the sweep (names and stats, every few seconds on a small tree, every quarter
 * of an hour at least) and the rotation (all content again, once a day at least). Together they
 * take at most 0.5 % of one processor, unless a round would outlast its time.
 *
 * It reports paths in doubt and never records anything itself. It has no thread: the recorder
 * calls scrub_turn when scrub_next_usec has come and nothing else is to be done.
 */
#pragma once

#include "recorder/look.h"

/* Its clocks, for tests: monotonic time, and processor time of this thread. */
typedef struct {
	gint64 (*mono_usec)(void);
	gint64 (*cpu_usec)(void);
} ScrubClock;

extern const ScrubClock scrub_clock;

/* How far it is, for people. */
typedef struct {
	guint64 sweeps;    /* finished since the start */
	gint64 swept_usec; /* wall clock: the end of the last one; 0: none */
	gint64 sweep_usec; /* how long it took */
	guint64 rotations;
	gint64 rotated_usec;
	guint64 reread, to_reread; /* entries of the rotation under way: done, all */
	guint64 doubts;            /* paths reported since the start */
} ScrubFacts;

typedef struct Scrub Scrub;

/* `world` is borrowed; what is kept of an earlier run is read from its catalog. */
Scrub *scrub_new(const LookWorld *world, const ScrubClock *clock);
void scrub_free(Scrub *scrub);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scrub, scrub_free)

/* When the next slice is due (monotonic). */
gint64 scrub_next_usec(const Scrub *scrub);

/* What a slice has found: paths (char *) that differ from the catalog by name or stat, and paths
 * whose content differs though their stat does not. Owned by the scrub, until its next turn. */
typedef struct {
	GPtrArray *differ, *differ_inside;
} ScrubDoubts;

/* Does one slice if one is due. *error is of the catalog. */
bool scrub_turn(Scrub *scrub, GError **error);
const ScrubDoubts *scrub_doubts(const Scrub *scrub);

/* Asks for a whole sweep that begins after this call, as soon as the budget allows. */
void scrub_hurry(Scrub *scrub);
/* Whether one is still owed. */
bool scrub_is_hurried(const Scrub *scrub);
/* Does it now and at once, for `most_usec` of processor time at most; false when that was not
 * enough (the doubts so far stand, and it remains owed). */
bool scrub_sweep_now(Scrub *scrub, gint64 most_usec);

const ScrubFacts *scrub_facts(const Scrub *scrub);

/* Keeps the position of the rotation in the catalog, outside any transaction; by itself now and
 * then, by the recorder at the end. Failure costs only that place. */
void scrub_keep(Scrub *scrub);
