/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One path of a look: what is there against what was there. See look.h. */
#include "recorder/look-private.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/path.h"
#include "recorder/temporary.h"

#include <string.h>

#define POSTPONED_MAX 8

bool look_tick(Look *look, GError **error)
{
	const LookWorld *world = look->world;

	look->looked++;
	if (world->tick != NULL && !world->tick(world->context, look->looked)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE, "told to stop");
		return false;
	}
	return true;
}

bool look_skips(const Look *look, const char *path)
{
	return look->settled != NULL && scope_covers(look->settled, path);
}

static bool is_excluded(const LookWorld *world, const struct stat *st)
{
	for (gsize i = 0; i < G_N_ELEMENTS(world->excluded); i++) {
		if (world->excluded[i].st_ino == st->st_ino &&
		    world->excluded[i].st_dev == st->st_dev) {
			return true;
		}
	}
	return false;
}

/* One array for all that is below, however much that is. */
static GPtrArray *inferred_of(Look *look, const Order *order)
{
	if (look->inferred_order == order) {
		return look->inferred;
	}
	g_clear_pointer(&look->inferred, g_ptr_array_unref);
	look->inferred_order = order;
	look->inferred = actors_new();
	for (guint i = 0; i < order->actors->len; i++) {
		Actor *above = actor_copy(order->actors->pdata[i]);

		above->confidence = MIN(above->confidence, CONFIDENCE_INFERRED);
		g_free(above->how);
		above->how = g_strdup("it made, moved or removed the directory above");
		g_ptr_array_add(look->inferred, above);
	}
	return look->inferred;
}

/*
 * Who is told to have changed a path: those its order names, and those seen at it since. What came
 * or went with a directory, and had no hint of its own, is put down to who did that to the
 * directory, as an inference.
 */
static GPtrArray *actors_of(Look *look, const Order *order, const char *path)
{
	const LookWorld *world = look->world;
	bool is_itself = g_str_equal(path, order->path);
	GPtrArray *actors = is_itself ? actors_add_all(NULL, order->actors) : NULL;

	if (world->actors != NULL) {
		actors = actors_add_all(actors, world->actors(world->context, path));
	}
	if (actors == NULL && !is_itself && order->actors != NULL) {
		actors = g_ptr_array_ref(inferred_of(look, order));
	}
	return actors;
}

/* What is told of a path twice in one look (it went, and something else came) has both. */
static void note_actors(Look *look, const Order *order, const char *path, GPtrArray **noted)
{
	g_autoptr(GPtrArray) before = *noted;
	GPtrArray *actors = actors_of(look, order, path);

	if (before != NULL && actors != NULL) {
		g_autoptr(GPtrArray) now = actors;

		actors = actors_add_all(actors_add_all(NULL, before), now);
	}
	*noted = actors != NULL ? actors : g_steal_pointer(&before);
}

/* What the change-set says of one path that differs. */
static void tell_change(Look *look, const Order *order, const char *path, gint64 ctime_usec)
{
	PathNote *note;

	if (look->mode == LOOK_ADOPT) {
		return;
	}
	note = notes_path(look->notes, path);
	note->ctime_usec = ctime_usec;
	note->is_offline = order->is_offline;
	note->time_usec = order->is_offline ? 0 : order->wall_usec;
	note->is_open = order->is_open && g_str_equal(path, order->path);
	note_actors(look, order, path, &note->actors);
	g_ptr_array_add(look->report.changed, g_strdup(path));
}

/*
 * The entry of a file that was renamed, unread: its stat says that it is the same and unchanged.
 * Not where a secret may be concerned: that is decided by the path.
 */
static bool reuse_moved(const Look *look, const Find *find, CatalogEntry *ret)
{
	const CatalogEntry *old = moves_find(look->moves, find->st);

	if (old == NULL || old->state.content != CONTENT_STORED ||
	    secrets_classify_path(look->world->secrets, find->path) != SECRET_NO) {
		return false;
	}
	*ret = *old;
	file_state_copy(&old->state, &ret->state);
	return true;
}

/* Whether so many bytes may be those of a secret: what was here, what came here under another name,
 * or a copy. What was open before stays open: only new names are held against all secrets. */
static bool may_be_known(const Look *look, const Find *find, const CatalogEntry *known, gsize size)
{
	const KnownSecrets *all = look->world->known_secrets;

	return (known != NULL && known->state.content == CONTENT_SECRET) ||
	       (find->old == NULL && all != NULL && known_secrets_has_size(all, size));
}

static bool is_known(const Look *look, const Find *find, const CatalogEntry *known, gsize size,
		     const guint8 *hmac)
{
	const KnownSecrets *all = look->world->known_secrets;

	return (known != NULL && known->state.content == CONTENT_SECRET &&
		memcmp(hmac, known->state.hmac, DIGEST_BYTES) == 0) ||
	       (find->old == NULL && all != NULL && known_secrets_has(all, size, hmac));
}

/*
 * A secret under a name which says nothing: its bytes are still those that were a secret under the
 * old one, or are one where they were copied from.
 */
static void keep_secret(const Look *look, const Find *find, Probe *probe)
{
	const CatalogEntry *known =
		find->old != NULL ? find->old : moves_departed(look->moves, find->st);
	FileState *state = &probe->entry.state;
	guint8 hmac[DIGEST_BYTES];
	const void *data;
	gsize size;

	if (probe->content == NULL || state->content != CONTENT_STORED) {
		return;
	}
	data = g_bytes_get_data(probe->content, &size);
	if (!may_be_known(look, find, known, size)) {
		return;
	}
	secrets_hmac(look->world->secrets, data, size, hmac);
	if (!is_known(look, find, known, size, hmac)) {
		return;
	}
	state->content = CONTENT_SECRET;
	state->size = 0;
	memset(state->sha256, 0, sizeof(state->sha256));
	memcpy(state->hmac, hmac, DIGEST_BYTES);
	g_clear_pointer(&probe->content, g_bytes_unref);
}

static bool read_entry(Look *look, const Find *find, Probe *ret, GError **error)
{
	if (find->old == NULL && look->mode == LOOK_COMPARE &&
	    reuse_moved(look, find, &ret->entry)) {
		return true;
	}
	if (!probe_read(find->fd, find->path, look->world->secrets, ret, error)) {
		return false;
	}
	keep_secret(look, find, ret);
	if (look->world->known_secrets != NULL) {
		known_secrets_saw(look->world->known_secrets, ret->entry.stat_size,
				  &ret->entry.state);
	}
	if (catalog_entry_is_doubtful(&ret->entry)) {
		g_ptr_array_add(look->report.doubtful, g_strdup(find->path));
	}
	if (ret->is_unstable) {
		g_ptr_array_add(look->report.unstable, g_strdup(find->path));
	}
	return true;
}

static bool put_snapshot(Look *look, const Find *find, Probe *probe, GError **error)
{
	Snapshot *snapshot = look->world->snapshot;
	FileState *state = &probe->entry.state;

	if (probe->content != NULL) {
		gsize size;
		const void *data = g_bytes_get_data(probe->content, &size);

		if (!snapshot_store(snapshot, data, size, state->blob, error)) {
			return false;
		}
	}
	snapshot_put(snapshot, find->path, state);
	return true;
}

/*
 * Emptied: most writers begin with that, and their next write is on its way. The kernel shows the
 * new size some time before it moves the ctime and tells of it, so nothing else says how long ago
 * it was. It waits for that once, each time that somebody has written since.
 */
static bool is_emptied(const Find *find, const Probe *probe)
{
	return g_str_equal(find->path, find->order->path) && !find->order->was_empty &&
	       !find->order->is_offline && find->old != NULL && find->old->stat_size > 0 &&
	       probe->entry.stat_size == 0;
}

/*
 * Made and not closed, and nothing in it: its maker is held up. Made by other means (link, mknod)
 * it is never closed; then POSTPONED_MAX is the end of waiting.
 */
static bool is_hardly_begun(const Find *find, const Probe *probe)
{
	return g_str_equal(find->path, find->order->path) && find->order->is_begun &&
	       find->old == NULL && probe->entry.stat_size == 0;
}

/*
 * A hint makes us look, and just then somebody begins to write: what we have read may be half of
 * it. The kernel has told of that before we could see it, so ask for news: if the file is being
 * written now, what we read does not count. It is read again when the writer closes it.
 */
static bool must_wait(Look *look, const Find *find, const Probe *probe)
{
	const LookWorld *world = look->world;
	const Order *order = find->order;
	bool emptied;

	if (look->mode != LOOK_COMPARE || probe->entry.state.type != FILE_REGULAR ||
	    order->is_open || order->postponed >= POSTPONED_MAX ||
	    world->is_being_written == NULL) {
		return false;
	}
	emptied = is_emptied(find, probe);
	if (!world->is_being_written(world->context, find->path) && !emptied &&
	    !is_hardly_begun(find, probe)) {
		return false;
	}
	if (g_str_equal(find->path, order->path)) {
		((Order *)order)->was_empty = emptied;
		g_ptr_array_add(look->report.postponed, (Order *)order);
	}
	return true;
}

static bool record(Look *look, const Find *find, GError **error)
{
	g_auto(Probe) probe = {0};
	FileState *state = &probe.entry.state;
	bool differs;

	if (!read_entry(look, find, &probe, error)) {
		return false;
	}
	differs = find->old == NULL || file_state_compare(&find->old->state, state) != 0;
	if (differs && must_wait(look, find, &probe)) {
		return true;
	}
	if (differs || look->mode == LOOK_REBUILD) {
		if (!put_snapshot(look, find, &probe, error)) {
			return false;
		}
	} else {
		memcpy(state->blob, find->old->state.blob, sizeof(state->blob));
	}
	if (differs) {
		tell_change(look, find->order, find->path, clock_from_timespec(&find->st->st_ctim));
	}
	if (find->old == NULL) {
		bool is_itself = g_str_equal(find->path, find->order->path);

		moves_arrive(look->moves, find->path, &probe.entry,
			     is_itself ? find->order->moved_from : NULL);
	}
	return catalog_put(look->world->catalog, find->path, &probe.entry, error);
}

/* Whether the stat leaves a doubt about what is there. */
static bool must_record(const Look *look, const Find *find)
{
	const Order *order = find->order;

	return look->mode == LOOK_REBUILD || find->old == NULL ||
	       !catalog_entry_matches(find->old, find->st) ||
	       (order->must_read && g_str_equal(order->path, find->path));
}

/* What is being removed, for the callback below. */
typedef struct {
	Look *look;
	const Order *order;
	const char *keep; /* this path stays: only what is below goes; NULL */
	guint n;
} Removal;

static void remove_one(void *context, const char *path, const CatalogEntry *entry)
{
	Removal *removal = context;

	if (removal->keep != NULL && g_str_equal(path, removal->keep)) {
		return;
	}
	removal->n++;
	moves_depart(removal->look->moves, path, entry);
	tell_change(removal->look, removal->order, path, 0);
}

static bool remove_all(Look *look, Removal *removal, const char *path, GError **error)
{
	const LookWorld *world = look->world;

	if (!catalog_each_beneath(world->catalog, path, remove_one, removal, error)) {
		return false;
	}
	watch_forget(world->watch, path);
	if (removal->n == 0 && removal->keep == NULL) {
		return true;
	}
	snapshot_remove(world->snapshot, path);
	return catalog_remove(world->catalog, path, error);
}

/* A file with several names is watched itself as well: what is written through another of them may
 * come by a directory that nobody watches. What came before the watch, a later look finds. */
static void see_names(const LookWorld *world, const Find *find)
{
	if (world->linked != NULL &&
	    linked_saw(world->linked, find->path, find->st, clock_wall_usec())) {
		watch_add_file(world->watch, find->path, find->fd);
	}
}

bool look_found(Look *look, const Find *find, GError **error)
{
	const CatalogEntry *old = find->old;
	bool is_directory = S_ISDIR(find->st->st_mode);

	if (!look_tick(look, error)) {
		return false;
	}
	if (is_excluded(look->world, find->st)) {
		return true;
	}
	if (!look_skips(look, find->path)) {
		see_names(look->world, find);
		if (old != NULL && old->state.type == FILE_DIRECTORY && !is_directory) {
			Removal removal = {look, find->order, find->path, 0};

			if (!remove_all(look, &removal, find->path, error)) {
				return false;
			}
		}
		if (must_record(look, find) && !record(look, find, error)) {
			return false;
		}
	}
	return !is_directory || look_enter(look, find, error);
}

/*
 * A temporary-looking name that came and went is how editors and installers work, and no news,
 * unless it stayed for a while and stands beside nothing: then somebody left something there.
 */
static bool is_scratch(const Look *look, const Order *order)
{
	g_autofree char *beside = NULL;
	g_autofree char *parent = NULL;
	g_autofree char *path = NULL;
	auto_fd int fd = -1;
	struct stat st;

	if (!name_looks_temporary(path_name(order->path))) {
		return false;
	}
	if (order->lived_usec <= SETTLE_BRIEF_USEC) {
		return true;
	}
	beside = name_beside_temporary(path_name(order->path));
	if (beside == NULL) {
		return false;
	}
	parent = path_parent(order->path);
	path = path_join(parent, beside);
	return probe_open(look->world->root_fd, path, &fd, &st, NULL) == PROBE_PRESENT;
}

static void tell_transient(Look *look, const Order *order, const char *path)
{
	Transient *transient;

	if (!order->is_new || look->mode != LOOK_COMPARE || !g_str_equal(path, order->path) ||
	    is_scratch(look, order)) {
		return;
	}
	transient = notes_add_transient(look->notes, path, order->wall_usec);
	transient->actors = actors_of(look, order, path);
	g_ptr_array_add(look->report.changed, g_strdup(path));
}

bool look_vanished(Look *look, const Order *order, const char *path, GError **error)
{
	Removal removal = {look, order, NULL, 0};

	if (look_skips(look, path)) {
		return true;
	}
	if (!look_tick(look, error) || !remove_all(look, &removal, path, error)) {
		return false;
	}
	if (removal.n == 0) {
		tell_transient(look, order, path);
	} else if (scope_has_root(look->world->scope, path)) {
		g_ptr_array_add(look->report.lost_roots, g_strdup(path));
	}
	return true;
}

static void put_again(void *context, const char *path, const CatalogEntry *entry)
{
	snapshot_put(context, path, &entry->state);
}

bool look_blinded(Look *look, const char *path, GError **error)
{
	g_ptr_array_add(look->report.blind, g_strdup(path));
	return look->mode != LOOK_REBUILD ||
	       catalog_each_beneath(look->world->catalog, path, put_again, look->world->snapshot,
				    error);
}
