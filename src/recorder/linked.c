/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files with several names: see linked.h. */
#include "recorder/linked.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/path.h"
#include "recorder/probe.h"

/* As in the catalog: kernels stamp files by a clock that ticks every 4 to 10 ms. */
#define DOUBT_USEC 20000

typedef struct {
	dev_t dev;
	ino_t ino;
	struct timespec ctime;
	bool is_doubtful;
} Seen;

struct Linked {
	GHashTable *paths; /* char * -> Seen */
	bool has_added;
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

bool linked_saw(Linked *linked, const char *path, const struct stat *st, gint64 wall_usec)
{
	gint64 age_usec = wall_usec - clock_from_timespec(&st->st_ctim);
	Seen *seen;

	if (!S_ISREG(st->st_mode) || st->st_nlink < 2) {
		g_hash_table_remove(linked->paths, path);
		return false;
	}
	if (!g_hash_table_contains(linked->paths, path)) {
		if (g_hash_table_size(linked->paths) >= LINKED_MAX) {
			return false;
		}
		linked->has_added = true;
	}
	seen = g_new(Seen, 1);
	*seen = (Seen){st->st_dev, st->st_ino, st->st_ctim, ABS(age_usec) < DOUBT_USEC};
	g_hash_table_replace(linked->paths, g_strdup(path), seen);
	return true;
}

static bool is_as_seen(const Seen *seen, const struct stat *st)
{
	return !seen->is_doubtful && st->st_dev == seen->dev && st->st_ino == seen->ino &&
	       st->st_ctim.tv_sec == seen->ctime.tv_sec &&
	       st->st_ctim.tv_nsec == seen->ctime.tv_nsec;
}

void linked_stirred(Linked *linked, int root_fd, GPtrArray *ret)
{
	GHashTableIter iter;
	void *path, *seen;

	g_hash_table_iter_init(&iter, linked->paths);
	while (g_hash_table_iter_next(&iter, &path, &seen)) {
		Seen *known = seen;
		auto_fd int fd = -1;
		struct stat st;

		switch (probe_open(root_fd, path, &fd, &st, NULL)) {
		case PROBE_PRESENT:
			known->is_doubtful |= !is_as_seen(known, &st);
			if (known->is_doubtful) {
				g_ptr_array_add(ret, g_strdup(path));
			}
			break;
		case PROBE_GONE:
			g_ptr_array_add(ret, g_strdup(path));
			g_hash_table_iter_remove(&iter);
			break;
		case PROBE_BLIND:
		case PROBE_ERROR:
			break; /* nothing is known: the next time tells */
		}
	}
}

static gboolean is_beneath(void *path, void *seen, void *above)
{
	return path_is_beneath(path, above);
}

void linked_forget(Linked *linked, const char *path)
{
	g_hash_table_foreach_remove(linked->paths, is_beneath, (void *)path);
}

bool linked_take_added(Linked *linked)
{
	bool had = linked->has_added;

	linked->has_added = false;
	return had;
}

guint linked_count(const Linked *linked)
{
	return g_hash_table_size(linked->paths);
}
