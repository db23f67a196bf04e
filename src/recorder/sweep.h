/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sweep: everything that is watched, held against the catalog by names and stats alone, in small
 * steps. It finds what gave no hint: a flag set by chattr, a mapping written to, anything the
 * kernel or we have missed. It reads no content, writes nothing and trusts nobody's times but the
 * inode's: every directory is listed each time.
 *
 * What differs is reported as a path that somebody has to look at, never as a fact: it may have
 * changed a moment ago, with its hint on the way.
 */
#pragma once

#include "recorder/look.h"

typedef void (*SweepDiffers)(void *context, const char *path);

typedef struct Sweep Sweep;

/* `world` is borrowed: root, catalog, scope and what is excluded. */
Sweep *sweep_new(const LookWorld *world, SweepDiffers differs, void *context);
void sweep_free(Sweep *sweep);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sweep, sweep_free)

typedef enum {
	SWEEP_MORE,
	SWEEP_DONE, /* everything has been compared: the next step begins anew */
	SWEEP_ERROR,
} SweepStep;

/* One step, at most some dozens of paths; *error is of the catalog. */
SweepStep sweep_step(Sweep *sweep, GError **error);

/* Entries compared since the beginning. */
guint64 sweep_compared(const Sweep *sweep);
