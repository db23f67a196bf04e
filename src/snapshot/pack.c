/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing packs: see pack.h. The number of objects stands in the header and enters the checksum,
 * but is known last. A pack that is still in memory is hashed once, at the end; one that has grown
 * into its file is read back for it (the bytes are in the page cache, and only a baseline grows).
 * From then on a worker compresses and writes, while its caller reads the next files.
 */
#include "snapshot/pack.h"

#include "base/fd.h"
#include "base/io.h"
#include "base/pile.h"
#include "snapshot/pack-index.h"
#include "snapshot/sha1.h"
#include "snapshot/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_BYTES 12
#define SPILL_BYTES (1024 * 1024)
#define READ_BACK_BYTES (256 * 1024)
#define PACK_MODE 0440
/* Configuration is small text: the next levels cost twice the time and save a few percent. */
#define LEVEL 1
/* Big trees are mostly ids, which do not shrink. */
#define TREE_PLAIN_BYTES (16 * 1024)
/* What may wait for the worker. */
#define WAITING_BYTES (4 * 1024 * 1024)

typedef struct libdeflate_compressor Compressor;

struct Pack {
	int folder_fd;
	GHashTable *ids;    /* of PackEntry, by id */
	Pile *pile;         /* the entries */
	GPtrArray *entries; /* of PackEntry */
	Worker *worker;     /* NULL: the caller's thread does all */
	/* the worker's while there is one: */
	int fd;           /* temporary file; -1: all in memory */
	char *temporary;  /* its name */
	GByteArray *tail; /* not yet in the file */
	guint64 written;  /* bytes in the file */
	Compressor *compressor;
	Compressor *plain; /* NULL until needed */
	Sha1 *sha1;        /* over what is written; NULL while objects are added */
	guint64 hashed;    /* bytes of it */
};

/* An object on its way to the worker. */
typedef struct {
	ObjectType type;
	PackEntry *entry; /* the pack's */
	gsize size;
	guint8 data[];
} Object;

static guint id_hash(const void *entry)
{
	guint hash;

	memcpy(&hash, ((const PackEntry *)entry)->id, sizeof(hash));
	return hash;
}

static gboolean id_equal(const void *a, const void *b)
{
	return memcmp(((const PackEntry *)a)->id, ((const PackEntry *)b)->id, BLOB_BYTES) == 0;
}

static Compressor *compressor_new(int level)
{
	Compressor *compressor = libdeflate_alloc_compressor(level);

	if (compressor == NULL) {
		g_error("no memory for a compressor");
	}
	return compressor;
}

Pack *pack_new(int folder_fd)
{
	static const guint8 header[HEADER_BYTES] = {'P', 'A', 'C', 'K', 0, 0, 0, 2};
	Pack *pack = g_new0(Pack, 1);

	pack->folder_fd = folder_fd;
	pack->fd = -1;
	pack->tail = g_byte_array_new();
	pack->ids = g_hash_table_new(id_hash, id_equal);
	pack->pile = pile_new();
	pack->entries = g_ptr_array_new();
	pack->compressor = compressor_new(LEVEL);
	g_byte_array_append(pack->tail, header, HEADER_BYTES);
	return pack;
}

void pack_free(Pack *pack)
{
	if (pack == NULL) {
		return;
	}
	worker_free(pack->worker);
	if (pack->temporary != NULL) {
		unlinkat(pack->folder_fd, pack->temporary, 0);
	}
	fd_close(&pack->fd);
	g_free(pack->temporary);
	g_byte_array_unref(pack->tail);
	g_hash_table_unref(pack->ids);
	g_ptr_array_unref(pack->entries);
	pile_free(pack->pile);
	libdeflate_free_compressor(pack->compressor);
	libdeflate_free_compressor(pack->plain);
	g_clear_pointer(&pack->sha1, sha1_free);
	g_free(pack);
}

bool pack_has(const Pack *pack, const guint8 id[BLOB_BYTES])
{
	PackEntry key;

	memcpy(key.id, id, BLOB_BYTES);
	return g_hash_table_contains(pack->ids, &key);
}

guint pack_count(const Pack *pack)
{
	return pack->entries->len;
}

/*
 * Temporary files
 */

static int open_temporary(int folder_fd, const char *suffix, char **ret_name, GError **error)
{
	g_autofree char *name = g_strdup_printf("%s%08x%08x%s", PACK_TEMPORARY, g_random_int(),
						g_random_int(), suffix);
	int fd = openat(folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			PACK_MODE | S_IWUSR);

	if (fd < 0) {
		error_set_errno(error, "cannot create a pack");
		return -1;
	}
	*ret_name = g_steal_pointer(&name);
	return fd;
}

static bool spill(Pack *pack, GError **error)
{
	if (pack->fd < 0) {
		pack->fd = open_temporary(pack->folder_fd, ".pack", &pack->temporary, error);
	}
	if (pack->fd < 0 || !io_write_all(pack->fd, pack->tail->data, pack->tail->len, error)) {
		return false;
	}
	pack->written += pack->tail->len;
	g_byte_array_set_size(pack->tail, 0);
	return true;
}

/*
 * Adding
 */

/* Type and size, four bits and then seven a byte, least first. */
static void append_object_header(GByteArray *out, ObjectType type, gsize size)
{
	guint8 byte = (guint8)((guint)type << 4 | (size & 15));

	for (size >>= 4; size != 0; size >>= 7) {
		guint8 more = byte | 0x80;

		g_byte_array_append(out, &more, 1);
		byte = size & 0x7f;
	}
	g_byte_array_append(out, &byte, 1);
}

/* In zlib's frame, as git has it. */
static void append_deflated(Pack *pack, const void *data, gsize size, bool is_plain)
{
	Compressor *compressor = is_plain ? pack->plain : pack->compressor;
	guint from = pack->tail->len;
	gsize bound = libdeflate_zlib_compress_bound(compressor, size);
	gsize got;

	/* a byte array counts in unsigned int; the caller has capped the size */
	g_assert(size <= G_MAXUINT32 / 2 && bound <= G_MAXUINT32 - from);
	g_byte_array_set_size(pack->tail, (guint)(from + bound));
	got = libdeflate_zlib_compress(compressor, data, size, pack->tail->data + from, bound);
	if (got == 0) {
		g_error("libdeflate needs more room than it said");
	}
	g_byte_array_set_size(pack->tail, (guint)(from + got));
}

static bool append_object(Pack *pack, ObjectType type, const void *data, gsize size,
			  PackEntry *entry, GError **error)
{
	guint from = pack->tail->len;
	bool is_plain = type == OBJECT_TREE && size > TREE_PLAIN_BYTES;

	if (is_plain && pack->plain == NULL) {
		pack->plain = compressor_new(0);
	}
	append_object_header(pack->tail, type, size);
	append_deflated(pack, data, size, is_plain);
	entry->offset = pack->written + from;
	entry->crc = libdeflate_crc32(0, pack->tail->data + from, pack->tail->len - from);
	return pack->tail->len < SPILL_BYTES || spill(pack, error);
}

static PackEntry *note_entry(Pack *pack, const guint8 *id)
{
	PackEntry *entry = pile_take(pack->pile, sizeof(*entry));

	memcpy(entry->id, id, BLOB_BYTES);
	g_ptr_array_add(pack->entries, entry);
	g_hash_table_add(pack->ids, entry);
	return entry;
}

static bool carry_out(void *context, void *job, GError **error)
{
	Object *object = job;

	return append_object(context, object->type, object->data, object->size, object->entry,
			     error);
}

static bool give_object(Pack *pack, ObjectType type, const void *data, gsize size, PackEntry *entry,
			GError **error)
{
	Object *object = g_malloc(sizeof(Object) + size);

	*object = (Object){.type = type, .entry = entry, .size = size};
	if (size > 0) {
		memcpy(object->data, data, size);
	}
	return worker_give(pack->worker, object, sizeof(Object) + size, error);
}

bool pack_add(Pack *pack, ObjectType type, const void *data, gsize size,
	      const guint8 id[BLOB_BYTES], GError **error)
{
	PackEntry *entry = note_entry(pack, id);

	if (pack->worker == NULL && pack->fd < 0) {
		return append_object(pack, type, data, size, entry, error);
	}
	if (pack->worker == NULL) {
		pack->worker = worker_new(carry_out, pack, g_free, WAITING_BYTES);
	}
	return give_object(pack, type, data, size, entry, error);
}

bool pack_add_packed(Pack *pack, const void *packed, gsize size, guint32 crc,
		     const guint8 id[BLOB_BYTES], GError **error)
{
	PackEntry *entry = note_entry(pack, id);

	g_assert(pack->worker == NULL); /* a pack is written or merged, not both */
	entry->offset = pack->written + pack->tail->len;
	entry->crc = crc;
	g_byte_array_append(pack->tail, packed, (guint)size);
	return pack->tail->len < SPILL_BYTES || spill(pack, error);
}

/*
 * Finishing
 */

/* The count is known from here on: it enters the header, and the hashing can begin. */
static bool seal(Pack *pack, GError **error)
{
	guint32 count = GUINT32_TO_BE(pack->entries->len);

	if (pack->sha1 != NULL) {
		return true;
	}
	if (pack->fd < 0) {
		memcpy(pack->tail->data + 8, &count, sizeof(count));
	} else if (!spill(pack, error) ||
		   !io_pwrite_all(pack->fd, &count, sizeof(count), 8, error)) {
		return false;
	}
	pack->sha1 = sha1_new();
	sha1_begin(pack->sha1);
	return true;
}

static bool hash_file(Pack *pack, guint64 until, GError **error)
{
	g_autofree guint8 *block = g_malloc(READ_BACK_BYTES);

	while (pack->hashed < until) {
		gsize step = MIN(READ_BACK_BYTES, until - pack->hashed);

		if (!io_pread_exact(pack->fd, block, step, (goffset)pack->hashed, error)) {
			return false;
		}
		sha1_update(pack->sha1, block, step);
		pack->hashed += step;
	}
	return true;
}

bool pack_hash(Pack *pack, gsize bytes, bool *ret_done, GError **error)
{
	*ret_done = false;
	if (!seal(pack, error)) {
		return false;
	}
	if (pack->fd < 0 && pack->hashed == 0) {
		sha1_update(pack->sha1, pack->tail->data, pack->tail->len);
		pack->hashed = pack->tail->len;
	}
	if (pack->fd >= 0 && !hash_file(pack, MIN(pack->written, pack->hashed + bytes), error)) {
		return false;
	}
	*ret_done = pack->fd < 0 || pack->hashed == pack->written;
	return true;
}

static bool complete_pack(Pack *pack, guint8 ret_checksum[BLOB_BYTES], GError **error)
{
	bool is_hashed;

	if (!pack_hash(pack, G_MAXSIZE / 2, &is_hashed, error)) {
		return false;
	}
	g_assert(is_hashed);
	sha1_end(pack->sha1, ret_checksum);
	g_byte_array_append(pack->tail, ret_checksum, BLOB_BYTES);
	return spill(pack, error);
}

/*
 * Begins to write out without waiting. By the time the first file is synced the others are on
 * their way too, and one commit of the file system's journal serves them all; a kernel that cannot
 * only makes it slower.
 */
static void begin_sync(int fd)
{
	sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

void pack_push(const Pack *pack)
{
	if (pack->fd >= 0) {
		begin_sync(pack->fd);
	}
}

static bool end_sync(int fd, GError **error)
{
	return (fchmod(fd, PACK_MODE) == 0 && fsync(fd) == 0) ||
	       error_set_errno(error, "cannot sync a pack");
}

static bool name_file(int folder_fd, const char *temporary, const char *name, const char *suffix,
		      GError **error)
{
	g_autofree char *last = g_strdup_printf("pack-%s%s", name, suffix);

	return renameat(folder_fd, temporary, folder_fd, last) == 0 ||
	       error_set_errno(error, "cannot put %s in place", last);
}

/* Its descriptor, or -1 and *error. */
static int write_index(Pack *pack, const guint8 *checksum, char **ret_temporary, GError **error)
{
	g_autoptr(GByteArray) index = pack_index_format(pack->entries, checksum);
	auto_fd int fd = open_temporary(pack->folder_fd, ".idx", ret_temporary, error);

	if (fd < 0 || !io_write_all(fd, index->data, index->len, error)) {
		return -1;
	}
	begin_sync(fd);
	return fd_steal(&fd);
}

static bool name_both(Pack *pack, const char *index, const char *name, GError **error)
{
	if (!name_file(pack->folder_fd, pack->temporary, name, ".pack", error)) {
		return false;
	}
	g_clear_pointer(&pack->temporary, g_free);
	if (!name_file(pack->folder_fd, index, name, ".idx", error)) {
		return false;
	}
	return fsync(pack->folder_fd) == 0 || error_set_errno(error, "cannot sync the pack folder");
}

bool pack_finish(Pack *pack, char ret_name[2 * BLOB_BYTES + 1], GError **error)
{
	guint8 checksum[BLOB_BYTES];
	g_autofree char *index = NULL;
	auto_fd int index_fd = -1;

	if ((pack->worker != NULL && !worker_finish(pack->worker, error)) ||
	    !complete_pack(pack, checksum, error)) {
		return false;
	}
	begin_sync(pack->fd);
	hex_encode(checksum, BLOB_BYTES, ret_name);
	index_fd = write_index(pack, checksum, &index, error);
	if (index_fd < 0 || !end_sync(pack->fd, error) || !end_sync(index_fd, error) ||
	    !name_both(pack, index, ret_name, error)) {
		if (index != NULL) {
			unlinkat(pack->folder_fd, index, 0);
		}
		return false;
	}
	return true;
}
