/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mounts: what is mounted where beneath the watched root. A mount hides what was there and shows
 * something else, and no backend hears of it from the directories; the kernel tells of it through
 * /proc/self/mountinfo alone. This owns that descriptor (opened before the wall) and the last
 * state; it opens and stats nothing else.
 */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct Mounts Mounts;

/* `root`: path of the watched root as this process sees it ("/" as a rule). Remembers the present
 * state. NULL and *error where there is no /proc. */
Mounts *mounts_open(const char *root, GError **error);
void mounts_close(Mounts *mounts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mounts, mounts_close)

/* Poll for POLLPRI: something was mounted or unmounted somewhere. */
int mounts_poll_fd(const Mounts *mounts);

/* Reads again and appends every path (char *, canonical, as seen from inside the root) where
 * something else is mounted now than before. */
void mounts_compare(Mounts *mounts, GPtrArray *ret_paths);

/* Where (char *, as above) file systems are mounted that are not files, or not here (proc, nfs,
 * fuse and their like), as of the last reading. */
const GPtrArray *mounts_foreign(const Mounts *mounts);
/* Those of them where somebody else answers, or does not: not even a stat is sure to return. */
const GPtrArray *mounts_remote(const Mounts *mounts);

/*
 * The text of mountinfo as a table: path inside `root` -> id of the topmost mount there, a blank,
 * and the type of its file system. Lines that are not understood are passed over. Pure, for its
 * test.
 */
GHashTable *mounts_parse(const char *text, gsize size, const char *root);
