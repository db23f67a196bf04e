/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mending: stores that were damaged, removed or exchanged while the recorder goes on. What it
 * holds open, what can still be read, and what lies in the watched tree is written again; what was
 * lost for good is told as a gap `store-damaged`, and `reeve verify` names it.
 */
#pragma once

#include "recorder/recorder.h"

/*
 * Looks after the stores, which costs nothing while they are well. False and *error: they cannot
 * be mended from here (a snapshots.git that is gone: REEVE_ERROR_CORRUPT, and the next start begins
 * anew), or not now (a full disk).
 */
bool mend_stores(Recorder *recorder, GError **error);
