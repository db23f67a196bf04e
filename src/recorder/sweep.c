/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sweep: see sweep.h. A directory is done in three parts, each in small steps, because there
 * are directories of a hundred thousand names: its names are taken in, then the catalog's children
 * are held against what is there, then what is left over are strangers.
 */
#include "recorder/sweep.h"
#include "base/fd.h"
#include "base/path.h"
#include "recorder/foreign.h"
#include "recorder/probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define STEP_NAMES 256
#define STEP_ENTRIES 64

typedef enum {
	PART_NAMES,
	PART_ENTRIES,
	PART_STRANGERS,
} Part;

struct Sweep {
	const LookWorld *world;
	SweepDiffers differs;
	void *context;
	bool is_under_way;
	guint64 compared;
	GQueue ahead; /* of char *: directories that wait */
	/* the directory at hand; `path` NULL: none */
	char *path;
	DIR *stream;
	dev_t dev;
	Part part;
	GHashTable *names; /* those there are, without those met in the catalog */
	char *after;       /* the last child that was compared */
	GHashTableIter strangers;
};

Sweep *sweep_new(const LookWorld *world, SweepDiffers differs, void *context)
{
	Sweep *sweep = g_new0(Sweep, 1);

	sweep->world = world;
	sweep->differs = differs;
	sweep->context = context;
	sweep->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_queue_init(&sweep->ahead);
	return sweep;
}

static void leave_directory(Sweep *sweep)
{
	g_clear_pointer(&sweep->path, g_free);
	g_clear_pointer(&sweep->after, g_free);
	g_clear_pointer(&sweep->stream, closedir);
	g_hash_table_remove_all(sweep->names);
}

void sweep_free(Sweep *sweep)
{
	if (sweep == NULL) {
		return;
	}
	leave_directory(sweep);
	g_queue_clear_full(&sweep->ahead, g_free);
	g_hash_table_unref(sweep->names);
	g_free(sweep);
}

guint64 sweep_compared(const Sweep *sweep)
{
	return sweep->compared;
}

static bool is_excluded(const Sweep *sweep, const struct stat *st)
{
	const struct stat *excluded = sweep->world->excluded;

	return (excluded[0].st_ino == st->st_ino && excluded[0].st_dev == st->st_dev) ||
	       (excluded[1].st_ino == st->st_ino && excluded[1].st_dev == st->st_dev);
}

/*
 * Where something else is mounted, only what the look enters is in the catalog. Opened as a mere
 * reference: that asks no server.
 */
static bool is_entered(const Sweep *sweep, const char *path, const struct stat *st)
{
	auto_fd int fd = -1;

	if (is_excluded(sweep, st) || strlen(path) > LOOK_MAX_PATH_BYTES) {
		return false;
	}
	if (st->st_dev == sweep->dev || scope_names(sweep->world->scope, path)) {
		return true;
	}
	fd = path_open(sweep->world->root_fd, path, O_PATH | O_DIRECTORY);
	return fd >= 0 && !foreign_is_opened(fd);
}

/* Holds one entry of the catalog against what is there; `path` is taken over. */
static void compare(Sweep *sweep, char *path, const CatalogEntry *entry, const struct stat *st)
{
	bool is_there = st != NULL;

	sweep->compared++;
	if (!is_there || !catalog_entry_matches(entry, st)) {
		sweep->differs(sweep->context, path);
	}
	if (is_there && S_ISDIR(st->st_mode) && entry->state.type == FILE_DIRECTORY &&
	    is_entered(sweep, path, st)) {
		g_queue_push_head(&sweep->ahead, path);
	} else {
		g_free(path);
	}
}

static bool compare_root(Sweep *sweep, const char *root, GError **error)
{
	g_auto(CatalogEntry) entry = {0};
	auto_fd int fd = -1;
	struct stat st;
	ProbeResult there = probe_open(sweep->world->root_fd, root, &fd, &st, NULL);

	switch (catalog_find(sweep->world->catalog, root, &entry, error)) {
	case CATALOG_ERROR:
		return false;
	case CATALOG_FOUND:
		if (there == PROBE_PRESENT || there == PROBE_GONE) {
			compare(sweep, g_strdup(root), &entry, there == PROBE_GONE ? NULL : &st);
		}
		return true;
	case CATALOG_NOT_FOUND:
		if (there == PROBE_PRESENT && !is_excluded(sweep, &st)) {
			sweep->differs(sweep->context, root);
		}
		return true;
	}
	g_assert_not_reached();
}

static bool begin(Sweep *sweep, GError **error)
{
	GStrv roots = sweep->world->scope->roots;

	sweep->compared = 0;
	for (guint i = 0; roots[i] != NULL; i++) {
		if (!compare_root(sweep, roots[i], error)) {
			return false;
		}
	}
	sweep->is_under_way = true;
	return true;
}

/* The next directory that can be opened; false when there is none. */
static bool enter_next(Sweep *sweep)
{
	char *path;

	while ((path = g_queue_pop_head(&sweep->ahead)) != NULL) {
		auto_fd int fd = path_open(sweep->world->root_fd, path,
					   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 && (sweep->stream = fdopendir(fd)) != NULL) {
			fd_steal(&fd);
			sweep->path = path;
			sweep->after = g_strdup("");
			sweep->dev = st.st_dev;
			sweep->part = PART_NAMES;
			return true;
		}
		g_free(path); /* gone or closed to us: whoever is above it has noticed */
	}
	return false;
}

static void take_names(Sweep *sweep)
{
	for (guint i = 0; i < STEP_NAMES; i++) {
		const struct dirent *entry = readdir(sweep->stream);

		if (entry == NULL) {
			sweep->part = PART_ENTRIES;
			return;
		}
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			g_hash_table_add(sweep->names, g_strdup(entry->d_name));
		}
	}
}

static bool is_shut(const Sweep *sweep, const char *path)
{
	return foreign_is_shut(sweep->world->mounts, sweep->world->scope, path);
}

/* What cannot be seen is neither there nor gone: nothing is said of it. */
static void compare_child(Sweep *sweep, const CatalogChild *child)
{
	g_autofree char *path = path_join(sweep->path, child->name);
	struct stat st;
	int failed;

	g_hash_table_remove(sweep->names, child->name);
	if (is_shut(sweep, path)) {
		return;
	}
	failed = fstatat(dirfd(sweep->stream), child->name, &st,
			 AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
	if (failed == 0 || errno == ENOENT) {
		compare(sweep, g_steal_pointer(&path), &child->entry, failed == 0 ? &st : NULL);
	}
}

static bool compare_entries(Sweep *sweep, GError **error)
{
	g_autoptr(GPtrArray) children = catalog_children_after(sweep->world->catalog, sweep->path,
							       sweep->after, STEP_ENTRIES, error);
	const CatalogChild *last;

	if (children == NULL) {
		return false;
	}
	for (guint i = 0; i < children->len; i++) {
		compare_child(sweep, children->pdata[i]);
	}
	if (children->len < STEP_ENTRIES) {
		sweep->part = PART_STRANGERS;
		g_hash_table_iter_init(&sweep->strangers, sweep->names);
		return true;
	}
	last = children->pdata[children->len - 1];
	g_free(sweep->after);
	sweep->after = g_strdup(last->name);
	return true;
}

static void meet_stranger(Sweep *sweep, const char *name)
{
	g_autofree char *path = path_join(sweep->path, name);
	struct stat st;

	if (scope_covers(sweep->world->scope, path) && !is_shut(sweep, path) &&
	    fstatat(dirfd(sweep->stream), name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0 &&
	    !is_excluded(sweep, &st)) {
		sweep->differs(sweep->context, path);
	}
}

static void meet_strangers(Sweep *sweep)
{
	void *name;

	for (guint i = 0; i < STEP_ENTRIES; i++) {
		if (!g_hash_table_iter_next(&sweep->strangers, &name, NULL)) {
			leave_directory(sweep);
			return;
		}
		meet_stranger(sweep, name);
	}
}

SweepStep sweep_step(Sweep *sweep, GError **error)
{
	bool ok = true;

	if (!sweep->is_under_way) {
		return begin(sweep, error) ? SWEEP_MORE : SWEEP_ERROR;
	}
	if (sweep->path == NULL && !enter_next(sweep)) {
		sweep->is_under_way = false;
		return SWEEP_DONE;
	}
	switch (sweep->part) {
	case PART_NAMES:
		take_names(sweep);
		break;
	case PART_ENTRIES:
		ok = compare_entries(sweep, error);
		break;
	case PART_STRANGERS:
		meet_strangers(sweep);
		break;
	}
	return ok ? SWEEP_MORE : SWEEP_ERROR;
}
