/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking ids up: see pack-lookup.h. */
#include "snapshot/pack-lookup.h"

#include "base/fd.h"
#include "snapshot/pack-index.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "pack-"
#define SUFFIX ".idx"

typedef struct {
	void *map;
	gsize size;
} Index;

struct PackLookup {
	int folder_fd;
	GArray *indexes; /* of Index, the latest last */
};

static void clear_index(void *data)
{
	const Index *index = data;

	munmap(index->map, index->size);
}

static bool map_index(int folder_fd, const char *file, Index *ret)
{
	auto_fd int fd = openat(folder_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		return false;
	}
	ret->size = (gsize)st.st_size;
	ret->map = mmap(NULL, ret->size, PROT_READ, MAP_SHARED, fd, 0);
	if (ret->map == MAP_FAILED) {
		return false;
	}
	if (!pack_index_is_formed(ret->map, ret->size)) {
		clear_index(ret);
		return false;
	}
	return true;
}

void pack_lookup_add(PackLookup *lookup, const char *name)
{
	g_autofree char *file = g_strconcat(PREFIX, name, SUFFIX, NULL);
	g_autofree char *pack = g_strconcat(PREFIX, name, ".pack", NULL);
	Index index;

	if (faccessat(lookup->folder_fd, pack, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
	    map_index(lookup->folder_fd, file, &index)) {
		g_array_append_val(lookup->indexes, index);
	}
}

static void consider(PackLookup *lookup, const char *file)
{
	gsize length = strlen(file);

	if (g_str_has_prefix(file, PREFIX) && g_str_has_suffix(file, SUFFIX)) {
		g_autofree char *name =
			g_strndup(file + strlen(PREFIX), length - strlen(PREFIX) - strlen(SUFFIX));

		pack_lookup_add(lookup, name);
	}
}

PackLookup *pack_lookup_open(int folder_fd, GError **error)
{
	g_autoptr(PackLookup) lookup = g_new0(PackLookup, 1);
	int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	lookup->folder_fd = folder_fd;
	lookup->indexes = g_array_new(FALSE, FALSE, sizeof(Index));
	g_array_set_clear_func(lookup->indexes, clear_index);
	if (folder == NULL) {
		error_set_errno(error, "cannot list the packs");
		fd_close(&fd);
		return NULL;
	}
	while ((entry = readdir(folder)) != NULL) {
		consider(lookup, entry->d_name);
	}
	closedir(folder);
	return g_steal_pointer(&lookup);
}

void pack_lookup_free(PackLookup *lookup)
{
	if (lookup != NULL) {
		g_array_unref(lookup->indexes);
		g_free(lookup);
	}
}

bool pack_lookup_has(const PackLookup *lookup, const guint8 id[BLOB_BYTES])
{
	for (guint i = lookup->indexes->len; i-- > 0;) {
		const Index *index = &g_array_index(lookup->indexes, Index, i);

		if (pack_index_has(index->map, id)) {
			return true;
		}
	}
	return false;
}
