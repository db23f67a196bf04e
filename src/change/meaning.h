/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a change means, in the words of the program that reads the file: by a reader of our own
 * (settings.h) where there is one, else by reeve-lens.
 */
#pragma once

#include "change/lens.h"
#include "event/change.h"

/*
 * Fills settings, reading and is_cosmetic. The contents are NULL where there is none, or none that
 * is known; the difference of lines was made already. `lens` may be NULL.
 */
void meaning_add(Lens *lens, Change *change, GBytes *before, GBytes *after);
