/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The manifests of one directory in its `meta/` tree: one blob `%dir` while it is small; blobs
 * `%dir.NN` by the hash of the name from LAYOUT_SHARD_ABOVE entries on, so that a change in a wide
 * directory writes a sixty-fourth of it. There is no way back while the directory lives: one that
 * breathes around the limit would be written whole each time.
 */
#pragma once

#include "base/pile.h"
#include "snapshot/listing.h"
#include "snapshot/objects.h"
#include "snapshot/tree.h"

/*
 * Merges the edits (GArray of ListingEdit; gets sorted, and learns what was different) into the
 * manifests of the old tree, writes those that change as blobs, and appends what that means for the
 * tree to `meta` (GArray of TreeEntry). Names go into the pile.
 */
bool shards_write(Objects *objects, Pile *names, const Tree *old, GArray *edits, GArray *meta,
		  GError **error);
