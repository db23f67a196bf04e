/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A round of the barrier: see round.h. */
#include "recorder/round.h"
#include "base/bell.h"
#include "recorder/intake.h"

static void begin(Recorder *recorder, guint64 asked)
{
	watch_drain(recorder->world.watch);
	intake_take(recorder);
	intake_take_linked(recorder);
	recorder->barrier_asked = asked;
	recorder->barrier_mark = settle_mark(recorder->settle);
	recorder->barrier_searched = false;
}

void round_ask(Recorder *recorder)
{
	guint64 asked;

	if (recorder->barrier == NULL) {
		return;
	}
	bell_answer(recorder->options->barrier_bell);
	asked = atomic_load(&recorder->barrier->asked);
	if (asked > atomic_load(&recorder->barrier->done) && asked > recorder->barrier_asked &&
	    recorder->is_started) {
		begin(recorder, asked);
	}
	if (recorder->barrier_asked != 0) {
		settle_release(recorder->settle); /* also what a commit has held back since */
	}
}

static bool is_clear(const Recorder *recorder)
{
	return recorder->gaps->len == 0 && !recorder->must_rebuild &&
	       settle_is_clear(recorder->settle, recorder->barrier_mark);
}

/* What was looked at in this round may have shown that a file has more names. Once: those that are
 * found show no others. */
static void search_names(Recorder *recorder)
{
	if (recorder->barrier_searched) {
		return;
	}
	recorder->barrier_searched = true;
	if (intake_find_names(recorder, true)) {
		recorder->barrier_mark = settle_mark(recorder->settle);
	}
}

void round_answer(Recorder *recorder)
{
	Barrier *barrier = recorder->barrier;
	const char *head;

	if (recorder->barrier_asked == 0 || !is_clear(recorder)) {
		return;
	}
	search_names(recorder);
	if (!is_clear(recorder)) {
		return;
	}
	head = snapshot_head(recorder->world.snapshot);
	g_strlcpy(barrier->commit, head == NULL ? "" : head, sizeof(barrier->commit));
	atomic_store(&barrier->done, recorder->barrier_asked);
	recorder->barrier_asked = 0;
	bell_ring(recorder->options->next_bell);
}
