/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: damage: packs, indexes and loose objects whose bytes are not what their checksums say.
 * They are put aside, where git does not look but a person can, and what can still be read of them
 * is written anew: a damaged object that stayed where it was would pass for stored for ever.
 *
 * Nothing is deleted. A pack becomes pack-X.pack.damaged, its index pack-X.idx.damaged, a loose
 * object tmp_obj_damaged_X: names that git passes over.
 */
#pragma once

#include "base/error.h"

#include <stdbool.h>

/* What names of what was put aside end (packs) or begin (loose objects) with. */
#define DAMAGE_SUFFIX ".damaged"
#define DAMAGE_LOOSE_PREFIX "tmp_obj_damaged_"

typedef enum {
	DAMAGE_INDEXES, /* only what would make a reader crash: cheap, for every start */
	DAMAGE_ALL,     /* reads every byte of the store */
} DamageDepth;

/*
 * `folder` is the path of the object folder, `pack_fd` its pack folder. *ret counts the files found
 * damaged. Nobody may have the store open for writing, and whoever has it open for reading has to
 * open it anew.
 */
bool damage_put_aside(const char *folder, int pack_fd, DamageDepth depth, guint *ret,
		      GError **error);
