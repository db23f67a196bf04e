/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: the index of a pack, version 2 (gitformat-pack(5)): ids sorted, with the crc32 of the
 * packed bytes and the offset of each object.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	guint8 id[BLOB_BYTES];
	guint32 crc;
	guint64 offset;
} PackEntry;

/* The index's bytes; `entries` (of PackEntry *) gets sorted by id. */
GByteArray *pack_index_format(GPtrArray *entries, const guint8 checksum[BLOB_BYTES]);

/* The entries (GArray of PackEntry, by id); a damaged index is REEVE_ERROR_CORRUPT. Caller unrefs.
 */
GArray *pack_index_parse(const guint8 *data, gsize size, GError **error);

/* Whether it has the form of an index, as far as a look at its head and size can tell; of one that
 * has, whether an id is in it. */
bool pack_index_is_formed(const guint8 *data, gsize size);
bool pack_index_has(const guint8 *data, const guint8 id[BLOB_BYTES]);
