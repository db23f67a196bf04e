/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines of a directory's manifests as a set: taking away what two sets share leaves the lines
 * worth parsing. A set borrows the bytes of its manifests and keeps them alive.
 */
#pragma once

#include "base/error.h"
#include "event/file-state.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ManifestLines ManifestLines;

ManifestLines *manifest_lines_new(void);
void manifest_lines_free(ManifestLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ManifestLines, manifest_lines_free)

/* Adds the lines of one manifest; one that does not end with LF or has a line twice is
 * REEVE_ERROR_CORRUPT. */
bool manifest_lines_add(ManifestLines *lines, GBytes *manifest, GError **error);
/* Takes from both what is in both. */
void manifest_lines_cancel(ManifestLines *a, ManifestLines *b);
/* Parses what is left: name (char *) -> FileState *, owned by the table. A name that stands there
 * twice is REEVE_ERROR_CORRUPT. */
GHashTable *manifest_lines_parse(const ManifestLines *lines, GError **error);

/* Finds the line of one name in one manifest. FILE_ABSENT when it has none. */
bool manifest_lines_find(GBytes *manifest, const char *name, FileState *ret, GError **error);
