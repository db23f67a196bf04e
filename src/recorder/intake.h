/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The intake: from the watch to the settle. Drops what is not in the scope, turns what happens
 * above a root into a look at the root, and a gap into rescans of all it may have hidden.
 */
#pragma once

#include "recorder/recorder.h"

/* Takes all hints and gaps the watch has drained, and news of mounts. */
void intake_take(Recorder *recorder);

/*
 * Takes every order that is due now, appended to `ret` (of Order). One about a directory above the
 * roots (many hints that collapsed into one) becomes one for each root.
 */
void intake_due(Recorder *recorder, GPtrArray *ret);

/* Takes files that were changed through another of their names, which gives no hint. */
void intake_take_linked(Recorder *recorder);

/*
 * After a name was added to a file, which gives no hint for its other names: has the scrub search
 * for them. With `is_now` at once, for a moment (a barrier); what it finds then counts as
 * hinted, and true is returned.
 */
bool intake_find_names(Recorder *recorder, bool is_now);

/* Takes paths that the scrub doubts, behind the hints that may be on their way for them. */
void intake_take_doubts(Recorder *recorder, const ScrubDoubts *doubts);

/* Takes note of the wall clock: that it was set is a gap, as times say less than they seem to. */
void intake_take_clock(Recorder *recorder);

/* Has everything that is watched at or below `path` looked at again, as after a gap. */
void intake_rescan(Recorder *recorder, const char *path);
