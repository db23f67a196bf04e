/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A worker: one thread that does jobs in the order in which they were given, behind its giver's
 * back. What waits is bounded; the first failure stops the work and reaches the giver with the
 * next call. What the jobs touch belongs to the worker until worker_finish.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Worker Worker;

/* Does one job, on the worker's thread; the job stays the worker's. False + *error: no further job
 * is done. */
typedef bool (*WorkerDo)(void *context, void *job, GError **error);

/* Starts the thread. `max_bytes` is how much may wait, in the bytes its giver names. */
Worker *worker_new(WorkerDo work, void *context, GDestroyNotify job_free, gsize max_bytes);
/* Drops what waits, and waits for the job at hand. */
void worker_free(Worker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Worker, worker_free)

/* Takes the job in any case; waits while too much waits already (one job may be above the limit).
 * False: a job before it failed. */
bool worker_give(Worker *worker, void *job, gsize bytes, GError **error);

/* Waits until all is done. No job may be given afterwards. */
bool worker_finish(Worker *worker, GError **error);
