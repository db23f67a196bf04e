/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cursor on disk: one line, the id of the event behind which to go on. Written after what lies
 * before it was shown, whole or not at all. One file per place of sockets: a person may follow
 * several daemons.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Cursor Cursor;

/* In `folder`, which is made if need be. NULL and *error. */
Cursor *cursor_open(const char *folder, const char *runtime_dir, GError **error);
void cursor_free(Cursor *cursor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cursor, cursor_free)

/* The stored id; NULL: none, or not one (then it is as if there were none). "": the beginning. */
const char *cursor_id(const Cursor *cursor);

/* Stores an id unless it is there already. */
bool cursor_store(Cursor *cursor, const char *id, GError **error);
