/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper of reeve-lens: stands between judge and worker, hands frames to and fro, and ends a
 * worker that takes too long, has died, says what is no answer, or is worn. It knows frames and no
 * format, so it is there when the worker is not.
 *
 * A worker that has died while it had nothing to do costs nobody anything: the next question finds
 * a new one.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	gint64 patience_usec; /* for one question, lens loaded on the way */
	/* In the child: answers at `socket` until that is closed. */
	void (*work)(void *context, int socket);
	void *context;
} KeeperPlan;

/* Serves `judge` until its other end is closed. */
void keeper_run(const KeeperPlan *plan, int judge);
