/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The barrier of `reeve status --wait` (design 6): the judge asks the recorder to finish with
 * every hint the kernel has queued so far. They share one page of memory (a sealed-size memfd made
 * by reeved) and a bell; the recorder reads a single number of the judge's there, so the first
 * wall still stands: nothing is parsed.
 *
 * Rounds: the judge raises `asked` and rings; the recorder drains the kernel, records, writes
 * `commit` (the head of snapshots.git then), sets `done` to the number it had read, and rings the
 * judge's ordinary bell. A recorder that restarts finds asked > done and answers after its rescan.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdatomic.h>

typedef struct {
	_Atomic guint64 asked; /* written by the judge */
	_Atomic guint64 done;  /* written by the recorder, after `commit` */
	char commit[48]; /* written by the recorder: object id in hex, NUL-terminated, "" none */
} Barrier;

/* A new page; returns its descriptor (close-on-exec) or -1. */
int barrier_new(GError **error);

/* Maps a page made by barrier_new; NULL and *error. Unmapped at exit. */
Barrier *barrier_map(int fd, GError **error);
