/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge's side of the barrier (base/barrier.h): asking the recorder to finish with everything
 * the kernel has queued, and seeing that it has. Each question is a round of its own, so one that
 * comes while the recorder is already draining is not answered by that.
 */
#pragma once

#include "base/barrier.h"

#include <glib.h>

typedef struct {
	Barrier *page; /* NULL: there is no recorder to ask */
	int bell;
} BarrierRound;

/* Raises the number, rings, and returns the round; it is over when barrier_round_done returns at
 * least that. 0: there is no recorder to ask. */
guint64 barrier_round_ask(BarrierRound *barrier);

/* The latest round that is over. What the recorder committed for it is in snapshots.git. */
guint64 barrier_round_done(const BarrierRound *barrier);
