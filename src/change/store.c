/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The read-only view of snapshots.git: see store.h. */
#include "change/store.h"

#include "change/change-set.h"
#include "change/odb.h"
#include "change/owners.h"
#include "change/meaning.h"
#include "change/store-verify.h"
#include "change/text-diff.h"
#include "change/tree-diff.h"
#include "snapshot/layout.h"

#include <string.h>

/* Packs that were merged away stay open until the database is opened anew. */
#define REOPEN_AFTER 256

struct Store {
	Odb *objects;
	Owners *owners;
	Lens *lens; /* borrowed; NULL: nobody to ask */
	guint used; /* change-sets made since the database was opened */
};

void store_prepare(void)
{
	odb_prepare();
}

Store *store_open(const char *state_dir, GError **error)
{
	Odb *objects = odb_open(state_dir, error);
	Store *store;

	if (objects == NULL) {
		return NULL;
	}
	store = g_new0(Store, 1);
	store->objects = objects;
	store->owners = owners_new();
	return store;
}

void store_close(Store *store)
{
	if (store == NULL) {
		return;
	}
	owners_free(store->owners);
	odb_close(store->objects);
	g_free(store);
}

void store_set_people(Store *store, const Names *people)
{
	owners_set_people(store->owners, people);
}

void store_set_lens(Store *store, Lens *lens)
{
	store->lens = lens;
}

char *store_head(Store *store, GError **error)
{
	git_oid id;

	switch (odb_head(store->objects, &id, error)) {
	case ODB_REF_FOUND:
		return odb_format_id(&id);
	case ODB_REF_NONE:
	case ODB_REF_ERROR:
		break;
	}
	return NULL;
}

bool store_sync_head(Store *store, GError **error)
{
	return odb_sync_head(store->objects, error);
}

static bool parse_id(const char *hex, git_oid *ret, GError **error)
{
	if (!odb_parse_id(hex, ret)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "not a commit id: %s", hex);
		return false;
	}
	return true;
}

/*
 * Walking back
 */

typedef struct {
	GArray *ring; /* of git_oid: the last `max` ids met, which are the oldest */
	guint max;
	guint64 met;
} Trail;

static void trail_add(Trail *trail, const git_oid *id)
{
	if (trail->ring->len < trail->max) {
		g_array_append_vals(trail->ring, id, 1);
	} else {
		git_oid_cpy(&g_array_index(trail->ring, git_oid, trail->met % trail->max), id);
	}
	trail->met++;
}

static GPtrArray *trail_oldest_first(const Trail *trail)
{
	guint n = (guint)MIN(trail->met, trail->max);
	GPtrArray *commits = g_ptr_array_new_full(n, g_free);

	for (guint i = 0; i < n; i++) {
		guint64 at = (trail->met - 1 - i) % trail->max;

		g_ptr_array_add(commits, odb_format_id(&g_array_index(trail->ring, git_oid, at)));
	}
	return commits;
}

typedef enum {
	STEP_PARENT,
	STEP_ROOT,
	STEP_BROKEN
} Step;

/* From a commit to its first parent. */
static Step step_back(Odb *objects, git_oid *at, GError **error)
{
	g_autoptr(OdbCommit) commit = odb_commit(objects, at, error);
	const git_oid *parent;

	if (commit == NULL) {
		return STEP_BROKEN;
	}
	parent = git_commit_parent_id(commit, 0);
	if (parent == NULL) {
		return STEP_ROOT;
	}
	git_oid_cpy(at, parent);
	return STEP_PARENT;
}

/* `since` may be what cannot be read; everything else is entered once it could be. */
static StoreWalk walk_back(Store *store, const git_oid *head, const git_oid *since, Trail *trail,
			   char **ret_broken, GError **error)
{
	git_oid at = *head;

	for (;;) {
		git_oid here = at;

		if (since != NULL && git_oid_equal(&at, since)) {
			return STORE_WALK_COMPLETE;
		}
		switch (step_back(store->objects, &at, error)) {
		case STEP_PARENT:
			trail_add(trail, &here);
			break;
		case STEP_ROOT:
			trail_add(trail, &here);
			return since == NULL ? STORE_WALK_COMPLETE : STORE_WALK_FOREIGN;
		case STEP_BROKEN:
			*ret_broken = odb_format_id(&here);
			return STORE_WALK_BROKEN;
		}
	}
}

StoreWalk store_walk(Store *store, const char *since, guint max, GPtrArray **ret_commits,
		     guint64 *ret_behind, char **ret_broken, GError **error)
{
	g_autoptr(GArray) ring = g_array_new(FALSE, FALSE, sizeof(git_oid));
	Trail trail = {ring, max, 0};
	git_oid head, since_id;
	StoreWalk end = STORE_WALK_COMPLETE;

	g_assert(max > 0);
	*ret_commits = NULL;
	*ret_broken = NULL;
	if (since != NULL && !parse_id(since, &since_id, error)) {
		return STORE_WALK_ERROR;
	}
	switch (odb_head(store->objects, &head, error)) {
	case ODB_REF_ERROR:
		return STORE_WALK_ERROR;
	case ODB_REF_NONE:
		end = since == NULL ? STORE_WALK_COMPLETE : STORE_WALK_FOREIGN;
		break;
	case ODB_REF_FOUND:
		end = walk_back(store, &head, since == NULL ? NULL : &since_id, &trail, ret_broken,
				error);
		break;
	}
	trail.met = end == STORE_WALK_FOREIGN ? 0 : trail.met;
	*ret_behind = trail.met;
	*ret_commits = trail_oldest_first(&trail);
	return end;
}

GPtrArray *store_commits(Store *store, const char *since, guint max, GError **error)
{
	g_autoptr(GPtrArray) commits = NULL;
	g_autofree char *broken = NULL;
	guint64 behind;

	switch (store_walk(store, since, max, &commits, &behind, &broken, error)) {
	case STORE_WALK_COMPLETE:
		return g_steal_pointer(&commits);
	case STORE_WALK_FOREIGN:
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "commit %s is not in the history of snapshots.git", since);
		return NULL;
	case STORE_WALK_BROKEN:
	case STORE_WALK_ERROR:
		break;
	}
	return NULL;
}

/*
 * Change-sets
 */

ChangeSet *store_change_set_since(Store *store, const char *base, const char *commit,
				  GError **error)
{
	git_oid base_id, commit_id;

	if (!parse_id(commit, &commit_id, error) ||
	    (base != NULL && !parse_id(base, &base_id, error))) {
		return NULL;
	}
	if (store->lens != NULL) {
		lens_begin(store->lens);
	}
	if (++store->used % REOPEN_AFTER == 0 && !odb_reopen(store->objects, error)) {
		return NULL;
	}
	return change_set_assemble(store->objects, store->owners, base == NULL ? NULL : &base_id,
				   &commit_id, error);
}

bool store_parent(Store *store, const char *commit, char **ret, GError **error)
{
	git_oid at;

	*ret = NULL;
	if (!parse_id(commit, &at, error)) {
		return false;
	}
	switch (step_back(store->objects, &at, error)) {
	case STEP_PARENT:
		*ret = odb_format_id(&at);
		return true;
	case STEP_ROOT:
		return true;
	case STEP_BROKEN:
		break;
	}
	return false;
}

ChangeSet *store_change_set(Store *store, const char *commit, gsize max_diff_bytes, GError **error)
{
	g_autofree char *parent = NULL;
	ChangeSet *set;

	if (!store_parent(store, commit, &parent, error)) {
		return NULL;
	}
	set = store_change_set_since(store, parent, commit, error);
	for (guint i = 0; set != NULL && i < set->changes->len; i++) {
		store_add_text(store, set->changes->pdata[i], max_diff_bytes, NULL);
	}
	return set;
}

/*
 * States and texts
 */

static git_tree *root_of(Store *store, const char *commit, GError **error)
{
	g_autoptr(OdbCommit) object = NULL;
	git_oid id;

	if (!parse_id(commit, &id, error)) {
		return NULL;
	}
	object = odb_commit(store->objects, &id, error);
	return object == NULL ? NULL : odb_tree(store->objects, git_commit_tree_id(object), error);
}

bool store_state(Store *store, const char *commit, const char *path, FileState *ret, GError **error)
{
	g_autoptr(OdbTree) root = root_of(store, commit, error);

	if (root == NULL || !tree_state(store->objects, root, path, ret, error)) {
		return false;
	}
	owners_name(owners_of(store->owners, store->objects, root), ret);
	return true;
}

GBytes *store_content(Store *store, const FileState *state, gsize max_bytes, GError **error)
{
	git_oid id;

	if (state->content != CONTENT_STORED && state->content != CONTENT_REDACTED) {
		return NULL;
	}
	memcpy(id.id, state->blob, BLOB_BYTES);
	return odb_blob(store->objects, &id, max_bytes, error);
}

static bool folder_at(Store *store, const char *commit, const char *folder, git_tree **ret,
		      GError **error)
{
	g_autofree char *path = layout_file_path(folder);
	g_autoptr(OdbTree) root = root_of(store, commit, error);

	return root != NULL && odb_tree_at(store->objects, root, path, ret, error);
}

bool store_folder_is_empty(Store *store, const char *commit, const char *folder, bool *ret,
			   GError **error)
{
	g_autoptr(OdbTree) tree = NULL;

	if (!folder_at(store, commit, folder, &tree, error)) {
		return false;
	}
	*ret = tree == NULL || git_tree_entrycount(tree) == 0;
	return true;
}

bool store_each_file(Store *store, const char *commit, const char *folder, const char *suffix,
		     gsize max_bytes, StoreTake take, void *context, GError **error)
{
	g_autoptr(OdbTree) tree = NULL;

	if (!folder_at(store, commit, folder, &tree, error)) {
		return false;
	}
	for (gsize i = 0; tree != NULL && i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		g_autofree char *name = layout_decode_name(git_tree_entry_name(entry));
		g_autoptr(GBytes) content = NULL;

		if (name == NULL || !g_str_has_suffix(name, suffix) ||
		    git_tree_entry_filemode(entry) != GIT_FILEMODE_BLOB) {
			continue;
		}
		content = odb_blob(store->objects, git_tree_entry_id(entry), max_bytes, NULL);
		if (content != NULL && !take(context, name, content)) {
			return true;
		}
	}
	return true;
}

/* Why a side has no text to compare; DIFF_NONE: it has one, or is no file and counts as empty. */
static DiffPresence missing_text(const FileState *state)
{
	switch (state->content) {
	case CONTENT_NONE:
	case CONTENT_REDACTED:
		return DIFF_NONE;
	case CONTENT_STORED:
		return state->size > TEXT_DIFF_MAX_RULE_BYTES ? DIFF_TOO_LARGE : DIFF_NONE;
	case CONTENT_DIGEST:
		return DIFF_TOO_LARGE;
	case CONTENT_SECRET:
		return DIFF_SECRET;
	case CONTENT_UNREADABLE:
		return DIFF_UNREADABLE;
	case _CONTENT_N:
		break;
	}
	g_assert_not_reached();
}

/* The text of a side; a side without one counts as empty, so that the rules see all of the other.
 */
static bool read_side(Store *store, const FileState *state, GBytes **ret, GError **error)
{
	*ret = NULL;
	if (missing_text(state) != DIFF_NONE || state->content == CONTENT_NONE) {
		return true;
	}
	*ret = store_content(store, state, TEXT_DIFF_MAX_RULE_BYTES, error);
	return *ret != NULL;
}

static bool compare_texts(Store *store, Change *change, gsize max_diff_bytes, GError **error)
{
	g_autoptr(GBytes) before = NULL;
	g_autoptr(GBytes) after = NULL;
	TextDiff diff;

	if (!read_side(store, &change->before, &before, error) ||
	    !read_side(store, &change->after, &after, error)) {
		return false;
	}
	text_diff(before, after, max_diff_bytes, &diff);
	change->diff_presence = diff.presence;
	change->diff = diff.diff;
	g_ptr_array_unref(change->added);
	g_ptr_array_unref(change->removed);
	change->added = diff.added;
	change->removed = diff.removed;
	meaning_add(store->lens, change, before, after);
	return true;
}

/* Secret wins over every other reason: it must never be weakened by what the other side is. */
static DiffPresence worse_of(DiffPresence a, DiffPresence b)
{
	if (a == DIFF_SECRET || b == DIFF_SECRET) {
		return DIFF_SECRET;
	}
	return a != DIFF_NONE ? a : b;
}

void store_add_text(Store *store, Change *change, gsize max_diff_bytes, char **ret_problem)
{
	DiffPresence missing =
		worse_of(missing_text(&change->before), missing_text(&change->after));
	g_autoptr(GError) error = NULL;

	if ((change->difference & (STATE_TYPE | STATE_CONTENT)) == 0) {
		return;
	}
	if (!compare_texts(store, change, max_diff_bytes, &error)) {
		missing = worse_of(missing, DIFF_UNREADABLE);
		if (ret_problem != NULL) {
			*ret_problem = g_strdup(error->message);
		}
	}
	if (missing != DIFF_NONE) {
		change->diff_presence = missing;
		g_clear_pointer(&change->diff, g_free);
	}
}

Change *store_compare(Store *store, const char *old_commit, const char *new_commit,
		      const char *path, gsize max_diff_bytes, GError **error)
{
	g_auto(FileState) before = {0};
	g_auto(FileState) after = {0};
	Change *change;

	if ((old_commit != NULL && !store_state(store, old_commit, path, &before, error)) ||
	    !store_state(store, new_commit, path, &after, error)) {
		return NULL;
	}
	change = change_between(path, &before, &after);
	if (change != NULL) {
		store_add_text(store, change, max_diff_bytes, NULL);
	}
	return change;
}

GPtrArray *store_verify(Store *store, void (*progress)(void *context, guint64 done, guint64 of),
			void *context, GError **error)
{
	return verify_objects(store->objects, progress, context, error);
}
