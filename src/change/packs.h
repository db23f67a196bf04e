/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The packs of snapshots.git as one backend of libgit2's object database. The recorder writes a
 * pack for each commit and merges them when it has time, so in a storm there are thousands, and
 * libgit2 would look through them one by one; here one table knows where the objects of the small
 * ones are. Each index is checked before libgit2 gets to see it.
 */
#pragma once

#include "base/error.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <glib.h>
#include <stdbool.h>

typedef struct Packs Packs;

/* `folder` is objects/pack. Knows nothing until packs_look. */
Packs *packs_new(const char *folder);
void packs_free(Packs *packs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Packs, packs_free)

/* The same as what git_odb_add_backend takes, and then owns. */
git_odb_backend *packs_backend(Packs *packs);

/* Takes in the packs that came since. One with a damaged index is left out: what is in it is
 * missing, and packs_damaged names it. */
bool packs_look(Packs *packs, GError **error);

/* The name of a damaged index; NULL: none was met. */
const char *packs_damaged(const Packs *packs);
