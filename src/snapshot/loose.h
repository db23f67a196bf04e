/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: loose objects, which the recorder does not write but stock git does. One must be checked
 * before libgit2 sees it: of a damaged one it may read for ever.
 */
#pragma once

#include "snapshot/sealed.h"

#define LOOSE_MAX_BYTES (1024UL * 1024 * 1024)

/*
 * Whether the loose object `hex` of a repository's folder is what its name says: inflates and
 * hashes it, up to LOOSE_MAX_BYTES. SEALED_GONE: there is no such loose object.
 */
Sealed loose_check(const char *folder, const char *hex);
