/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The snapshot store: see snapshot.h. The order of writing is the whole of crash safety: objects
 * first, in one pack that has no name until it is on disk; the ref last. Whatever is killed in
 * between leaves the old commit standing and some bytes that nothing points at.
 */
#include "snapshot/snapshot.h"

#include "base/log.h"
#include "snapshot/layout.h"
#include "snapshot/message.h"
#include "snapshot/objects.h"
#include "snapshot/pack-merge.h"
#include "snapshot/repository.h"
#include "snapshot/spine.h"
#include "snapshot/tree.h"

#include <string.h>
#include <unistd.h>

/* Some ten milliseconds of work. */
#define MERGE_STEP_BYTES (2 * 1024 * 1024)
#define USEC_PER_SEC G_GINT64_CONSTANT(1000000)

struct Snapshot {
	Repository *repository;
	Objects *objects;
	Superseded *superseded;
	PackMerge *merge; /* NULL: none is under way */
	char *host;
	char *head;       /* in hex; NULL before the first commit */
	SpineRoots roots; /* of the head */
	Spine *spine;     /* NULL: no change-set is open */
	GError *trouble;  /* what snapshot_put could not do; told by snapshot_commit */
	bool is_damaged;  /* besides what the objects know */
};

/* Only what can stand in an address; "localhost" when nothing is left. */
static char *host_name(void)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0') {
		return g_strdup("localhost");
	}
	return g_strcanon(g_strdup(name), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-_", '_');
}

/*
 * The head
 */

static bool take_root(const Tree *tree, const char *name, bool *ret_has, guint8 *ret_id)
{
	const TreeEntry *entry = tree_find(tree, name);

	*ret_has = entry != NULL;
	if (entry != NULL) {
		memcpy(ret_id, entry->id, BLOB_BYTES);
	}
	return entry == NULL || entry->mode == TREE_MODE_TREE;
}

/* The id in the first line of a commit. */
static bool tree_of_commit(GBytes *commit, guint8 ret[BLOB_BYTES])
{
	static const char word[] = "tree ";
	gsize size;
	const char *text = g_bytes_get_data(commit, &size);
	g_autofree char *hex = NULL;

	if (size < strlen(word) + 2 * BLOB_BYTES || memcmp(text, word, strlen(word)) != 0) {
		return false;
	}
	hex = g_strndup(text + strlen(word), 2 * BLOB_BYTES);
	return hex_decode(hex, ret, BLOB_BYTES);
}

static bool read_roots(Objects *objects, const char *head, SpineRoots *ret, GError **error)
{
	g_autoptr(GBytes) commit = NULL;
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(Tree) tree = NULL;
	guint8 id[BLOB_BYTES];

	g_assert(hex_decode(head, id, BLOB_BYTES));
	commit = objects_read(objects, OBJECT_COMMIT, id, error);
	if (commit == NULL) {
		return false;
	}
	if (!tree_of_commit(commit, id)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "%s is malformed", head);
		return false;
	}
	bytes = objects_read(objects, OBJECT_TREE, id, error);
	tree = bytes == NULL ? NULL : tree_parse(bytes, error);
	if (tree == NULL) {
		return false;
	}
	if (!take_root(tree, LAYOUT_FILES, &ret->has_files, ret->files) ||
	    !take_root(tree, LAYOUT_META, &ret->has_meta, ret->meta)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "%s is not a snapshot", head);
		return false;
	}
	return true;
}

static bool load_head(Snapshot *snapshot, GError **error)
{
	g_autofree char *head = NULL;
	g_autoptr(GError) damage = NULL;
	SpineRoots roots = {0};

	if (!repository_read_ref(snapshot->repository, &head, error)) {
		return false;
	}
	if (head != NULL && !read_roots(snapshot->objects, head, &roots, &damage)) {
		log_error("the latest snapshot in %s is damaged: %s", REPOSITORY_NAME,
			  damage->message);
		snapshot->is_damaged = true;
		roots = (SpineRoots){0};
	}
	g_free(snapshot->head);
	snapshot->head = g_steal_pointer(&head);
	snapshot->roots = roots;
	return true;
}

Snapshot *snapshot_open(const char *state_dir, GError **error)
{
	g_autoptr(Snapshot) snapshot = g_new0(Snapshot, 1);

	snapshot->host = host_name();
	snapshot->repository = repository_open(state_dir, error);
	if (snapshot->repository == NULL) {
		return NULL;
	}
	snapshot->superseded =
		superseded_open(snapshot->repository->fd, snapshot->repository->pack_fd);
	snapshot->objects =
		objects_open(snapshot->repository->objects, snapshot->repository->pack_fd, error);
	if (snapshot->objects == NULL || !load_head(snapshot, error)) {
		return NULL;
	}
	return g_steal_pointer(&snapshot);
}

void snapshot_close(Snapshot *snapshot)
{
	if (snapshot == NULL) {
		return;
	}
	spine_free(snapshot->spine);
	pack_merge_free(snapshot->merge);
	superseded_free(snapshot->superseded);
	g_clear_error(&snapshot->trouble);
	objects_close(snapshot->objects);
	repository_close(snapshot->repository);
	g_free(snapshot->head);
	g_free(snapshot->host);
	g_free(snapshot);
}

const char *snapshot_head(const Snapshot *snapshot)
{
	return snapshot->head;
}

bool snapshot_knows(Snapshot *snapshot, const char *object)
{
	guint8 id[BLOB_BYTES];

	return hex_decode(object, id, BLOB_BYTES) && objects_has(snapshot->objects, id);
}

bool snapshot_is_damaged(const Snapshot *snapshot)
{
	return snapshot->is_damaged || objects_are_damaged(snapshot->objects);
}

bool snapshot_mend(Snapshot *snapshot, guint *ret, GError **error)
{
	g_assert(snapshot->spine == NULL);
	g_clear_pointer(&snapshot->merge, pack_merge_free);
	if (!objects_put_damage_aside(snapshot->objects, ret, error)) {
		return false;
	}
	snapshot->is_damaged = false;
	snapshot->roots = (SpineRoots){0};
	return true;
}

static bool refill(Snapshot *snapshot, GError **error)
{
	SpineRoots roots;

	if (snapshot->trouble != NULL) {
		g_propagate_error(error, g_steal_pointer(&snapshot->trouble));
		return false;
	}
	if (!spine_build(snapshot->spine, &snapshot->roots, &roots, error) ||
	    !objects_finish(snapshot->objects, error)) {
		return false;
	}
	snapshot->roots = roots;
	return true;
}

bool snapshot_refill(Snapshot *snapshot, GError **error)
{
	bool ok;

	g_assert(snapshot->spine != NULL);
	ok = refill(snapshot, error);
	snapshot_abandon(snapshot);
	return ok;
}

bool snapshot_is_in_place(const Snapshot *snapshot)
{
	return repository_is_in_place(snapshot->repository);
}

/*
 * A change-set
 */

bool snapshot_begin(Snapshot *snapshot, GError **error)
{
	g_assert(snapshot->spine == NULL);
	snapshot->spine = spine_new(snapshot->objects);
	return true;
}

void snapshot_abandon(Snapshot *snapshot)
{
	objects_abandon(snapshot->objects);
	g_clear_pointer(&snapshot->spine, spine_free);
	g_clear_error(&snapshot->trouble);
}

bool snapshot_store(Snapshot *snapshot, const void *data, gsize size, guint8 ret_blob[BLOB_BYTES],
		    GError **error)
{
	g_assert(snapshot->spine != NULL);
	return objects_write(snapshot->objects, OBJECT_BLOB, data, size, ret_blob, error);
}

void snapshot_put(Snapshot *snapshot, const char *path, const FileState *state)
{
	guint8 link_blob[BLOB_BYTES];

	g_assert(snapshot->spine != NULL);
	if (state->type != FILE_SYMLINK) {
		spine_put(snapshot->spine, path, state, NULL);
	} else if (snapshot->trouble == NULL &&
		   objects_write(snapshot->objects, OBJECT_BLOB, state->link, strlen(state->link),
				 link_blob, &snapshot->trouble)) {
		spine_put(snapshot->spine, path, state, link_blob);
	}
}

void snapshot_remove(Snapshot *snapshot, const char *path)
{
	g_assert(snapshot->spine != NULL);
	spine_remove(snapshot->spine, path);
}

/*
 * The commit
 */

static bool write_root(Snapshot *snapshot, const SpineRoots *roots, const Notes *notes,
		       guint8 ret_tree[BLOB_BYTES], GError **error)
{
	g_autoptr(GBytes) text = notes_format(notes);
	g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(TreeEntry));
	g_autoptr(Tree) nothing = tree_parse(NULL, NULL);
	g_autoptr(GByteArray) bytes = NULL;
	guint8 id[BLOB_BYTES];

	if (!objects_write(snapshot->objects, OBJECT_BLOB, g_bytes_get_data(text, NULL),
			   g_bytes_get_size(text), id, error)) {
		return false;
	}
	tree_add_edit(entries, LAYOUT_NOTES, TREE_MODE_FILE, id);
	if (roots->has_files) {
		tree_add_edit(entries, LAYOUT_FILES, TREE_MODE_TREE, roots->files);
	}
	if (roots->has_meta) {
		tree_add_edit(entries, LAYOUT_META, TREE_MODE_TREE, roots->meta);
	}
	bytes = tree_edit(nothing, entries);
	return objects_write(snapshot->objects, OBJECT_TREE, bytes->data, bytes->len, ret_tree,
			     error);
}

static bool write_commit(Snapshot *snapshot, const guint8 *tree, const Notes *notes,
			 guint8 ret_commit[BLOB_BYTES], GError **error)
{
	g_autofree char *message = message_format(notes, spine_tally(snapshot->spine));
	g_autoptr(GString) text = g_string_new("tree ");
	g_autofree char *who = g_strdup_printf("Reeve <reeve@%s> %" G_GINT64_FORMAT " +0000",
					       snapshot->host, notes->recorded_usec / USEC_PER_SEC);
	char hex[2 * BLOB_BYTES + 1];

	hex_encode(tree, BLOB_BYTES, hex);
	g_string_append_printf(text, "%s\n", hex);
	if (snapshot->head != NULL) {
		g_string_append_printf(text, "parent %s\n", snapshot->head);
	}
	g_string_append_printf(text, "author %s\ncommitter %s\n\n%s", who, who, message);
	return objects_write(snapshot->objects, OBJECT_COMMIT, text->str, text->len, ret_commit,
			     error);
}

static bool says_nothing(const Notes *notes)
{
	return notes->kind == CHANGE_SET_CHANGE && notes->gaps->len == 0 &&
	       notes->transients->len == 0;
}

/* Writes the commit and makes it the head; `ret_hex` is its name. */
static bool make_durable(Snapshot *snapshot, const SpineRoots *roots, const Notes *notes,
			 char ret_hex[2 * BLOB_BYTES + 1], GError **error)
{
	guint8 tree[BLOB_BYTES];
	guint8 commit[BLOB_BYTES];

	if (!write_root(snapshot, roots, notes, tree, error) ||
	    !write_commit(snapshot, tree, notes, commit, error)) {
		return false;
	}
	hex_encode(commit, BLOB_BYTES, ret_hex);
	return repository_prepare_ref(snapshot->repository, ret_hex, error) &&
	       objects_finish(snapshot->objects, error) &&
	       repository_move_ref(snapshot->repository, error);
}

static SnapshotCommit record(Snapshot *snapshot, const SpineRoots *roots, const Notes *notes,
			     GError **error)
{
	char hex[2 * BLOB_BYTES + 1];

	if (!make_durable(snapshot, roots, notes, hex, error)) {
		repository_drop_ref(snapshot->repository);
		/* The ref may have moved all the same: what is on disk counts. */
		load_head(snapshot, NULL);
		return SNAPSHOT_ERROR;
	}
	g_free(snapshot->head);
	snapshot->head = g_strdup(hex);
	snapshot->roots = *roots;
	return SNAPSHOT_COMMITTED;
}

static SnapshotCommit commit_change_set(Snapshot *snapshot, const Notes *notes, GError **error)
{
	SpineRoots roots;

	if (snapshot->trouble != NULL) {
		g_propagate_error(error, g_steal_pointer(&snapshot->trouble));
		return SNAPSHOT_ERROR;
	}
	if (!spine_build(snapshot->spine, &snapshot->roots, &roots, error)) {
		return SNAPSHOT_ERROR;
	}
	if (says_nothing(notes) && spine_roots_equal(&roots, &snapshot->roots)) {
		return SNAPSHOT_UNCHANGED;
	}
	return record(snapshot, &roots, notes, error);
}

SnapshotCommit snapshot_commit(Snapshot *snapshot, const Notes *notes, GError **error)
{
	SnapshotCommit outcome;

	g_assert(snapshot->spine != NULL);
	outcome = commit_change_set(snapshot, notes, error);
	if (outcome == SNAPSHOT_ERROR) {
		g_prefix_error(error, "cannot record a snapshot: ");
	}
	snapshot_abandon(snapshot);
	return outcome;
}

/*
 * Upkeep
 */

static bool expire(Snapshot *snapshot, gint64 now_usec, gint64 grace_usec, guint *ret_removed,
		   GError **error)
{
	bool ok = superseded_expire(snapshot->superseded, now_usec, grace_usec, ret_removed, error);

	/* libgit2 would keep the packs that are gone open for ever. */
	return (*ret_removed == 0 || objects_reopen(snapshot->objects, ok ? error : NULL)) && ok;
}

static SnapshotTidy end_merge(Snapshot *snapshot, gint64 now_usec, GError **error)
{
	const GPtrArray *replaced = pack_merge_replaced(snapshot->merge);
	bool ok = superseded_add(snapshot->superseded, replaced, now_usec, error) &&
		  objects_reopen(snapshot->objects, error);

	g_clear_pointer(&snapshot->merge, pack_merge_free);
	return ok ? SNAPSHOT_TIDY_MORE : SNAPSHOT_TIDY_ERROR;
}

static SnapshotTidy merge_on(Snapshot *snapshot, gint64 now_usec, GError **error)
{
	PackMergeStep step = pack_merge_step(snapshot->merge, MERGE_STEP_BYTES, error);

	switch (step) {
	case PACK_MERGE_MORE:
		return SNAPSHOT_TIDY_MORE;
	case PACK_MERGE_DONE:
		return end_merge(snapshot, now_usec, error);
	case PACK_MERGE_NOTHING:
	case PACK_MERGE_ERROR:
		break;
	}
	snapshot->is_damaged |= step == PACK_MERGE_ERROR &&
				g_error_matches(*error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	g_clear_pointer(&snapshot->merge, pack_merge_free);
	return step == PACK_MERGE_ERROR ? SNAPSHOT_TIDY_ERROR : SNAPSHOT_TIDY;
}

static SnapshotTidy begin_tidying(Snapshot *snapshot, gint64 now_usec, GError **error)
{
	guint removed;

	if (!expire(snapshot, now_usec, SUPERSEDED_GRACE_USEC, &removed, error) ||
	    !pack_merge_begin(snapshot->repository->pack_fd, snapshot->superseded, &snapshot->merge,
			      error)) {
		return SNAPSHOT_TIDY_ERROR;
	}
	if (snapshot->merge != NULL) {
		return SNAPSHOT_TIDY_MORE;
	}
	return superseded_count(snapshot->superseded) > 0 ? SNAPSHOT_TIDY_LATER : SNAPSHOT_TIDY;
}

SnapshotTidy snapshot_maintain(Snapshot *snapshot, gint64 now_usec, GError **error)
{
	SnapshotTidy done;

	g_assert(snapshot->spine == NULL);
	done = snapshot->merge != NULL ? merge_on(snapshot, now_usec, error)
				       : begin_tidying(snapshot, now_usec, error);
	if (done == SNAPSHOT_TIDY_ERROR) {
		g_prefix_error(error, "cannot merge packs: ");
	}
	return done;
}

bool snapshot_make_room(Snapshot *snapshot, gint64 now_usec)
{
	bool has_merge = snapshot->merge != NULL;
	guint removed = 0;

	g_assert(snapshot->spine == NULL);
	g_clear_pointer(&snapshot->merge, pack_merge_free);
	expire(snapshot, now_usec, 0, &removed, NULL);
	return has_merge || removed > 0;
}
