/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Merging small packs. Each change-set leaves a pack of a few objects; when there are too many,
 * the small ones are copied into one, as they are. The sizes that stay form a geometric row, so an
 * object is copied a logarithmic number of times in its life; packs that have grown big are never
 * touched again, nor is a pack that somebody else wrote (deltas), keeps (.keep) or indexes
 * (multi-pack-index).
 *
 * The merged pack is durable before the first old one goes. Readers that had an old one in their
 * list look again when it is gone (git and libgit2 both do), so it can go at once.
 */
#pragma once

#include "base/error.h"

#include <stdbool.h>

#define PACK_MERGE_ABOVE 32                     /* packs; fewer are left alone */
#define PACK_MERGE_MAX_BYTES (32 * 1024 * 1024) /* a pack above this is left alone */

/* One round. *ret_merged: packs have been replaced. *ret_more: another round has work to do. A
 * damaged pack is REEVE_ERROR_CORRUPT and stays where it is. */
bool pack_merge(int folder_fd, bool *ret_merged, bool *ret_more, GError **error);
