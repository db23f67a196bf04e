/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loose objects, which the recorder does not write but stock git may. One must be checked before
 * libgit2 sees it: of a damaged one it may read for ever.
 */
#pragma once

#include "change/sealed.h"

/*
 * Whether the loose object `hex` of the folder snapshots.git is what its name says: inflates and
 * hashes it. SEALED_GONE: there is no such loose object.
 */
Sealed loose_check(const char *folder, const char *hex);
