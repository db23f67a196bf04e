/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merging packs: see pack-merge.h. */
#include "snapshot/pack-merge.h"

#include "base/fd.h"
#include "base/io.h"
#include "snapshot/pack-index.h"
#include "snapshot/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define HEADER_BYTES 12
#define INDEX_MAX_BYTES (64 * 1024 * 1024)
/* Of an index: everything but 28 bytes for each object. */
#define INDEX_FIXED_BYTES (8 + 1024 + 2 * BLOB_BYTES)
#define INDEX_OBJECT_BYTES (BLOB_BYTES + 8)

typedef struct {
	char *name; /* hex: pack-<name>.pack */
	guint64 bytes;
	guint64 objects;
} Source;

struct PackMerge {
	int folder_fd;
	GPtrArray *sources; /* of Source */
	guint at;           /* the one being copied */
	int fd;             /* its pack; -1: not open */
	guint64 end;        /* where its objects end */
	GArray *entries;    /* of PackEntry, by offset */
	guint next;         /* of them */
	GByteArray *object; /* the packed bytes at hand */
	Pack *target;
	GPtrArray *replaced; /* of char * */
};

static void source_free(Source *source)
{
	g_free(source->name);
	g_free(source);
}

static char *file_name(const char *name, const char *suffix)
{
	return g_strdup_printf("pack-%s%s", name, suffix);
}

/*
 * Choosing
 */

static bool is_file_of_at_most(int folder_fd, const char *name, guint64 most, guint64 *ret_bytes)
{
	struct stat st;

	if (fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode)) {
		return false;
	}
	*ret_bytes = (guint64)st.st_size;
	return *ret_bytes <= most;
}

/* Adds the pack of an index's file name, when it is one that may be merged. */
static void consider(GPtrArray *sources, int folder_fd, const char *index,
		     const Superseded *superseded)
{
	g_autofree char *name = NULL;
	g_autofree char *pack = NULL;
	g_autofree char *keep = NULL;
	guint64 bytes, index_bytes;
	Source *source;

	if (!g_str_has_prefix(index, "pack-") || !g_str_has_suffix(index, ".idx")) {
		return;
	}
	name = g_strndup(index + strlen("pack-"), strlen(index) - strlen("pack-.idx"));
	pack = file_name(name, ".pack");
	keep = file_name(name, ".keep");
	if (superseded_has(superseded, name) ||
	    !is_file_of_at_most(folder_fd, pack, PACK_MERGE_MAX_BYTES, &bytes) ||
	    !is_file_of_at_most(folder_fd, index, INDEX_MAX_BYTES, &index_bytes) ||
	    index_bytes > PACK_MERGE_MAX_OBJECTS * INDEX_OBJECT_BYTES ||
	    faccessat(folder_fd, keep, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		return;
	}
	source = g_new(Source, 1);
	source->name = g_steal_pointer(&name);
	source->bytes = bytes;
	source->objects = index_bytes < INDEX_FIXED_BYTES
				  ? 0
				  : (index_bytes - INDEX_FIXED_BYTES) / INDEX_OBJECT_BYTES;
	g_ptr_array_add(sources, source);
}

static int compare_sources(const void *a, const void *b)
{
	const Source *x = *(Source *const *)a;
	const Source *y = *(Source *const *)b;

	return x->bytes != y->bytes ? (x->bytes > y->bytes) - (x->bytes < y->bytes)
				    : strcmp(x->name, y->name);
}

static GPtrArray *list_sources(int folder_fd, const Superseded *superseded, GError **error)
{
	g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func((GDestroyNotify)source_free);
	int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (folder == NULL) {
		error_set_errno(error, "cannot list the packs");
		fd_close(&fd);
		return NULL;
	}
	while ((entry = readdir(folder)) != NULL) {
		consider(sources, folder_fd, entry->d_name, superseded);
	}
	closedir(folder);
	g_ptr_array_sort(sources, compare_sources);
	return g_steal_pointer(&sources);
}

/*
 * Keeps the smallest packs, up to the first that is twice as big as all before it together, or
 * until there is enough work for one merge.
 */
static void keep_row(GPtrArray *sources)
{
	guint64 sum = 0, objects = 0;
	guint n = 0;

	for (; n < sources->len; n++) {
		const Source *source = sources->pdata[n];

		if (n > 1 && (source->bytes >= 2 * sum || sum >= PACK_MERGE_MAX_BYTES ||
			      objects + source->objects > PACK_MERGE_MAX_OBJECTS)) {
			break;
		}
		sum += source->bytes;
		objects += source->objects;
	}
	g_ptr_array_set_size(sources, (gint)n);
}

/* Somebody's index over many packs would point at packs that are gone. */
static bool has_common_index(int folder_fd)
{
	return faccessat(folder_fd, "multi-pack-index", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool pack_merge_begin(int folder_fd, const Superseded *superseded, PackMerge **ret, GError **error)
{
	g_autoptr(GPtrArray) sources = list_sources(folder_fd, superseded, error);
	PackMerge *merge;

	*ret = NULL;
	if (sources == NULL) {
		return false;
	}
	if (sources->len <= PACK_MERGE_ABOVE || has_common_index(folder_fd)) {
		return true;
	}
	keep_row(sources);
	merge = g_new0(PackMerge, 1);
	merge->folder_fd = folder_fd;
	merge->fd = -1;
	merge->sources = g_steal_pointer(&sources);
	merge->object = g_byte_array_new();
	merge->target = pack_new(folder_fd);
	merge->replaced = g_ptr_array_new_with_free_func(g_free);
	*ret = merge;
	return true;
}

static void close_source(PackMerge *merge)
{
	fd_close(&merge->fd);
	g_clear_pointer(&merge->entries, g_array_unref);
}

void pack_merge_free(PackMerge *merge)
{
	if (merge == NULL) {
		return;
	}
	close_source(merge);
	pack_free(merge->target);
	g_ptr_array_unref(merge->sources);
	g_ptr_array_unref(merge->replaced);
	g_byte_array_unref(merge->object);
	g_free(merge);
}

/*
 * Copying
 */

static int compare_offsets(const void *a, const void *b)
{
	const PackEntry *x = a;
	const PackEntry *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

static bool damaged(GError **error, const char *name)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
		    "pack-%s.pack is damaged; `git fsck` says what is lost", name);
	return false;
}

static bool open_source(PackMerge *merge, const Source *source, GError **error)
{
	g_autofree char *pack = file_name(source->name, ".pack");
	g_autofree char *index_name = file_name(source->name, ".idx");
	g_autoptr(GBytes) index =
		io_read_file(merge->folder_fd, index_name, INDEX_MAX_BYTES, error);
	const guint8 *data;
	gsize size;

	if (index == NULL) {
		return false;
	}
	data = g_bytes_get_data(index, &size);
	merge->entries = pack_index_parse(data, size, NULL);
	if (merge->entries == NULL || source->bytes < HEADER_BYTES + BLOB_BYTES) {
		return damaged(error, source->name);
	}
	if (merge->entries->len > 1) {
		qsort(merge->entries->data, merge->entries->len, sizeof(PackEntry),
		      compare_offsets);
	}
	merge->fd = openat(merge->folder_fd, pack, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (merge->fd < 0) {
		return error_set_errno(error, "cannot open %s", pack);
	}
	merge->end = source->bytes - BLOB_BYTES;
	merge->next = 0;
	return true;
}

typedef enum {
	COPY_DONE,
	COPY_FOREIGN, /* has deltas: not one of ours */
	COPY_FAILED,
} Copy;

static bool read_object(PackMerge *merge, const PackEntry *entry, guint64 end, GError **error)
{
	GByteArray *object = merge->object;

	if (entry->offset < HEADER_BYTES || end <= entry->offset || end > merge->end) {
		return false;
	}
	g_byte_array_set_size(object, (guint)(end - entry->offset));
	return io_pread_exact(merge->fd, object->data, object->len, (goffset)entry->offset,
			      error) &&
	       crc32(0, object->data, object->len) == entry->crc;
}

static Copy copy_object(PackMerge *merge, const char *name, GError **error)
{
	const PackEntry *entry = &g_array_index(merge->entries, PackEntry, merge->next);
	bool is_last = merge->next + 1 == merge->entries->len;
	guint64 end = is_last ? merge->end : entry[1].offset;
	g_autoptr(GError) unreadable = NULL;

	if (!read_object(merge, entry, end, &unreadable)) {
		if (g_error_matches(unreadable, REEVE_ERROR, REEVE_ERROR_IO)) {
			g_propagate_error(error, g_steal_pointer(&unreadable));
		} else {
			damaged(error, name);
		}
		return COPY_FAILED;
	}
	if ((merge->object->data[0] >> 4 & 7) > OBJECT_BLOB) {
		return COPY_FOREIGN;
	}
	merge->next++;
	return pack_has(merge->target, entry->id) ||
			       pack_add_packed(merge->target, merge->object->data,
					       merge->object->len, entry->crc, entry->id, error)
		       ? COPY_DONE
		       : COPY_FAILED;
}

/* Copies on in the pack at hand, at most so many bytes. *ret_left: of them. */
static Copy copy_some(PackMerge *merge, const char *name, gsize bytes, gsize *ret_left,
		      GError **error)
{
	while (merge->next < merge->entries->len && bytes > 0) {
		Copy copy = copy_object(merge, name, error);

		if (copy != COPY_DONE) {
			return copy;
		}
		bytes -= MIN(bytes, merge->object->len);
	}
	*ret_left = bytes;
	return COPY_DONE;
}

/* False and *error, or the work for this step is done, or all sources are. */
static bool copy_sources(PackMerge *merge, gsize bytes, GError **error)
{
	while (merge->at < merge->sources->len && bytes > 0) {
		const Source *source = merge->sources->pdata[merge->at];

		if (merge->fd < 0 && !open_source(merge, source, error)) {
			return false;
		}
		switch (copy_some(merge, source->name, bytes, &bytes, error)) {
		case COPY_DONE:
			if (merge->next == merge->entries->len) {
				close_source(merge);
				merge->at++;
			}
			break;
		case COPY_FOREIGN:
			close_source(merge);
			g_ptr_array_remove_index(merge->sources, merge->at);
			break;
		case COPY_FAILED:
			return false;
		}
	}
	pack_push(merge->target);
	return true;
}

/*
 * Finishing
 */

static PackMergeStep finish(PackMerge *merge, gsize bytes, GError **error)
{
	char merged[2 * BLOB_BYTES + 1];
	bool is_hashed;

	if (merge->sources->len < 2) {
		return PACK_MERGE_NOTHING;
	}
	if (!pack_hash(merge->target, bytes, &is_hashed, error)) {
		return PACK_MERGE_ERROR;
	}
	if (!is_hashed) {
		return PACK_MERGE_MORE;
	}
	if (!pack_finish(merge->target, merged, error)) {
		return PACK_MERGE_ERROR;
	}
	for (guint i = 0; i < merge->sources->len; i++) {
		const Source *source = merge->sources->pdata[i];

		if (strcmp(source->name, merged) != 0) {
			g_ptr_array_add(merge->replaced, g_strdup(source->name));
		}
	}
	return PACK_MERGE_DONE;
}

PackMergeStep pack_merge_step(PackMerge *merge, gsize bytes, GError **error)
{
	if (merge->at == merge->sources->len) {
		return finish(merge, bytes, error);
	}
	return copy_sources(merge, bytes, error) ? PACK_MERGE_MORE : PACK_MERGE_ERROR;
}

const GPtrArray *pack_merge_replaced(const PackMerge *merge)
{
	return merge->replaced;
}
