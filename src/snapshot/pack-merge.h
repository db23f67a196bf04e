/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Merging packs. Each change-set leaves a pack of a few objects; when there are too many, the small
 * ones are copied into one, as they are. The sizes that stay form a geometric row, so an object is
 * copied a logarithmic number of times in its life, and there are no more packs than some forty and
 * one for every PACK_MERGE_MAX_BYTES. A pack that somebody else wrote (deltas), keeps (.keep) or
 * indexes (multi-pack-index) is never touched.
 *
 * A merge is done in steps of milliseconds, between which changes are recorded; it keeps some
 * eighty bytes an object in memory and the object at hand. What is merged stays where it is: see
 * superseded.h.
 */
#pragma once

#include "base/error.h"
#include "snapshot/superseded.h"

#include <glib.h>
#include <stdbool.h>

#define PACK_MERGE_ABOVE 32                      /* packs; fewer are left alone */
#define PACK_MERGE_MAX_BYTES (256 * 1024 * 1024) /* a pack above this is left alone */
#define PACK_MERGE_MAX_OBJECTS (128 * 1024)      /* likewise; bounds memory */

typedef struct PackMerge PackMerge;

/* The next merge; *ret NULL: there is none to do. Both are borrowed. */
bool pack_merge_begin(int folder_fd, const Superseded *superseded, PackMerge **ret, GError **error);
/* Deletes what was written unless the merge was done. */
void pack_merge_free(PackMerge *merge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PackMerge, pack_merge_free)

typedef enum {
	PACK_MERGE_MORE,    /* call again */
	PACK_MERGE_DONE,    /* the merged pack is durable */
	PACK_MERGE_NOTHING, /* what there was is not ours to merge; nothing is left behind */
	PACK_MERGE_ERROR,   /* a damaged pack (REEVE_ERROR_CORRUPT), or the disk refuses */
} PackMergeStep;

/* Works on about so many bytes. */
PackMergeStep pack_merge_step(PackMerge *merge, gsize bytes, GError **error);

/* After PACK_MERGE_DONE: the names of the packs that are not needed any more (char *). */
const GPtrArray *pack_merge_replaced(const PackMerge *merge);
