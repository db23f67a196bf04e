/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packs that have been merged into another one. They stay for a while: a `git fsck` or `git log`
 * that has them in its list opens them when it gets there, and stock git does not look again in
 * every case. Which ones, and since when, stands in a file of the repository, so that a restart
 * neither merges them once more nor forgets them.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

/* How long somebody may go on reading what was there when he began. */
#define SUPERSEDED_GRACE_USEC G_GINT64_CONSTANT(600000000)

typedef struct Superseded Superseded;

/* `repository_fd` and `pack_fd` are borrowed. A list that cannot be read is taken for empty: its
 * packs are merged again. */
Superseded *superseded_open(int repository_fd, int pack_fd);
void superseded_free(Superseded *superseded);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Superseded, superseded_free)

/* Names are the hex of pack-<name>.pack. */
bool superseded_has(const Superseded *superseded, const char *name);
guint superseded_count(const Superseded *superseded);

/* Durable when it returns; `names` are char *. The merged pack must be durable before. */
bool superseded_add(Superseded *superseded, const GPtrArray *names, gint64 now_usec,
		    GError **error);

/* Removes those that were merged `grace_usec` ago or earlier, or (the clock was set) later than
 * now. *ret_removed counts. */
bool superseded_expire(Superseded *superseded, gint64 now_usec, gint64 grace_usec,
		       guint *ret_removed, GError **error);
