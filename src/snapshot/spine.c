/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The spine: see spine.h. A trie of nodes, each made after its parent; so going through the
 * directories as they were made meets parents first (to find the old trees), and going back meets
 * children first (to build the new ones). There is no recursion: a path may be as deep as it likes.
 */
#include "snapshot/spine.h"

#include "base/escape.h"
#include "base/path.h"
#include "base/pile.h"
#include "snapshot/layout.h"
#include "snapshot/listing.h"
#include "snapshot/manifest.h"
#include "snapshot/shards.h"
#include "snapshot/tree.h"

#include <string.h>

#define TALLY_LINES 1000

typedef struct Node Node;

/* What a node has besides when something is said below it. */
typedef struct {
	GHashTable *children; /* set of Node, by name */
	Tree *old_files, *old_meta;
	SpineRoots built;
} Directory;

typedef enum {
	SAID_NOTHING,
	SAID_DIRECTORY,
	SAID_LEAF,
	SAID_REMOVED,
} Said;

struct Node {
	Node *parent;
	const char *name; /* raw */
	const char *line; /* SAID_DIRECTORY and SAID_LEAF */
	Directory *directory;
	Said said;
	guint32 blob_mode; /* SAID_LEAF: of the entry in files/; 0: none there */
	guint8 blob[BLOB_BYTES];
	bool is_cleared; /* the old trees do not count */
	bool is_live;    /* set by the build: not cut off by a removal */
};

struct Spine {
	Objects *objects;
	Pile *pile;             /* the nodes, and their texts */
	GPtrArray *directories; /* those with a Directory, parents first */
	Node *root;
	Tally tally;
};

bool spine_roots_equal(const SpineRoots *a, const SpineRoots *b)
{
	return a->has_files == b->has_files && a->has_meta == b->has_meta &&
	       (!a->has_files || memcmp(a->files, b->files, BLOB_BYTES) == 0) &&
	       (!a->has_meta || memcmp(a->meta, b->meta, BLOB_BYTES) == 0);
}

/*
 * Nodes
 */

static guint node_hash(const void *node)
{
	return g_str_hash(((const Node *)node)->name);
}

static gboolean node_equal(const void *a, const void *b)
{
	return strcmp(((const Node *)a)->name, ((const Node *)b)->name) == 0;
}

static void directory_free(Directory *directory)
{
	if (directory != NULL) {
		g_hash_table_unref(directory->children);
		tree_free(directory->old_files);
		tree_free(directory->old_meta);
		g_free(directory);
	}
}

static Node *node_new(Spine *spine, Node *parent, const char *name)
{
	Node *node = pile_take(spine->pile, sizeof(*node));

	node->parent = parent;
	node->name = pile_text(spine->pile, name, strlen(name));
	return node;
}

static Directory *node_directory(Spine *spine, Node *node)
{
	if (node->directory == NULL) {
		node->directory = g_new0(Directory, 1);
		node->directory->children = g_hash_table_new(node_hash, node_equal);
		g_ptr_array_add(spine->directories, node);
	}
	return node->directory;
}

static Node *node_child(Spine *spine, Node *node, const char *name)
{
	Directory *directory = node_directory(spine, node);
	Node key = {.name = name};
	Node *child = g_hash_table_lookup(directory->children, &key);

	if (child == NULL) {
		child = node_new(spine, node, name);
		g_hash_table_add(directory->children, child);
	}
	return child;
}

/* Forgets what was said below and what was stored there. Nodes cut off stay in the lists. */
static void node_clear(Node *node)
{
	node->is_cleared = true;
	if (node->directory != NULL) {
		g_hash_table_remove_all(node->directory->children);
	}
}

static char *node_path(const Node *node)
{
	GString *path = g_string_new(NULL);

	for (; node->parent != NULL; node = node->parent) {
		g_string_prepend(path, node->name);
		g_string_prepend_c(path, '/');
	}
	return g_string_free(path, FALSE);
}

Spine *spine_new(Objects *objects)
{
	Spine *spine = g_new0(Spine, 1);

	spine->objects = objects;
	spine->pile = pile_new();
	spine->directories = g_ptr_array_new();
	spine->tally.lines = g_ptr_array_new_with_free_func(g_free);
	spine->root = node_new(spine, NULL, "");
	node_directory(spine, spine->root);
	return spine;
}

void spine_free(Spine *spine)
{
	if (spine == NULL) {
		return;
	}
	for (guint i = 0; i < spine->directories->len; i++) {
		directory_free(((Node *)spine->directories->pdata[i])->directory);
	}
	g_ptr_array_unref(spine->directories);
	pile_free(spine->pile);
	g_ptr_array_unref(spine->tally.lines);
	g_free(spine);
}

/*
 * Saying
 */

static Node *find_node(Spine *spine, const char *path)
{
	g_autofree char *names = g_strdup(path + 1);
	Node *node = spine->root;

	for (char *name = names; name != NULL && *name != '\0';) {
		char *slash = strchr(name, '/');

		if (slash != NULL) {
			*slash = '\0';
		}
		node = node_child(spine, node, name);
		name = slash == NULL ? NULL : slash + 1;
	}
	return node;
}

static guint32 blob_mode(const FileState *state)
{
	if (state->type == FILE_SYMLINK) {
		return TREE_MODE_LINK;
	}
	if (state->content != CONTENT_STORED && state->content != CONTENT_REDACTED) {
		return 0;
	}
	return (state->mode & 0100) != 0 ? TREE_MODE_EXECUTABLE : TREE_MODE_FILE;
}

void spine_put(Spine *spine, const char *path, const FileState *state, const guint8 *link_blob)
{
	Node *node = find_node(spine, path);
	g_autoptr(GString) line = g_string_sized_new(192);

	if (node == spine->root) {
		return;
	}
	manifest_format(line, node->name, state);
	node->line = pile_text(spine->pile, line->str, line->len);
	node->said = state->type == FILE_DIRECTORY ? SAID_DIRECTORY : SAID_LEAF;
	if (node->said == SAID_LEAF) {
		node_clear(node);
		node->blob_mode = blob_mode(state);
		memcpy(node->blob, link_blob == NULL ? state->blob : link_blob, BLOB_BYTES);
	}
}

void spine_remove(Spine *spine, const char *path)
{
	Node *node = find_node(spine, path);

	node->said = SAID_REMOVED;
	node->line = NULL;
	node_clear(node);
}

/*
 * The old trees, parents first
 */

/* Whether the node becomes a directory with something said about its inside. */
static bool node_is_built(const Node *node)
{
	return node->directory != NULL && node->said != SAID_LEAF &&
	       (node->said != SAID_REMOVED || g_hash_table_size(node->directory->children) > 0 ||
		node->parent == NULL);
}

static Tree *load_tree(Spine *spine, const guint8 *id, GError **error)
{
	g_autoptr(GBytes) bytes = NULL;

	if (id != NULL) {
		bytes = objects_read(spine->objects, OBJECT_TREE, id, error);
		if (bytes == NULL) {
			return NULL;
		}
	}
	return tree_parse(bytes, error);
}

static const guint8 *subtree_id(const Tree *tree, const char *encoded)
{
	const TreeEntry *entry = tree_find(tree, encoded);

	return entry != NULL && entry->mode == TREE_MODE_TREE ? entry->id : NULL;
}

static bool load_old(Spine *spine, Node *node, const guint8 *files, const guint8 *meta,
		     GError **error)
{
	Directory *directory = node->directory;

	if (node->is_cleared) {
		files = NULL;
		meta = NULL;
	}
	directory->old_files = load_tree(spine, files, error);
	directory->old_meta = directory->old_files == NULL ? NULL : load_tree(spine, meta, error);
	return directory->old_meta != NULL;
}

static bool load_old_of_child(Spine *spine, Node *node, GError **error)
{
	const Directory *parent = node->parent->directory;
	g_autofree char *encoded = layout_encode_name(node->name);

	node->is_live = node->parent->is_live && g_hash_table_contains(parent->children, node) &&
			g_hash_table_lookup(parent->children, node) == node && node_is_built(node);
	return !node->is_live || load_old(spine, node, subtree_id(parent->old_files, encoded),
					  subtree_id(parent->old_meta, encoded), error);
}

static bool load_all_old(Spine *spine, const SpineRoots *old, GError **error)
{
	spine->root->is_live = true;
	if (!load_old(spine, spine->root, old->has_files ? old->files : NULL,
		      old->has_meta ? old->meta : NULL, error)) {
		return false;
	}
	for (guint i = 1; i < spine->directories->len; i++) {
		if (!load_old_of_child(spine, spine->directories->pdata[i], error)) {
			return false;
		}
	}
	return true;
}

static void count_change(Spine *spine, const ListingEdit *edit)
{
	g_autofree char *path = NULL;
	g_autofree char *escaped = NULL;
	char sign = edit->line == NULL ? '-' : (edit->was_there ? '~' : '+');

	if (!edit->is_different) {
		return;
	}
	spine->tally.count++;
	if (spine->tally.lines->len < TALLY_LINES) {
		path = node_path(edit->owner);
		escaped = escape_path(path);
		g_ptr_array_add(spine->tally.lines, g_strdup_printf("%c %s", sign, escaped));
	}
}

/*
 * The new trees, children first
 */

typedef struct {
	GArray *files, *meta; /* of TreeEntry */
	GArray *lines;        /* of ListingEdit */
} Edits;

static void edits_init(Edits *edits)
{
	edits->files = g_array_new(FALSE, FALSE, sizeof(TreeEntry));
	edits->meta = g_array_new(FALSE, FALSE, sizeof(TreeEntry));
	edits->lines = g_array_new(FALSE, FALSE, sizeof(ListingEdit));
}

static void edits_clear(Edits *edits)
{
	g_array_unref(edits->files);
	g_array_unref(edits->meta);
	g_array_unref(edits->lines);
}

#define auto_edits __attribute__((cleanup(edits_clear))) Edits

/* A child of which something was said inside. */
static void edit_built(Edits *edits, const Node *child, const TreeEntry *old, const char *encoded)
{
	const SpineRoots *built = &child->directory->built;

	tree_add_edit(edits->meta, encoded, built->has_meta ? TREE_MODE_TREE : 0, built->meta);
	if (built->has_files) {
		tree_add_edit(edits->files, encoded, TREE_MODE_TREE, built->files);
	} else if (child->said != SAID_NOTHING || (old != NULL && old->mode == TREE_MODE_TREE)) {
		tree_add_edit(edits->files, encoded, 0, NULL);
	}
	/* Else nothing is left inside of what was no directory: a file of this name stays. */
}

/* What becomes of a child in the trees of its directory. */
static void edit_child(Edits *edits, const Directory *parent, const Node *child,
		       const char *encoded)
{
	const TreeEntry *old = tree_find(parent->old_files, encoded);

	if (child->is_live) {
		edit_built(edits, child, old, encoded);
	} else if (child->said == SAID_DIRECTORY && !child->is_cleared) {
		/* Nothing is said of its inside: it stays, unless there was a file of this name. */
		if (old != NULL && old->mode != TREE_MODE_TREE) {
			tree_add_edit(edits->files, encoded, 0, NULL);
		}
	} else {
		tree_add_edit(edits->files, encoded,
			      child->said == SAID_LEAF ? child->blob_mode : 0, child->blob);
		tree_add_edit(edits->meta, encoded, 0, NULL);
	}
}

static void collect_edits(Spine *spine, const Directory *directory, Edits *edits)
{
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, directory->children);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		Node *child = key;
		g_autofree char *encoded = layout_encode_name(child->name);

		edit_child(edits, directory, child,
			   strcmp(encoded, child->name) == 0
				   ? child->name
				   : pile_text(spine->pile, encoded, strlen(encoded)));
		if (child->said != SAID_NOTHING) {
			ListingEdit edit = {
				.name = child->name, .line = child->line, .owner = child};

			g_array_append_val(edits->lines, edit);
		}
	}
}

/* An empty tree has no place in its parent. */
static bool write_tree(Spine *spine, const Tree *old, GArray *edits, bool *ret_has, guint8 *ret_id,
		       GError **error)
{
	g_autoptr(GByteArray) bytes = tree_edit(old, edits);

	*ret_has = bytes->len > 0;
	return !*ret_has ||
	       objects_write(spine->objects, OBJECT_TREE, bytes->data, bytes->len, ret_id, error);
}

static bool build_directory(Spine *spine, Directory *directory, GError **error)
{
	SpineRoots *built = &directory->built;
	auto_edits edits;

	edits_init(&edits);
	collect_edits(spine, directory, &edits);
	if (!shards_write(spine->objects, spine->pile, directory->old_meta, edits.lines, edits.meta,
			  error)) {
		return false;
	}
	for (guint i = 0; i < edits.lines->len; i++) {
		count_change(spine, &g_array_index(edits.lines, ListingEdit, i));
	}
	return write_tree(spine, directory->old_files, edits.files, &built->has_files, built->files,
			  error) &&
	       write_tree(spine, directory->old_meta, edits.meta, &built->has_meta, built->meta,
			  error);
}

static int compare_tally(const void *a, const void *b)
{
	return strcmp(*(char *const *)a + 2, *(char *const *)b + 2);
}

bool spine_build(Spine *spine, const SpineRoots *old, SpineRoots *ret, GError **error)
{
	if (!load_all_old(spine, old, error)) {
		return false;
	}
	for (guint i = spine->directories->len; i-- > 0;) {
		Node *node = spine->directories->pdata[i];

		if (node->is_live && !build_directory(spine, node->directory, error)) {
			g_autofree char *path = node_path(node);
			g_autofree char *escaped = escape_path(path);

			g_prefix_error(error, "%s: ", *escaped == '\0' ? "/" : escaped);
			return false;
		}
	}
	g_ptr_array_sort(spine->tally.lines, compare_tally);
	*ret = spine->root->directory->built;
	return true;
}

const Tally *spine_tally(const Spine *spine)
{
	return &spine->tally;
}
