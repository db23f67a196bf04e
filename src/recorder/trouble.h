/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trouble: recording fails for a reason that lies outside of us and may pass: a full disk, say.
 * What is to be recorded waits, the health line says why, it is tried again until it works, and the
 * stretch of time is a gap: what happened meanwhile is recorded late and only in its last state.
 */
#pragma once

#include "recorder/recorder.h"

/*
 * Takes the failure of a batch whose orders have been put back. On a full disk the ballast is
 * dropped and the open gap is committed, so that everybody hears of it. False and *error: the
 * trouble is not one that passes.
 */
bool trouble_take(Recorder *recorder, GError *failure, GError **error);

/* It is over, or there was none: called after each success. */
void trouble_end(Recorder *recorder);

/* Looks whether the weather has cleared; then it is tried again at once. */
void trouble_look(Recorder *recorder);
