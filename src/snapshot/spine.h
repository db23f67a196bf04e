/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The spine of a change-set: what is said of which paths, and the trees that follow from it. Only
 * the directories from the changed paths up to the root are built again; of these the old trees and
 * manifests are read, everything else keeps the id it had.
 */
#pragma once

#include "snapshot/objects.h"

#include <glib.h>
#include <stdbool.h>

/* The trees of `files/` and `meta/`. */
typedef struct {
	bool has_files, has_meta;
	guint8 files[BLOB_BYTES], meta[BLOB_BYTES];
} SpineRoots;

bool spine_roots_equal(const SpineRoots *a, const SpineRoots *b);

/* What a build found to be different, for the message of the commit. */
typedef struct {
	guint64 count;
	GPtrArray *lines; /* "+ /path", "~ /path", "- /path", escaped; the first thousand */
} Tally;

typedef struct Spine Spine;

/* The objects are borrowed. */
Spine *spine_new(Objects *objects);
void spine_free(Spine *spine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spine, spine_free)

/*
 * `path` has this state. What was said or stored below it goes when the state is not that of a
 * directory. `link_blob` is the blob of a link's target, NULL for others. "/" has no place of its
 * own in any directory and is passed over.
 */
void spine_put(Spine *spine, const char *path, const FileState *state, const guint8 *link_blob);

/* `path` and everything below it is gone; what is said later counts again. */
void spine_remove(Spine *spine, const char *path);

/* Writes the new trees and manifests as objects. Once only. */
bool spine_build(Spine *spine, const SpineRoots *old, SpineRoots *ret, GError **error);

const Tally *spine_tally(const Spine *spine);
