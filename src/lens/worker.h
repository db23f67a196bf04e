/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The worker of reeve-lens: Augeas, one question at a time. It lives in a child of the keeper
 * (keeper.h) behind a wall of its own, and everything here is expected to crash or to hang one day.
 *
 * Lenses are loaded one by one, when they are first asked for, and stay.
 */
#pragma once

#include "change/lens-frame.h"

#include <glib.h>

typedef struct Worker Worker;

/* `lenses`: the folder they are in, as it is called behind the wall. NULL: Augeas does not start.
 */
Worker *worker_new(const char *lenses);
void worker_free(Worker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Worker, worker_free)

/* Compares. A lens that cannot be loaded is READING_NO_LENS. */
void worker_answer(Worker *worker, const LensQuestion *question, LensAnswer *ret);

/* Answers until the other end is closed, or something comes that is no question. */
void worker_serve(Worker *worker, int socket);
