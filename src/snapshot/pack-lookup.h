/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether an object is in one of the packs: asked for everything that is written, and nearly always
 * answered with no. The indexes are mapped, and nothing of the packs is opened. libgit2 answers the
 * same question ten times as slowly: it makes an error message for each pack without the object.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

typedef struct PackLookup PackLookup;

/* Knows the packs that are in the folder (borrowed) now. An index that is no index is passed over:
 * its objects are written once more. */
PackLookup *pack_lookup_open(int folder_fd, GError **error);
void pack_lookup_free(PackLookup *lookup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PackLookup, pack_lookup_free)

/* There is a new one: `name` is the hex of pack-<name>.pack. */
void pack_lookup_add(PackLookup *lookup, const char *name);

bool pack_lookup_has(const PackLookup *lookup, const guint8 id[BLOB_BYTES]);
