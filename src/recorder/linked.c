/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files with several names: see linked.h. */
#include "recorder/linked.h"
#include "base/fd.h"
#include "recorder/probe.h"

#include <stdbool.h>

typedef struct {
	dev_t dev;
	ino_t ino;
	struct timespec ctime;
} Seen;

struct Linked {
	GHashTable *paths; /* char * -> Seen */
};

Linked *linked_new(void)
{
	Linked *linked = g_new0(Linked, 1);

	linked->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return linked;
}

void linked_free(Linked *linked)
{
	if (linked != NULL) {
		g_hash_table_unref(linked->paths);
		g_free(linked);
	}
}

void linked_saw(Linked *linked, const char *path, const struct stat *st)
{
	Seen *seen;

	if (!S_ISREG(st->st_mode) || st->st_nlink < 2) {
		g_hash_table_remove(linked->paths, path);
		return;
	}
	if (g_hash_table_size(linked->paths) >= LINKED_MAX &&
	    !g_hash_table_contains(linked->paths, path)) {
		return;
	}
	seen = g_new(Seen, 1);
	*seen = (Seen){st->st_dev, st->st_ino, st->st_ctim};
	g_hash_table_replace(linked->paths, g_strdup(path), seen);
}

static bool is_as_seen(const Seen *seen, const struct stat *st)
{
	return st->st_dev == seen->dev && st->st_ino == seen->ino &&
	       st->st_ctim.tv_sec == seen->ctime.tv_sec &&
	       st->st_ctim.tv_nsec == seen->ctime.tv_nsec;
}

static bool has_stirred(int root_fd, const char *path, const Seen *seen)
{
	auto_fd int fd = -1;
	struct stat st;

	switch (probe_open(root_fd, path, &fd, &st, NULL)) {
	case PROBE_PRESENT:
		return !is_as_seen(seen, &st);
	case PROBE_GONE:
		return true;
	case PROBE_BLIND:
	case PROBE_ERROR:
		return false; /* nothing is known: the next time tells */
	}
	g_assert_not_reached();
}

void linked_stirred(Linked *linked, int root_fd, GPtrArray *ret)
{
	GHashTableIter iter;
	void *path, *seen;

	g_hash_table_iter_init(&iter, linked->paths);
	while (g_hash_table_iter_next(&iter, &path, &seen)) {
		if (has_stirred(root_fd, path, seen)) {
			g_hash_table_iter_steal(&iter);
			g_ptr_array_add(ret, path);
			g_free(seen);
		}
	}
}

guint linked_count(const Linked *linked)
{
	return g_hash_table_size(linked->paths);
}
