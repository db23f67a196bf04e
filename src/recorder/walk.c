/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Directories of a look: watch, then list, then compare. Iterative: the depth of a tree is its
 * maker's choice, the depth of our stack is not.
 */
#include "recorder/look-private.h"
#include "base/fd.h"
#include "base/path.h"
#include "recorder/foreign.h"
#include "recorder/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void directory_free(Directory *directory)
{
	g_free(directory->path);
	g_free(directory);
}

static dev_t device_of_parent(const LookWorld *world, const char *path)
{
	g_autofree char *parent = path_parent(path);
	auto_fd int fd = path_open(world->root_fd, parent, O_PATH | O_DIRECTORY);
	struct stat st;

	return fd < 0 || fstat(fd, &st) < 0 ? 0 : st.st_dev;
}

/* A foreign file system begins here, and nobody asked for it by name. */
static bool is_foreign(const Look *look, const Find *find)
{
	const LookWorld *world = look->world;
	dev_t above = find->parent_dev;

	if (above == find->st->st_dev || scope_names(world->scope, find->path) ||
	    !foreign_is_opened(find->fd)) {
		return false;
	}
	if (above == 0) {
		above = device_of_parent(world, find->path);
	}
	return above != find->st->st_dev;
}

/* The catalog has this very directory, so whatever happened below since has had its own hints. */
static bool is_well_known(const Look *look, const Find *find)
{
	const CatalogEntry *old = find->old;

	return look->mode == LOOK_COMPARE && !find->order->is_subtree && old != NULL &&
	       old->state.type == FILE_DIRECTORY && old->ino == find->st->st_ino &&
	       old->dev == find->st->st_dev;
}

/* A foreign file system hides what was there: it is as good as gone, and comes back with it. */
bool look_hidden(Look *look, const Find *find, GError **error)
{
	const LookWorld *world = look->world;
	g_autoptr(GPtrArray) children = NULL;

	if (find->old == NULL || find->old->state.type != FILE_DIRECTORY) {
		return true;
	}
	children = catalog_children(world->catalog, find->path, error);
	if (children == NULL) {
		return false;
	}
	watch_forget(world->watch, find->path);
	for (guint i = 0; i < children->len; i++) {
		const CatalogChild *child = children->pdata[i];
		g_autofree char *path = path_join(find->path, child->name);

		if (!look_vanished(look, find->order, path, error)) {
			return false;
		}
	}
	return true;
}

bool look_enter(Look *look, const Find *find, GError **error)
{
	const LookWorld *world = look->world;
	Directory *directory;
	WatchAdd added;

	if (is_foreign(look, find)) {
		return look_hidden(look, find, error);
	}
	if (strlen(find->path) > LOOK_MAX_PATH_BYTES) {
		return look_blinded(look, find->path, error);
	}
	added = watch_add(world->watch, find->path, find->fd, WATCH_EVERYTHING);
	if (added == WATCH_NO_BUDGET) {
		g_ptr_array_add(look->report.uncovered, g_strdup(find->path));
	}
	if (added == WATCH_KNOWN && is_well_known(look, find)) {
		return true;
	}
	directory = g_new0(Directory, 1);
	directory->order = find->order;
	directory->path = g_strdup(find->path);
	directory->dev = find->st->st_dev;
	directory->ino = find->st->st_ino;
	directory->is_known = find->old != NULL && find->old->state.type == FILE_DIRECTORY;
	g_queue_push_head(&look->ahead, directory);
	return true;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names in an open directory, sorted by bytes; NULL and errno when it cannot be listed. */
static GPtrArray *list_names(int fd)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	DIR *stream = fdopendir(fd);
	struct dirent *entry;
	int failure;

	if (stream == NULL) {
		failure = errno;
		close(fd);
		errno = failure;
		return NULL;
	}
	errno = 0;
	while ((entry = readdir(stream)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			g_ptr_array_add(names, g_strdup(entry->d_name));
		}
	}
	failure = errno;
	closedir(stream);
	errno = failure;
	if (failure != 0 && failure != ENOENT) {
		return NULL;
	}
	g_ptr_array_sort(names, compare_names);
	return g_steal_pointer(&names);
}

/* A listing at work: the names there are and the children there were, both sorted. */
typedef struct {
	const Directory *directory;
	int fd;
	GPtrArray *names;    /* of char * */
	GPtrArray *children; /* of CatalogChild */
} Listing;

/* Calls for each name of the listing: `old` NULL: new; `is_there` false: in the catalog alone. */
typedef bool (*ListingEach)(Look *look, const Listing *listing, const char *name,
			    const CatalogEntry *old, bool is_there, GError **error);

static bool merge(Look *look, const Listing *listing, ListingEach each, GError **error)
{
	guint i = 0, j = 0;

	while (i < listing->names->len || j < listing->children->len) {
		const char *name = i < listing->names->len ? listing->names->pdata[i] : NULL;
		const CatalogChild *child =
			j < listing->children->len ? listing->children->pdata[j] : NULL;
		int order = name == NULL ? 1 : child == NULL ? -1 : strcmp(name, child->name);

		if (!each(look, listing, order <= 0 ? name : child->name,
			  order >= 0 ? &child->entry : NULL, order <= 0, error)) {
			return false;
		}
		i += order <= 0;
		j += order >= 0;
	}
	return true;
}

/* First pass: what is gone. Before what is new, so that a move is seen from both ends. */
static bool missing_child(Look *look, const Listing *listing, const char *name,
			  const CatalogEntry *old, bool is_there, GError **error)
{
	g_autofree char *path = NULL;

	if (is_there) {
		return true;
	}
	path = path_join(listing->directory->path, name);
	return !scope_covers(look->world->scope, path) ||
	       look_vanished(look, listing->directory->order, path, error);
}

static bool open_and_find(Look *look, const Listing *listing, Find *find, const char *name,
			  GError **error)
{
	auto_fd int fd = -1;
	struct stat st;

	switch (probe_open_child(listing->fd, name, find->path, &fd, &st, error)) {
	case PROBE_PRESENT:
		find->fd = fd;
		find->st = &st;
		return look_found(look, find, error);
	case PROBE_GONE:
		return true; /* since it was listed: there will be a hint */
	case PROBE_BLIND:
		return look_blinded(look, find->path, error);
	case PROBE_ERROR:
	default:
		return false;
	}
}

/* Those that are as they were are not read again, and known all the same. */
static void see_secret(const Look *look, const CatalogEntry *old)
{
	if (old != NULL && look->world->known_secrets != NULL) {
		known_secrets_saw(look->world->known_secrets, old->stat_size, &old->state);
	}
}

/* Whether a stat alone shows that nothing has to be done here. */
static bool is_unchanged(Look *look, const Listing *listing, const Find *find, const char *name)
{
	struct stat st;

	if (look->mode == LOOK_REBUILD || find->old == NULL ||
	    find->old->state.type == FILE_DIRECTORY ||
	    fstatat(listing->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !catalog_entry_matches(find->old, &st)) {
		return false;
	}
	/* One with several names is to be watched itself, and for that opened. */
	return st.st_nlink == 1 || look->world->linked == NULL;
}

/*
 * In a folder that is new itself, what a package manager is unpacking has had no hint: it waits as
 * if it had. As old as the order that found it, so that who waits for that waits for this.
 */
static bool is_left_to_wait(Look *look, const Listing *listing, const char *path,
			    const CatalogEntry *old)
{
	const Order *above = listing->directory->order;
	Order *order;

	if (look->mode != LOOK_COMPARE || above->is_offline || old != NULL ||
	    !name_is_unpacked(path_name(path))) {
		return false;
	}
	order = g_new0(Order, 1);
	order->path = g_strdup(path);
	order->wall_usec = above->wall_usec;
	order->born = above->born;
	g_ptr_array_add(look->report.unpacked, order);
	return true;
}

/* Second pass: what is there. */
static bool present_child(Look *look, const Listing *listing, const char *name,
			  const CatalogEntry *old, bool is_there, GError **error)
{
	const Directory *directory = listing->directory;
	g_autofree char *path = NULL;
	Find find = {
		.order = directory->order,
		.old = old,
		.parent_dev = directory->dev,
	};

	if (!is_there) {
		return true;
	}
	path = path_join(directory->path, name);
	find.path = path;
	if (!scope_covers(look->world->scope, path)) {
		return true;
	}
	/* An order of its own has been carried out already, and the watch stood before that. After
	 * a gap it may not have: then it is looked at again. */
	if (!directory->order->is_offline && g_hash_table_contains(look->done, path)) {
		return true;
	}
	if (foreign_is_shut(look->world->mounts, look->world->scope, path)) {
		return look_hidden(look, &find, error);
	}
	if (is_left_to_wait(look, listing, path, old)) {
		return true;
	}
	see_secret(look, old);
	if (is_unchanged(look, listing, &find, name)) {
		return look_tick(look, error);
	}
	return open_and_find(look, listing, &find, name, error);
}

static bool list_opened(Look *look, const Directory *directory, int *fd, GError **error)
{
	g_autoptr(GPtrArray) names = NULL;
	g_autoptr(GPtrArray) children = NULL;
	Listing listing = {.directory = directory, .fd = *fd};
	int stream_fd = fcntl(*fd, F_DUPFD_CLOEXEC, 0);

	if (stream_fd < 0) {
		return error_set_errno(error, "cannot list a directory");
	}
	names = list_names(stream_fd);
	if (names == NULL) {
		return look_blinded(look, directory->path, error);
	}
	children = directory->is_known
			   ? catalog_children(look->world->catalog, directory->path, error)
			   : g_ptr_array_new();
	if (children == NULL) {
		return false;
	}
	listing.names = names;
	listing.children = children;
	return merge(look, &listing, missing_child, error) &&
	       merge(look, &listing, present_child, error);
}

/* The descriptor the directory was watched by is closed long since: is it still the same? */
static bool is_same_directory(int fd, const Directory *directory)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev == directory->dev && st.st_ino == directory->ino;
}

static bool list_directory(Look *look, const Directory *directory, GError **error)
{
	auto_fd int fd = -1;

	if (!g_hash_table_add(look->listed, g_strdup(directory->path))) {
		return true; /* listed in this very look: all orders are older than that */
	}
	fd = path_open(look->world->root_fd, directory->path,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
		return error_set_errno(error, "cannot list a directory");
	}
	if (fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
		return look_blinded(look, directory->path, error);
	}
	if (fd < 0 || !is_same_directory(fd, directory)) {
		return true; /* gone or replaced meanwhile: the directory above has a hint of it */
	}
	return list_opened(look, directory, &fd, error);
}

bool look_walk(Look *look, GError **error)
{
	Directory *directory;

	while ((directory = g_queue_pop_head(&look->ahead)) != NULL) {
		bool listed = list_directory(look, directory, error);

		directory_free(directory);
		if (!listed) {
			return false;
		}
	}
	return true;
}
