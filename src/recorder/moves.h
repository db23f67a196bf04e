/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moves: which of the new paths of a change-set are old ones under another name. Told by device
 * and inode number, and because numbers are used again at once, by the time and size of the content
 * too, unless the kernel itself reported the rename. Pure; bounded: beyond MOVES_MAX departures a
 * move is told as a deletion and a creation, which is true as well.
 */
#pragma once

#include "catalog/catalog.h"
#include "snapshot/notes.h"

#include <glib.h>

#define MOVES_MAX 100000

typedef struct Moves Moves;

Moves *moves_new(void);
void moves_free(Moves *moves);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Moves, moves_free)

/* A path that was in the catalog with this entry is gone. The entry is copied. */
void moves_depart(Moves *moves, const char *path, const CatalogEntry *entry);

/* A path that was not in the catalog is there. `from`: where a rename is said to have brought it
 * from; NULL. */
void moves_arrive(Moves *moves, const char *path, const CatalogEntry *entry, const char *from);

/* An entry that departed and is, by its stat, the very same file, unchanged; NULL. */
const CatalogEntry *moves_find(const Moves *moves, const struct stat *st);

/* One that departed and had this inode, whatever has been done to it since; NULL. */
const CatalogEntry *moves_departed(const Moves *moves, const struct stat *st);

/* Writes `moved_from` into the notes of each arrival that is a move. */
void moves_note(const Moves *moves, Notes *notes);
