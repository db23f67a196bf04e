/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Comparing trees: see tree-diff.h. `meta/` says what differs; `files/` is asked only for the blob
 * ids of entries that do.
 */
#include "change/tree-diff.h"

#include "base/escape.h"
#include "base/path.h"
#include "change/manifest-lines.h"
#include "snapshot/layout.h"

#include <string.h>

/* One directory in both trees; a side it does not exist in has no tree. */
typedef struct {
	char *directory;
	bool has_old, has_new;
	git_oid old_id, new_id;
} Pair;

typedef struct {
	Odb *objects;
	const git_tree *old_root, *new_root;
	const TreeDiffSink *sink;
	GPtrArray *pending; /* of Pair: a stack, so deep trees cost no more than wide ones */
} Walk;

/* The two sides of one directory while it is being compared. */
typedef struct {
	const char *directory;
	git_tree *old_tree, *new_tree;   /* in meta/; NULL: not there */
	git_tree *old_files, *new_files; /* in files/; fetched when first needed */
	bool has_files;
} Sides;

static void pair_free(Pair *pair)
{
	g_free(pair->directory);
	g_free(pair);
}

static void sides_clear(Sides *sides)
{
	git_tree_free(sides->old_tree);
	git_tree_free(sides->new_tree);
	git_tree_free(sides->old_files);
	git_tree_free(sides->new_files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sides, sides_clear)

static void push(Walk *walk, char *directory, const git_oid *old_id, const git_oid *new_id)
{
	Pair *pair;

	if (old_id != NULL && new_id != NULL && git_oid_equal(old_id, new_id)) {
		g_free(directory);
		return;
	}
	if (walk->sink->skip != NULL && walk->sink->skip(walk->sink->context, directory)) {
		g_free(directory);
		return;
	}
	pair = g_new0(Pair, 1);
	pair->directory = directory;
	pair->has_old = old_id != NULL;
	pair->has_new = new_id != NULL;
	if (pair->has_old) {
		git_oid_cpy(&pair->old_id, old_id);
	}
	if (pair->has_new) {
		git_oid_cpy(&pair->new_id, new_id);
	}
	g_ptr_array_add(walk->pending, pair);
}

/* Manifests are the blobs of a meta tree and directories its trees; there is nothing else. */
static bool check_entry(const git_tree_entry *entry, const char *directory, GError **error)
{
	const char *name = git_tree_entry_name(entry);
	git_object_t type = git_tree_entry_type(entry);

	if (type == GIT_OBJECT_BLOB ? layout_is_manifest(name) : type == GIT_OBJECT_TREE) {
		return true;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
		    "%s/%s of a snapshot has an entry that is neither manifest nor directory",
		    LAYOUT_META, directory + 1);
	return false;
}

static char *child_path(const char *directory, const char *tree_name, GError **error)
{
	g_autofree char *name = layout_decode_name(tree_name);

	if (name == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "%s/%s of a snapshot has a directory whose name we never write",
			    LAYOUT_META, directory + 1);
		return NULL;
	}
	return path_join(directory, name);
}

/* Pushes the directories of `tree`; those that `other` has too only when `shared`. */
static bool push_children(Walk *walk, const Sides *sides, const git_tree *tree, bool is_new,
			  GError **error)
{
	gsize n = tree == NULL ? 0 : git_tree_entrycount(tree);

	for (gsize i = 0; i < n; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		const char *name = git_tree_entry_name(entry);
		const git_oid *old_id, *new_id;
		char *path;

		if (!check_entry(entry, sides->directory, error)) {
			return false;
		}
		if (git_tree_entry_type(entry) != GIT_OBJECT_TREE) {
			continue;
		}
		old_id = sides->old_tree == NULL ? NULL : odb_subtree(sides->old_tree, name);
		new_id = sides->new_tree == NULL ? NULL : odb_subtree(sides->new_tree, name);
		if (is_new && old_id != NULL) {
			continue; /* came up with the old side */
		}
		path = child_path(sides->directory, name, error);
		if (path == NULL) {
			return false;
		}
		push(walk, path, old_id, new_id);
	}
	return true;
}

static bool fetch_files(Walk *walk, Sides *sides, GError **error)
{
	g_autofree char *path = NULL;

	if (sides->has_files) {
		return true;
	}
	path = layout_file_path(sides->directory);
	if (walk->old_root != NULL &&
	    !odb_tree_at(walk->objects, walk->old_root, path, &sides->old_files, error)) {
		return false;
	}
	sides->has_files = true;
	return odb_tree_at(walk->objects, walk->new_root, path, &sides->new_files, error);
}

/* What `files/` has makes a digest a stored file. */
static bool raise_content(FileState *state, const git_tree *files, const char *name, GError **error)
{
	g_autofree char *tree_name = NULL;
	const git_oid *id;

	if (state->content != CONTENT_DIGEST && state->content != CONTENT_REDACTED) {
		return true;
	}
	tree_name = layout_encode_name(name);
	id = files == NULL ? NULL : odb_entry_blob(files, tree_name);
	if (id != NULL) {
		memcpy(state->blob, id->id, BLOB_BYTES);
		state->content = state->content == CONTENT_DIGEST ? CONTENT_STORED : state->content;
		return true;
	}
	if (state->content == CONTENT_REDACTED) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "a snapshot has a redacted file without its text");
		return false;
	}
	return true;
}

static bool give_one(Walk *walk, Sides *sides, const char *name, FileState *before,
		     FileState *after, GError **error)
{
	static const FileState absent = {.type = FILE_ABSENT};
	g_autofree char *path = path_join(sides->directory, name);

	if (!fetch_files(walk, sides, error) ||
	    (before != NULL && !raise_content(before, sides->old_files, name, error)) ||
	    (after != NULL && !raise_content(after, sides->new_files, name, error))) {
		return false;
	}
	return walk->sink->found(walk->sink->context, path, before == NULL ? &absent : before,
				 after == NULL ? &absent : after, error);
}

static bool give_differences(Walk *walk, Sides *sides, GHashTable *old_states,
			     GHashTable *new_states, GError **error)
{
	GHashTableIter iter;
	gpointer name, state;

	g_hash_table_iter_init(&iter, old_states);
	while (g_hash_table_iter_next(&iter, &name, &state)) {
		if (!give_one(walk, sides, name, state, g_hash_table_lookup(new_states, name),
			      error)) {
			return false;
		}
	}
	g_hash_table_iter_init(&iter, new_states);
	while (g_hash_table_iter_next(&iter, &name, &state)) {
		if (!g_hash_table_contains(old_states, name) &&
		    !give_one(walk, sides, name, NULL, state, error)) {
			return false;
		}
	}
	return true;
}

static bool compare_lines(Walk *walk, Sides *sides, ManifestLines *old_lines,
			  ManifestLines *new_lines, GError **error)
{
	g_autoptr(GHashTable) old_states = NULL;
	g_autoptr(GHashTable) new_states = NULL;

	manifest_lines_cancel(old_lines, new_lines);
	old_states = manifest_lines_parse(old_lines, error);
	new_states = old_states == NULL ? NULL : manifest_lines_parse(new_lines, error);
	return new_states != NULL && give_differences(walk, sides, old_states, new_states, error);
}

static bool add_manifest(Walk *walk, ManifestLines *lines, const git_oid *id, GError **error)
{
	g_autoptr(GBytes) blob = NULL;

	if (id == NULL) {
		return true;
	}
	blob = odb_blob(walk->objects, id, TREE_DIFF_MAX_MANIFEST_BYTES, error);
	return blob != NULL && manifest_lines_add(lines, blob, error);
}

/* All manifests of a directory: 1, or up to LAYOUT_SHARDS. */
static bool add_all_manifests(Walk *walk, ManifestLines *lines, const git_tree *tree,
			      GError **error)
{
	for (gsize i = 0; tree != NULL && i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);

		if (layout_is_manifest(git_tree_entry_name(entry)) &&
		    !add_manifest(walk, lines, git_tree_entry_id(entry), error)) {
			return false;
		}
	}
	return true;
}

static const git_oid *manifest_id(const git_tree *tree, const char *name)
{
	return tree == NULL ? NULL : odb_entry_blob(tree, name);
}

static bool compare_manifest(Walk *walk, Sides *sides, const char *name, GError **error)
{
	const git_oid *old_id = manifest_id(sides->old_tree, name);
	const git_oid *new_id = manifest_id(sides->new_tree, name);
	g_autoptr(ManifestLines) old_lines = NULL;
	g_autoptr(ManifestLines) new_lines = NULL;

	if (old_id == new_id ||
	    (old_id != NULL && new_id != NULL && git_oid_equal(old_id, new_id))) {
		return true;
	}
	old_lines = manifest_lines_new();
	new_lines = manifest_lines_new();
	return add_manifest(walk, old_lines, old_id, error) &&
	       add_manifest(walk, new_lines, new_id, error) &&
	       compare_lines(walk, sides, old_lines, new_lines, error);
}

static bool tree_is_whole(const git_tree *tree)
{
	return tree != NULL && odb_entry_blob(tree, LAYOUT_DIR) != NULL;
}

/* A name is in the same shard on both sides, so shards are compared one by one. */
static bool compare_shards(Walk *walk, Sides *sides, GError **error)
{
	for (guint shard = 0; shard < LAYOUT_SHARDS; shard++) {
		g_autofree char *name = layout_shard_name(shard);

		if (!compare_manifest(walk, sides, name, error)) {
			return false;
		}
	}
	return true;
}

static bool compare_whole(Walk *walk, Sides *sides, GError **error)
{
	g_autoptr(ManifestLines) old_lines = manifest_lines_new();
	g_autoptr(ManifestLines) new_lines = manifest_lines_new();

	return add_all_manifests(walk, old_lines, sides->old_tree, error) &&
	       add_all_manifests(walk, new_lines, sides->new_tree, error) &&
	       compare_lines(walk, sides, old_lines, new_lines, error);
}

static bool compare_directory(Walk *walk, const Pair *pair, GError **error)
{
	g_auto(Sides) sides = {.directory = pair->directory};
	bool old_whole, new_whole;

	if (pair->has_old) {
		sides.old_tree = odb_tree(walk->objects, &pair->old_id, error);
	}
	if (pair->has_new && (sides.old_tree != NULL || !pair->has_old)) {
		sides.new_tree = odb_tree(walk->objects, &pair->new_id, error);
	}
	if ((pair->has_old && sides.old_tree == NULL) ||
	    (pair->has_new && sides.new_tree == NULL) ||
	    !push_children(walk, &sides, sides.old_tree, false, error) ||
	    !push_children(walk, &sides, sides.new_tree, true, error)) {
		return false;
	}
	old_whole = tree_is_whole(sides.old_tree);
	new_whole = tree_is_whole(sides.new_tree);
	if (old_whole && new_whole) {
		return compare_manifest(walk, &sides, LAYOUT_DIR, error);
	}
	return old_whole || new_whole ? compare_whole(walk, &sides, error)
				      : compare_shards(walk, &sides, error);
}

bool tree_diff(Odb *objects, const git_tree *old_root, const git_tree *new_root,
	       const TreeDiffSink *sink, GError **error)
{
	g_autoptr(GPtrArray) pending = g_ptr_array_new_with_free_func((GDestroyNotify)pair_free);
	Walk walk = {objects, old_root, new_root, sink, pending};

	push(&walk, g_strdup("/"), old_root == NULL ? NULL : odb_subtree(old_root, LAYOUT_META),
	     odb_subtree(new_root, LAYOUT_META));
	while (pending->len > 0) {
		Pair *pair = g_ptr_array_steal_index(pending, pending->len - 1);
		bool compared = compare_directory(&walk, pair, error);

		if (!compared) {
			g_autofree char *shown = escape_path(pair->directory);

			g_prefix_error(error, "directory %s: ", shown);
		}
		pair_free(pair);
		if (!compared) {
			return false;
		}
	}
	return true;
}

/* The directory a path is in, in both halves of a root tree; NULL where there is none. */
static bool fetch_parent(Odb *objects, const git_tree *root, const char *path, git_tree **ret_meta,
			 git_tree **ret_files, GError **error)
{
	g_autofree char *parent = path_parent(path);
	g_autofree char *meta = layout_meta_path(parent);
	g_autofree char *files = layout_file_path(parent);

	return odb_tree_at(objects, root, meta, ret_meta, error) &&
	       odb_tree_at(objects, root, files, ret_files, error);
}

bool tree_state(Odb *objects, const git_tree *root, const char *path, FileState *ret,
		GError **error)
{
	g_autofree char *shard = layout_shard_name(layout_shard(path_name(path)));
	g_autoptr(OdbTree) meta = NULL;
	g_autoptr(OdbTree) files = NULL;
	g_autoptr(GBytes) manifest = NULL;
	const git_oid *id;

	memset(ret, 0, sizeof(*ret));
	if (!fetch_parent(objects, root, path, &meta, &files, error)) {
		return false;
	}
	id = manifest_id(meta, LAYOUT_DIR);
	id = id != NULL ? id : manifest_id(meta, shard);
	if (id == NULL) {
		return true;
	}
	manifest = odb_blob(objects, id, TREE_DIFF_MAX_MANIFEST_BYTES, error);
	return manifest != NULL && manifest_lines_find(manifest, path_name(path), ret, error) &&
	       raise_content(ret, files, path_name(path), error);
}
