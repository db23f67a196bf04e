/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Steps of the wall clock: somebody set it, or the machine found out the time late. Told by holding
 * it against the clock that counts since boot (sleep included) and is never set. Pure.
 */
#pragma once

#include <glib.h>

/* Less is what keeping time does anyway. */
#define CLOCK_STEP_USEC G_GINT64_CONSTANT(1000000)

typedef struct {
	gint64 offset_usec; /* wall less boot, when last asked; 0: not yet */
} ClockStep;

/* How far the wall clock was moved since the last call (forward positive); 0: it was not. */
gint64 clock_step_take(ClockStep *step, gint64 wall_usec, gint64 boot_usec);
