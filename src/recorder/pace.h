/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: a pace: when background work that goes round and round may take its next slice. Pure; no
 * clock, times are microseconds and come with the calls.
 *
 * A round takes as long as its share of the processor (and of reading) makes it last, never less
 * than the rule's least period. One that would last longer than the rule's greatest period is
 * hurried: completeness before thrift, but never above one part in PACE_HURRIED_SHARE.
 */
#pragma once

#include <glib.h>

#define PACE_HURRIED_SHARE 20

typedef struct {
	gint64 least_usec, greatest_usec; /* a round */
	guint cpu_share;                  /* one part of the processor in so many */
	guint64 bytes_per_sec;            /* to be read; 0: no limit */
} PaceRule;

typedef struct {
	const PaceRule *rule;
	gint64 began_usec;
	guint64 total;    /* items of this round, as far as that is known */
	gint64 next_usec; /* the next slice is due */
	gint64 paid_usec; /* until then what was done so far has used up its share */
} Pace;

/* A round of about `total` items begins. */
void pace_begin(Pace *pace, guint64 total, gint64 now_usec);

/* A slice has ended: what it cost, and how many items of this round are done. */
void pace_did(Pace *pace, gint64 now_usec, gint64 cpu_usec, guint64 bytes, guint64 done);

/* The round has ended: the next one begins at `next_usec`. After pace_did for its last slice. */
void pace_end(Pace *pace);

/* Between rounds: the next one begins as soon as its share allows. */
void pace_hurry(Pace *pace, gint64 now_usec);
