/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where events stand: the position of the head (what a heartbeat tells), and the index from id to
 * offset. The index keeps 4 bytes of each id and 8 of its offset; a lookup gives candidates, and
 * whoever asks reads the line to see whether it is the one.
 */
#pragma once

#include "event/event.h"

#include <glib.h>

typedef struct {
	guint64 seq;
	char id[EVENT_ID_HEX + 1];
	char prev[EVENT_ID_HEX + 1];
} Position;

typedef struct PositionIndex PositionIndex;

PositionIndex *position_index_new(void);
void position_index_free(PositionIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PositionIndex, position_index_free)

guint position_index_count(const PositionIndex *index);

/* Adds the line with this id (64 hexadecimal digits) that begins at `offset`. */
void position_index_add(PositionIndex *index, const char *id, goffset offset);

/*
 * The first candidate for `id`, then with *cursor as it was left the next; -1: no more. Begin with
 * *cursor = 0.
 */
goffset position_index_find(const PositionIndex *index, const char *id, guint *cursor);
