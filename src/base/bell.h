/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * A doorbell between two stages: an eventfd that says "there is more on disk". It carries no data;
 * losing a ring costs only time. reeved makes the bells and keeps them open, so a stage may die
 * and come back without its neighbours noticing.
 */
#pragma once

#include "base/error.h"

#include <stdbool.h>

/* A new non-blocking, close-on-exec bell; -1 and *error. */
int bell_new(GError **error);

/* Rings; never blocks, never fails. -1 is no bell. */
void bell_ring(int bell);

/* Takes back all rings so far; true when there was one. Poll the descriptor for POLLIN. */
bool bell_answer(int bell);
