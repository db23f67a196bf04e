/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The objects of the store: those of earlier commits are read through libgit2 (it reads whatever
 * git itself may have made of the packs), new ones go into the pack of the change-set at hand.
 * libgit2 is given the object folder and nothing else, so it reads no configuration at all.
 */
#pragma once

#include "snapshot/pack.h"

typedef struct Objects Objects;

/* `folder` is the path of the object folder, `pack_fd` its pack folder (borrowed). */
Objects *objects_open(const char *folder, int pack_fd, GError **error);
void objects_close(Objects *objects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Objects, objects_close)

/* The content of an object of an earlier commit; anything missing, damaged or of another type is
 * REEVE_ERROR_CORRUPT. Caller unrefs. */
GBytes *objects_read(Objects *objects, ObjectType type, const guint8 id[BLOB_BYTES],
		     GError **error);

/* Whether an earlier commit's object is there. */
bool objects_has(Objects *objects, const guint8 id[BLOB_BYTES]);

/* Gives an object its id and keeps it, unless the store has it already. */
bool objects_write(Objects *objects, ObjectType type, const void *data, gsize size,
		   guint8 ret_id[BLOB_BYTES], GError **error);

/* Makes all that was written durable. Nothing written: nothing happens. */
bool objects_finish(Objects *objects, GError **error);
/* Drops all that was written since the last finish. */
void objects_abandon(Objects *objects);

/* Whether anything of the store has been found missing or damaged since it was mended. */
bool objects_are_damaged(const Objects *objects);

/* Mends what can be mended without knowing what is missing (snapshot/damage.h); *ret counts the
 * damaged files. Nothing may be written yet. */
bool objects_put_damage_aside(Objects *objects, guint *ret, GError **error);

/* Forgets packs that are gone and learns new ones. */
bool objects_reopen(Objects *objects, GError **error);
