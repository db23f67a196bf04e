/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The object files of snapshots.git by themselves: trailing checksums of packs, of their indexes
 * and of what stock git may have put beside them; loose objects, which are hashed. Problems are
 * added as sentences that name the file, relative to snapshots.git. A pack that the recorder merged
 * away while we looked is no problem.
 */
#pragma once

#include <glib.h>

/* `folder` is snapshots.git. */
void verify_files(const char *folder, GPtrArray *problems);
