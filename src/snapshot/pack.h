/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pack being written: all objects of one change-set, or of several packs merged into one. It
 * lives in memory while small and in a temporary file of the pack folder when it grows; only
 * pack_finish gives it its name. Once it has grown, a thread of its own compresses and writes, and
 * what fails there is told by a later call, pack_finish at the latest. There are no deltas: an
 * object is written once, as it comes.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

/* The numbers git's pack format has for them. */
typedef enum {
	OBJECT_COMMIT = 1,
	OBJECT_TREE = 2,
	OBJECT_BLOB = 3,
} ObjectType;

/* Names of temporary files begin so; whoever opens the store may delete them. */
#define PACK_TEMPORARY "tmp_reeve_"

typedef struct Pack Pack;

/* Nothing is on disk yet. The descriptor of the pack folder is borrowed. */
Pack *pack_new(int folder_fd);
/* Deletes what was written unless the pack was finished. */
void pack_free(Pack *pack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pack, pack_free)

bool pack_has(const Pack *pack, const guint8 id[BLOB_BYTES]);
guint pack_count(const Pack *pack);

/* Adds an object that the pack does not have yet; `id` is its name, already computed. */
bool pack_add(Pack *pack, ObjectType type, const void *data, gsize size,
	      const guint8 id[BLOB_BYTES], GError **error);
/* Adds the packed bytes of another pack's object (header included) as they are. */
bool pack_add_packed(Pack *pack, const void *packed, gsize size, guint32 crc,
		     const guint8 id[BLOB_BYTES], GError **error);

/* Begins to write out what has grown into the file, without waiting. Merging only. */
void pack_push(const Pack *pack);

/* Nothing is added from here on: computes the checksum, as far as so many bytes, so that
 * pack_finish has less to do. *ret_done: over all of it. Merging only; pack_finish does it where
 * nobody has. */
bool pack_hash(Pack *pack, gsize bytes, bool *ret_done, GError **error);

/*
 * Writes what is missing, the checksum and the index; fsyncs both; gives both their names, the
 * pack first; fsyncs the folder. `ret_name` is the checksum in hex (pack-<name>.pack). On error
 * there may be a pack without index: harmless, swept later.
 */
bool pack_finish(Pack *pack, char ret_name[2 * BLOB_BYTES + 1], GError **error);
