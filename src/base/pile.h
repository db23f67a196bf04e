/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * A pile: many small pieces of memory that are let go together. For what is made
 * once for every file of a tree: pieces from the heap would lie between those that stay, and the
 * pages of both could never be given back.
 */
#pragma once

#include <glib.h>

typedef struct Pile Pile;

Pile *pile_new(void);
/* Everything that came from it goes with it. */
void pile_free(Pile *pile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pile, pile_free)

/* Zeroed, aligned for anything. */
void *pile_take(Pile *pile, gsize size);
/* A copy of so many bytes, ended by NUL. */
char *pile_text(Pile *pile, const char *text, gsize size);
