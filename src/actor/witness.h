/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The witness: who did it. Joins the pid that the kernel gives with a hint to a table of processes
 * that is filled when processes start, so that one that has ended meanwhile is known all the same.
 *
 * Life: witness_open() (needs the privileges; looks once at every process there is), then the wall,
 * then witness_start() begins the thread that keeps the source from running over. Memory is bounded
 * (process-table.h).
 *
 * It never guesses: what is not certain is `inferred`, with how; what is not known is `unknown`.
 */
#pragma once

#include "base/error.h"
#include "event/actor.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Witness Witness;

/*
 * `source`: "auto" (the best there is), "bpf", "connector", "proc", "none". `own_pid`: the process
 * that we and ours descend from. NULL and *error when the source that was named cannot be had.
 */
Witness *witness_open(const char *source, gint64 own_pid, GError **error);
void witness_close(Witness *witness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Witness, witness_close)

/* Before the wall: the watched system is the one below this directory, whose programs are told from
 * others by that. */
void witness_set_root(Witness *witness, int root_fd);

bool witness_start(Witness *witness, GError **error);

/*
 * Who process `pid` was when it did something between two moments (monotonic): the latter is when
 * the kernel's event was read, the former when its queue was last known to be empty (0: not known).
 * A reference; NULL for pid 0, where the kernel has not said anything.
 */
Actor *witness_name(Witness *witness, gint64 pid, gint64 since_usec, gint64 until_usec);

/* For a person: the source, the best it can be sure of, what it cannot do. Static. */
const char *witness_source(const Witness *witness);
Confidence witness_reach(const Witness *witness);
const char *witness_limits(const Witness *witness);
/* Why better sources are not in use (char *); owned by the witness. */
const GPtrArray *witness_passed_over(const Witness *witness);

/* Processes in the table; sightings lost since the beginning; whether the source has died. */
guint witness_count(Witness *witness);
guint64 witness_lost(Witness *witness);
bool witness_is_blind(Witness *witness);
