/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge's end of reeve-lens: asks what two versions of a file mean to the program that reads
 * it. The worker may hang, crash or lie; none of that costs more than the line difference and a
 * moment.
 *
 * How much is asked for one commit is bounded, in files and in time; and a lens that has cost the
 * worker its life is not asked again for that commit.
 */
#pragma once

#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Lens Lens;

/* Takes the socket. */
Lens *lens_new(int socket);
void lens_free(Lens *lens);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lens, lens_free)

/* The next commit: its budget is anew. */
void lens_begin(Lens *lens);

/*
 * Compares two versions (NULL: there was or is no file) as the file at `path`. What differs is
 * added to `ret` (of Setting); *ret_same: nothing does, nor the order.
 */
SettingsReading lens_compare(Lens *lens, const char *path, GBytes *before, GBytes *after,
			     GPtrArray *ret, bool *ret_same);

/* Whether there is anybody to ask. */
bool lens_is_there(const Lens *lens);
