/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Positions: see position.h. Two arrays in the order of the journal and an open hash table of
 * places in them. Ids are SHA-256, so their first bytes are the hash.
 */
#include "relay/position.h"

#include <string.h>

#define SLOTS_FIRST 1024

struct PositionIndex {
	GArray *offsets; /* of guint64 */
	GArray *tags;    /* of guint32: the first bytes of the id */
	guint32 *slots;  /* place + 1 in the arrays; 0: free */
	guint n_slots;   /* a power of two, filled to three quarters at most */
};

static guint32 tag_of(const char *id)
{
	char head[9];
	guint8 raw[4];

	g_strlcpy(head, id, sizeof(head));
	g_assert(hex_decode(head, raw, sizeof(raw)));
	return (guint32)raw[0] << 24 | (guint32)raw[1] << 16 | (guint32)raw[2] << 8 | raw[3];
}

PositionIndex *position_index_new(void)
{
	PositionIndex *index = g_new0(PositionIndex, 1);

	index->offsets = g_array_new(FALSE, FALSE, sizeof(guint64));
	index->tags = g_array_new(FALSE, FALSE, sizeof(guint32));
	index->n_slots = SLOTS_FIRST;
	index->slots = g_new0(guint32, index->n_slots);
	return index;
}

void position_index_free(PositionIndex *index)
{
	if (index == NULL) {
		return;
	}
	g_array_unref(index->offsets);
	g_array_unref(index->tags);
	g_free(index->slots);
	g_free(index);
}

guint position_index_count(const PositionIndex *index)
{
	return index->tags->len;
}

static void put_in_slot(PositionIndex *index, guint place)
{
	guint slot = g_array_index(index->tags, guint32, place) & (index->n_slots - 1);

	while (index->slots[slot] != 0) {
		slot = (slot + 1) & (index->n_slots - 1);
	}
	index->slots[slot] = place + 1;
}

static void grow(PositionIndex *index)
{
	index->n_slots *= 2;
	g_free(index->slots);
	index->slots = g_new0(guint32, index->n_slots);
	for (guint place = 0; place < index->tags->len; place++) {
		put_in_slot(index, place);
	}
}

void position_index_add(PositionIndex *index, const char *id, goffset offset)
{
	guint64 where = (guint64)offset;
	guint32 tag = tag_of(id);

	g_array_append_val(index->offsets, where);
	g_array_append_val(index->tags, tag);
	if (index->tags->len > index->n_slots / 4 * 3) {
		grow(index);
	} else {
		put_in_slot(index, index->tags->len - 1);
	}
}

goffset position_index_find(const PositionIndex *index, const char *id, guint *cursor)
{
	guint32 tag = tag_of(id);

	for (;;) {
		guint32 place = index->slots[(tag + *cursor) & (index->n_slots - 1)];

		if (place == 0) {
			return -1;
		}
		(*cursor)++;
		if (g_array_index(index->tags, guint32, place - 1) == tag) {
			return (goffset)g_array_index(index->offsets, guint64, place - 1);
		}
	}
}
