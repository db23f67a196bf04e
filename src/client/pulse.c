/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pulses: see pulse.h. */
#include "client/pulse.h"

void pulse_init(Pulse *pulse, gint64 patience_usec, gint64 now)
{
	pulse->patience_usec = patience_usec;
	pulse->last_usec = now;
	pulse->is_silent = false;
}

bool pulse_beat(Pulse *pulse, gint64 now)
{
	bool ends_silence = pulse->is_silent;

	pulse->last_usec = now;
	pulse->is_silent = false;
	return ends_silence;
}

gint64 pulse_deadline(const Pulse *pulse)
{
	return pulse->is_silent ? G_MAXINT64 : pulse->last_usec + pulse->patience_usec;
}

bool pulse_falls_silent(Pulse *pulse, gint64 now)
{
	if (now < pulse_deadline(pulse)) {
		return false;
	}
	pulse->is_silent = true;
	return true;
}
