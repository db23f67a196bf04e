/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pack indexes: see pack-index.h. All numbers are in network order. */
#include "snapshot/pack-index.h"

#include "snapshot/sha1.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC "\377tOc\0\0\0\2"
#define MAGIC_BYTES 8
#define FANOUT 256
#define HEAD_BYTES (MAGIC_BYTES + FANOUT * 4)
#define TAIL_BYTES (2 * BLOB_BYTES)
#define ENTRY_BYTES (BLOB_BYTES + 4 + 4)
/* An offset with this bit is a place in the table of long offsets. */
#define LONG_OFFSET 0x80000000U

static void append_u32(GByteArray *out, guint32 value)
{
	guint32 big = GUINT32_TO_BE(value);

	g_byte_array_append(out, (const guint8 *)&big, sizeof(big));
}

static void append_u64(GByteArray *out, guint64 value)
{
	guint64 big = GUINT64_TO_BE(value);

	g_byte_array_append(out, (const guint8 *)&big, sizeof(big));
}

static int compare_ids(const void *a, const void *b)
{
	const PackEntry *x = *(PackEntry *const *)a;
	const PackEntry *y = *(PackEntry *const *)b;

	return memcmp(x->id, y->id, BLOB_BYTES);
}

static void append_fanout(GByteArray *out, const GPtrArray *entries)
{
	guint at = 0;

	for (guint first = 0; first < FANOUT; first++) {
		while (at < entries->len && ((PackEntry *)entries->pdata[at])->id[0] <= first) {
			at++;
		}
		append_u32(out, at);
	}
}

static void append_offsets(GByteArray *out, const GPtrArray *entries)
{
	g_autoptr(GByteArray) far_offsets = g_byte_array_new();

	for (guint i = 0; i < entries->len; i++) {
		guint64 offset = ((PackEntry *)entries->pdata[i])->offset;

		if (offset < LONG_OFFSET) {
			append_u32(out, (guint32)offset);
		} else {
			append_u32(out, LONG_OFFSET | far_offsets->len / 8);
			append_u64(far_offsets, offset);
		}
	}
	g_byte_array_append(out, far_offsets->data, far_offsets->len);
}

GByteArray *pack_index_format(GPtrArray *entries, const guint8 checksum[BLOB_BYTES])
{
	g_autoptr(Sha1) sha1 = sha1_new();
	GByteArray *out =
		g_byte_array_sized_new(HEAD_BYTES + TAIL_BYTES + entries->len * ENTRY_BYTES);
	guint8 own[BLOB_BYTES];

	qsort(entries->pdata, entries->len, sizeof(gpointer), compare_ids);
	g_byte_array_append(out, (const guint8 *)MAGIC, MAGIC_BYTES);
	append_fanout(out, entries);
	for (guint i = 0; i < entries->len; i++) {
		g_byte_array_append(out, ((PackEntry *)entries->pdata[i])->id, BLOB_BYTES);
	}
	for (guint i = 0; i < entries->len; i++) {
		append_u32(out, ((PackEntry *)entries->pdata[i])->crc);
	}
	append_offsets(out, entries);
	g_byte_array_append(out, checksum, BLOB_BYTES);
	sha1_begin(sha1);
	sha1_update(sha1, out->data, out->len);
	sha1_end(sha1, own);
	g_byte_array_append(out, own, BLOB_BYTES);
	return out;
}

static guint32 read_u32(const guint8 *data)
{
	guint32 big;

	memcpy(&big, data, sizeof(big));
	return GUINT32_FROM_BE(big);
}

static guint64 read_u64(const guint8 *data)
{
	guint64 big;

	memcpy(&big, data, sizeof(big));
	return GUINT64_FROM_BE(big);
}

/* How many ids begin with bytes up to this one. */
static guint32 ids_up_to(const guint8 *data, guint first)
{
	return read_u32(data + MAGIC_BYTES + first * sizeof(guint32));
}

bool pack_index_is_formed(const guint8 *data, gsize size)
{
	if (size < HEAD_BYTES + TAIL_BYTES || memcmp(data, MAGIC, MAGIC_BYTES) != 0) {
		return false;
	}
	for (guint first = 1; first < FANOUT; first++) {
		if (ids_up_to(data, first) < ids_up_to(data, first - 1)) {
			return false;
		}
	}
	return ids_up_to(data, FANOUT - 1) <= (size - HEAD_BYTES - TAIL_BYTES) / ENTRY_BYTES;
}

bool pack_index_has(const guint8 *data, const guint8 id[BLOB_BYTES])
{
	gsize low = id[0] == 0 ? 0 : ids_up_to(data, id[0] - 1U);
	gsize high = ids_up_to(data, id[0]);

	while (low < high) {
		gsize middle = low + (high - low) / 2;
		int order = memcmp(id, data + HEAD_BYTES + middle * BLOB_BYTES, BLOB_BYTES);

		if (order == 0) {
			return true;
		}
		low = order > 0 ? middle + 1 : low;
		high = order > 0 ? high : middle;
	}
	return false;
}

static bool is_sound(const guint8 *data, gsize size)
{
	g_autoptr(Sha1) sha1 = sha1_new();
	guint8 own[BLOB_BYTES];

	if (!pack_index_is_formed(data, size)) {
		return false;
	}
	sha1_begin(sha1);
	sha1_update(sha1, data, size - BLOB_BYTES);
	sha1_end(sha1, own);
	return memcmp(own, data + size - BLOB_BYTES, BLOB_BYTES) == 0;
}

/* The offset a table says; false when it points behind the table of long ones. */
static bool read_offset(const guint8 *at, const guint8 *far_offsets, gsize far_bytes, guint64 *ret)
{
	guint32 offset = read_u32(at);
	gsize place = (gsize)(offset & ~LONG_OFFSET) * 8;

	if ((offset & LONG_OFFSET) == 0) {
		*ret = offset;
		return true;
	}
	if (place + 8 > far_bytes) {
		return false;
	}
	*ret = read_u64(far_offsets + place);
	return true;
}

GArray *pack_index_parse(const guint8 *data, gsize size, GError **error)
{
	g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(PackEntry));
	bool sound = is_sound(data, size);
	gsize n = sound ? read_u32(data + HEAD_BYTES - sizeof(guint32)) : 0;
	const guint8 *ids = data + HEAD_BYTES;
	const guint8 *crcs = ids + n * BLOB_BYTES;
	const guint8 *offsets = crcs + n * 4;
	gsize far_bytes = sound ? size - HEAD_BYTES - TAIL_BYTES - n * ENTRY_BYTES : 0;

	for (gsize i = 0; i < n && sound; i++) {
		PackEntry entry;

		memcpy(entry.id, ids + i * BLOB_BYTES, BLOB_BYTES);
		entry.crc = read_u32(crcs + i * 4);
		sound = read_offset(offsets + i * 4, offsets + n * 4, far_bytes, &entry.offset);
		g_array_append_val(entries, entry);
	}
	if (!sound) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "the pack index is damaged");
		return NULL;
	}
	return g_steal_pointer(&entries);
}
