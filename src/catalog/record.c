/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packed entries: see record.h. Numbers are LEB128 (most are small or repeat), signed ones
 * zigzag-folded first; digests stand only where the content kind has them; texts and attributes
 * carry their length.
 */
#include "catalog/record.h"

#include <string.h>

static void put_number(GByteArray *out, guint64 value)
{
	guint8 bytes[10];
	guint n = 0;

	do {
		bytes[n] = (guint8)(value & 0x7f);
		value >>= 7;
		bytes[n] |= value != 0 ? 0x80 : 0;
		n++;
	} while (value != 0);
	g_byte_array_append(out, bytes, n);
}

static void put_signed(GByteArray *out, gint64 value)
{
	put_number(out, (guint64)value << 1 ^ (guint64)(value >> 63));
}

static void put_bytes(GByteArray *out, const void *data, gsize size)
{
	put_number(out, size);
	g_byte_array_append(out, data, (guint)size);
}

static void put_xattrs(GByteArray *out, const GPtrArray *xattrs)
{
	guint count = xattrs == NULL ? 0 : xattrs->len;

	put_number(out, count);
	for (guint i = 0; i < count; i++) {
		const FileXattr *xattr = xattrs->pdata[i];
		gsize size;
		const void *value = g_bytes_get_data(xattr->value, &size);

		put_bytes(out, xattr->name, strlen(xattr->name));
		put_bytes(out, value, size);
	}
}

static bool has_blob(ContentKind content)
{
	return content == CONTENT_STORED || content == CONTENT_REDACTED;
}

static bool has_sha256(ContentKind content)
{
	return content == CONTENT_STORED || content == CONTENT_DIGEST;
}

static bool has_hmac(ContentKind content)
{
	return content == CONTENT_SECRET || content == CONTENT_REDACTED;
}

static void put_state(GByteArray *out, const FileState *state)
{
	put_number(out, state->type);
	put_number(out, state->content);
	put_number(out, state->mode);
	put_number(out, state->uid);
	put_number(out, state->gid);
	put_number(out, state->size);
	put_signed(out, state->mtime_usec);
	put_number(out, state->device);
	put_number(out, state->flags);
	if (has_blob(state->content)) {
		g_byte_array_append(out, state->blob, BLOB_BYTES);
	}
	if (has_sha256(state->content)) {
		g_byte_array_append(out, state->sha256, DIGEST_BYTES);
	}
	if (has_hmac(state->content)) {
		g_byte_array_append(out, state->hmac, DIGEST_BYTES);
	}
	put_bytes(out, state->link == NULL ? "" : state->link,
		  state->link == NULL ? 0 : strlen(state->link));
	put_xattrs(out, state->xattrs);
}

void record_pack(GByteArray *out, const CatalogEntry *entry)
{
	put_number(out, entry->dev);
	put_number(out, entry->ino);
	put_signed(out, entry->ctime_nsec);
	put_signed(out, entry->mtime_nsec);
	put_number(out, entry->stat_size);
	put_number(out, entry->stat_mode);
	put_number(out, entry->links);
	put_signed(out, entry->seen_nsec);
	put_state(out, &entry->state);
}

/*
 * Reading. `p` walks; NULL says that something did not fit, and every later step keeps it so.
 */
typedef struct {
	const guint8 *p, *end;
} Cursor;

static guint64 take_number(Cursor *cursor)
{
	guint64 value = 0;

	for (guint shift = 0; cursor->p != NULL && cursor->p < cursor->end && shift < 64;
	     shift += 7) {
		guint8 byte = *cursor->p++;

		value |= (guint64)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			return value;
		}
	}
	cursor->p = NULL;
	return 0;
}

static gint64 take_signed(Cursor *cursor)
{
	guint64 folded = take_number(cursor);

	return (gint64)(folded >> 1 ^ (~(folded & 1) + 1));
}

static guint32 take_u32(Cursor *cursor)
{
	guint64 value = take_number(cursor);

	if (value > G_MAXUINT32) {
		cursor->p = NULL;
	}
	return (guint32)value;
}

static const guint8 *take_span(Cursor *cursor, gsize size)
{
	const guint8 *span = cursor->p;

	if (span == NULL || size > (gsize)(cursor->end - span)) {
		cursor->p = NULL;
		return NULL;
	}
	cursor->p += size;
	return span;
}

static void take_digest(Cursor *cursor, guint8 *ret, gsize size)
{
	const guint8 *span = take_span(cursor, size);

	if (span != NULL) {
		memcpy(ret, span, size);
	}
}

/* NULL for a text of no length, or when it does not fit. */
static char *take_text(Cursor *cursor)
{
	gsize size = take_number(cursor);
	const guint8 *span = take_span(cursor, size);

	return span == NULL || size == 0 ? NULL : g_strndup((const char *)span, size);
}

static void take_xattrs(Cursor *cursor, FileState *state)
{
	guint64 count = take_number(cursor);

	for (guint64 i = 0; i < count && cursor->p != NULL; i++) {
		g_autofree char *name = take_text(cursor);
		gsize size = take_number(cursor);
		const guint8 *value = take_span(cursor, size);

		if (name == NULL || value == NULL) {
			cursor->p = NULL;
			return;
		}
		file_state_add_xattr(state, name, value, size);
	}
}

static void take_state(Cursor *cursor, FileState *state)
{
	guint64 type = take_number(cursor);
	guint64 content = take_number(cursor);

	if (type >= _FILE_TYPE_N || content >= _CONTENT_N) {
		cursor->p = NULL;
		return;
	}
	state->type = (FileType)type;
	state->content = (ContentKind)content;
	state->mode = take_u32(cursor);
	state->uid = take_u32(cursor);
	state->gid = take_u32(cursor);
	state->size = take_number(cursor);
	state->mtime_usec = take_signed(cursor);
	state->device = take_number(cursor);
	state->flags = take_u32(cursor);
	if (has_blob(state->content)) {
		take_digest(cursor, state->blob, BLOB_BYTES);
	}
	if (has_sha256(state->content)) {
		take_digest(cursor, state->sha256, DIGEST_BYTES);
	}
	if (has_hmac(state->content)) {
		take_digest(cursor, state->hmac, DIGEST_BYTES);
	}
	state->link = take_text(cursor);
	take_xattrs(cursor, state);
}

bool record_unpack(const void *data, gsize size, CatalogEntry *ret)
{
	Cursor cursor = {data, (const guint8 *)data + size};

	*ret = (CatalogEntry){0};
	ret->dev = take_number(&cursor);
	ret->ino = take_number(&cursor);
	ret->ctime_nsec = take_signed(&cursor);
	ret->mtime_nsec = take_signed(&cursor);
	ret->stat_size = take_number(&cursor);
	ret->stat_mode = take_u32(&cursor);
	ret->links = take_number(&cursor);
	ret->seen_nsec = take_signed(&cursor);
	take_state(&cursor, &ret->state);
	if (cursor.p == NULL || cursor.p != cursor.end) {
		catalog_entry_clear(ret);
		return false;
	}
	return true;
}
