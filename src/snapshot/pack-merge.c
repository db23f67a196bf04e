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

typedef struct {
	char *name; /* hex: pack-<name>.pack */
	guint64 bytes;
} Source;

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

/* Adds the pack of an index's file name, when it is one that may be merged. */
static void consider(GPtrArray *sources, int folder_fd, const char *index)
{
	g_autofree char *name = NULL;
	g_autofree char *pack = NULL;
	g_autofree char *keep = NULL;
	struct stat st;
	Source *source;

	if (!g_str_has_prefix(index, "pack-") || !g_str_has_suffix(index, ".idx")) {
		return;
	}
	name = g_strndup(index + strlen("pack-"), strlen(index) - strlen("pack-.idx"));
	pack = file_name(name, ".pack");
	keep = file_name(name, ".keep");
	if (fstatat(folder_fd, pack, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > PACK_MERGE_MAX_BYTES ||
	    faccessat(folder_fd, keep, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		return;
	}
	source = g_new(Source, 1);
	source->name = g_steal_pointer(&name);
	source->bytes = (guint64)st.st_size;
	g_ptr_array_add(sources, source);
}

static int compare_sources(const void *a, const void *b)
{
	const Source *x = *(Source *const *)a;
	const Source *y = *(Source *const *)b;

	return x->bytes != y->bytes ? (x->bytes > y->bytes) - (x->bytes < y->bytes)
				    : strcmp(x->name, y->name);
}

static GPtrArray *list_sources(int folder_fd, GError **error)
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
		consider(sources, folder_fd, entry->d_name);
	}
	closedir(folder);
	g_ptr_array_sort(sources, compare_sources);
	return g_steal_pointer(&sources);
}

/*
 * Keeps the smallest packs, up to the first that is twice as big as all before it together, or
 * until there is enough work for one round.
 */
static void keep_row(GPtrArray *sources)
{
	guint64 sum = 0;
	guint n = 0;

	for (; n < sources->len; n++) {
		const Source *source = sources->pdata[n];

		if (n > 1 && (source->bytes >= 2 * sum || sum >= PACK_MERGE_MAX_BYTES)) {
			break;
		}
		sum += source->bytes;
	}
	g_ptr_array_set_size(sources, (gint)n);
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

typedef enum {
	COPY_DONE,
	COPY_FOREIGN, /* has deltas: not one of ours */
	COPY_FAILED,
} Copy;

static Copy copy_objects(Pack *target, const char *name, GBytes *pack, const GArray *entries,
			 GError **error)
{
	gsize size;
	const guint8 *bytes = g_bytes_get_data(pack, &size);

	for (guint i = 0; i < entries->len; i++) {
		const PackEntry *entry = &g_array_index(entries, PackEntry, i);
		guint64 end = i + 1 < entries->len ? g_array_index(entries, PackEntry, i + 1).offset
						   : size - BLOB_BYTES;

		if (entry->offset < HEADER_BYTES || end <= entry->offset || end > size ||
		    crc32(0, bytes + entry->offset, (uInt)(end - entry->offset)) != entry->crc) {
			damaged(error, name);
			return COPY_FAILED;
		}
		if ((bytes[entry->offset] >> 4 & 7) > OBJECT_BLOB) {
			return COPY_FOREIGN;
		}
		if (!pack_has(target, entry->id) &&
		    !pack_add_packed(target, bytes + entry->offset, end - entry->offset, entry->crc,
				     entry->id, error)) {
			return COPY_FAILED;
		}
	}
	return COPY_DONE;
}

static Copy copy_pack(Pack *target, int folder_fd, const char *name, GError **error)
{
	g_autofree char *pack_name = file_name(name, ".pack");
	g_autofree char *index_name = file_name(name, ".idx");
	g_autoptr(GBytes) pack = NULL;
	g_autoptr(GBytes) index = NULL;
	g_autoptr(GArray) entries = NULL;
	gsize size;
	const guint8 *data;

	pack = io_read_file(folder_fd, pack_name, PACK_MERGE_MAX_BYTES, error);
	index = pack == NULL ? NULL : io_read_file(folder_fd, index_name, INDEX_MAX_BYTES, error);
	if (index == NULL) {
		return COPY_FAILED;
	}
	data = g_bytes_get_data(index, &size);
	entries = pack_index_parse(data, size, error);
	if (entries == NULL || g_bytes_get_size(pack) < HEADER_BYTES + BLOB_BYTES) {
		g_clear_error(error);
		damaged(error, name);
		return COPY_FAILED;
	}
	if (entries->len > 1) {
		qsort(entries->data, entries->len, sizeof(PackEntry), compare_offsets);
	}
	return copy_objects(target, name, pack, entries, error);
}

/* Copies all sources; takes those that are not ours out of the list. */
static bool copy_all(Pack *target, int folder_fd, GPtrArray *sources, GError **error)
{
	for (guint i = sources->len; i-- > 0;) {
		const Source *source = sources->pdata[i];

		switch (copy_pack(target, folder_fd, source->name, error)) {
		case COPY_DONE:
			break;
		case COPY_FOREIGN:
			g_ptr_array_remove_index(sources, i);
			break;
		case COPY_FAILED:
			return false;
		}
	}
	return true;
}

/* The index first: a pack without one is nobody's. The rest is what git may have put beside. */
static void remove_source(int folder_fd, const char *name)
{
	static const char *const suffixes[] = {".idx", ".pack", ".rev", ".bitmap"};

	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *file = file_name(name, suffixes[i]);

		unlinkat(folder_fd, file, 0);
	}
}

static void remove_sources(int folder_fd, const GPtrArray *sources, const char *merged)
{
	for (guint i = 0; i < sources->len; i++) {
		const Source *source = sources->pdata[i];

		if (strcmp(source->name, merged) != 0) {
			remove_source(folder_fd, source->name);
		}
	}
}

/* Somebody's index over many packs would point at packs that are gone. */
static bool has_common_index(int folder_fd)
{
	return faccessat(folder_fd, "multi-pack-index", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool pack_merge(int folder_fd, bool *ret_merged, bool *ret_more, GError **error)
{
	g_autoptr(GPtrArray) sources = list_sources(folder_fd, error);
	g_autoptr(Pack) target = NULL;
	char merged[2 * BLOB_BYTES + 1];
	guint before;

	*ret_merged = false;
	*ret_more = false;
	if (sources == NULL) {
		return false;
	}
	if (sources->len <= PACK_MERGE_ABOVE || has_common_index(folder_fd)) {
		return true;
	}
	before = sources->len;
	keep_row(sources);
	target = pack_new(folder_fd);
	if (!copy_all(target, folder_fd, sources, error)) {
		return false;
	}
	if (sources->len < 2) {
		return true;
	}
	if (!pack_finish(target, merged, error)) {
		return false;
	}
	remove_sources(folder_fd, sources, merged);
	*ret_merged = true;
	*ret_more = before - sources->len + 1 > PACK_MERGE_ABOVE;
	return true;
}
