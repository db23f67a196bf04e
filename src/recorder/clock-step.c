/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps of the clock: see clock-step.h. */
#include "recorder/clock-step.h"

gint64 clock_step_take(ClockStep *step, gint64 wall_usec, gint64 boot_usec)
{
	gint64 offset_usec = wall_usec - boot_usec;
	gint64 moved_usec = step->offset_usec == 0 ? 0 : offset_usec - step->offset_usec;

	step->offset_usec = offset_usec;
	return moved_usec > -CLOCK_STEP_USEC && moved_usec < CLOCK_STEP_USEC ? 0 : moved_usec;
}
