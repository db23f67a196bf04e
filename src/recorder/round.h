/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A round of the barrier (base/barrier.h), the recorder's half: taking the question, and answering
 * it when everything hinted before it has been recorded.
 */
#pragma once

#include "recorder/recorder.h"

/* Takes a question that is new; what the kernel has queued until now belongs to it. */
void round_ask(Recorder *recorder);

/* Answers it if all of that is recorded. */
void round_answer(Recorder *recorder);
