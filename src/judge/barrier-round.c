/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounds of the barrier: see barrier-round.h. */
#include "judge/barrier-round.h"

#include "base/bell.h"

guint64 barrier_round_ask(BarrierRound *barrier)
{
	guint64 round;

	if (barrier->page == NULL) {
		return 0;
	}
	round = atomic_fetch_add(&barrier->page->asked, 1) + 1;
	bell_ring(barrier->bell);
	return round;
}

guint64 barrier_round_done(const BarrierRound *barrier)
{
	return barrier->page == NULL ? 0 : atomic_load(&barrier->page->done);
}
