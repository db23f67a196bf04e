/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Change-sets: see change-set.h. */
#include "change/change-set.h"

#include "base/path.h"
#include "change/tree-diff.h"
#include "snapshot/layout.h"
#include "snapshot/notes.h"

#include <string.h>

typedef struct {
	ChangeSet *set;
	const Notes *notes;
	GHashTable *gone; /* path -> nothing: was there before and is not any more */
	OwnersView old_owners, new_owners;
} Assembly;

static ChangeOp op_of(const FileState *before, const FileState *after, guint difference)
{
	if (before->type == FILE_ABSENT) {
		return OP_CREATED;
	}
	if (after->type == FILE_ABSENT) {
		return OP_DELETED;
	}
	return (difference & (STATE_TYPE | STATE_CONTENT | STATE_LINK | STATE_DEVICE)) != 0
		       ? OP_UPDATED
		       : OP_ATTRIBUTES_MODIFIED;
}

Change *change_between(const char *path, const FileState *before, const FileState *after)
{
	guint difference = file_state_compare(before, after);
	Change *change;

	if (difference == 0) {
		return NULL;
	}
	change = change_new(path, op_of(before, after, difference));
	change->difference = difference;
	file_state_copy(before, &change->before);
	file_state_copy(after, &change->after);
	return change;
}

static bool set_is_full(const ChangeSet *set, GError **error)
{
	if (set->changes->len < CHANGE_SET_MAX_CHANGES) {
		return false;
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "changes more than %d paths at once",
		    CHANGE_SET_MAX_CHANGES);
	return true;
}

static bool add_change(void *context, const char *path, const FileState *before,
		       const FileState *after, GError **error)
{
	Assembly *assembly = context;
	Change *change = change_between(path, before, after);

	if (change == NULL) {
		return true;
	}
	if (set_is_full(assembly->set, error)) {
		change_free(change);
		return false;
	}
	owners_name(assembly->old_owners, &change->before);
	owners_name(assembly->new_owners, &change->after);
	g_ptr_array_add(assembly->set->changes, change);
	if (change->op == OP_DELETED) {
		g_hash_table_add(assembly->gone, change->path);
	}
	return true;
}

/* A path that came into view was not created, and the folders above it only lead there. */
static bool path_is_in(char *const *scope, const char *path)
{
	for (; scope != NULL && *scope != NULL; scope++) {
		if (path_is_beneath(path, *scope) || path_is_beneath(*scope, path)) {
			return true;
		}
	}
	return false;
}

static bool add_unless_scope(void *context, const char *path, const FileState *before,
			     const FileState *after, GError **error)
{
	const Assembly *assembly = context;

	return path_is_in(assembly->notes->scope_added, path) ||
	       path_is_in(assembly->notes->scope_removed, path) ||
	       add_change(context, path, before, after, error);
}

static bool directory_is_beneath(char *const *scope, const char *directory)
{
	for (; scope != NULL && *scope != NULL; scope++) {
		if (path_is_beneath(directory, *scope)) {
			return true;
		}
	}
	return false;
}

static bool skip_scope(void *context, const char *directory)
{
	const Assembly *assembly = context;

	return directory_is_beneath(assembly->notes->scope_added, directory) ||
	       directory_is_beneath(assembly->notes->scope_removed, directory);
}

/*
 * The note of a path, or else of the nearest directory above it: when a directory goes or comes as
 * a whole, the recorder notes it once.
 */
static const PathNote *find_note(const Notes *notes, const char *path)
{
	g_autofree char *at = g_strdup(path);

	for (;;) {
		const PathNote *note = g_hash_table_lookup(notes->paths, at);
		char *parent;

		if (note != NULL || at[1] == '\0') {
			return note;
		}
		parent = path_parent(at);
		g_free(at);
		at = parent;
	}
}

static void share_actors(const GPtrArray *from, GPtrArray *to)
{
	for (guint i = 0; from != NULL && i < from->len; i++) {
		g_ptr_array_add(to, actor_ref(from->pdata[i]));
	}
}

/* A move is believed only when the trees show both ends of it. */
static void note_move(const Assembly *assembly, Change *change, const char *moved_from)
{
	if (moved_from != NULL && change->op == OP_CREATED &&
	    g_hash_table_contains(assembly->gone, moved_from)) {
		change->op = OP_MOVED;
		change->moved_from = g_strdup(moved_from);
	}
}

static void add_note(const Assembly *assembly, Change *change)
{
	const PathNote *note = find_note(assembly->notes, change->path);

	if (note == NULL) {
		change->time_usec = assembly->notes->first_usec;
		return;
	}
	change->time_usec = note->time_usec;
	change->is_offline = note->is_offline;
	share_actors(note->actors, change->actors);
	if (strcmp(note->path, change->path) == 0) {
		change->is_open = note->is_open;
		note_move(assembly, change, note->moved_from);
	}
}

/* What came and went while nothing else happened at its path. */
static bool add_transients(const Assembly *assembly, GError **error)
{
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *changes = assembly->set->changes;

	for (guint i = 0; i < changes->len; i++) {
		g_hash_table_add(known, ((Change *)changes->pdata[i])->path);
	}
	for (guint i = 0; i < assembly->notes->transients->len; i++) {
		const Transient *transient = assembly->notes->transients->pdata[i];
		Change *change;

		if (g_hash_table_contains(known, transient->path)) {
			continue;
		}
		if (set_is_full(assembly->set, error)) {
			return false;
		}
		change = change_new(transient->path, OP_TRANSIENT);
		change->time_usec = transient->time_usec;
		share_actors(transient->actors, change->actors);
		g_hash_table_add(known, change->path);
		g_ptr_array_add(changes, change);
	}
	return true;
}

static int compare_paths(gconstpointer a, gconstpointer b)
{
	return strcmp((*(Change *const *)a)->path, (*(Change *const *)b)->path);
}

static void take_notes(Assembly *assembly)
{
	ChangeSet *set = assembly->set;
	const Notes *notes = assembly->notes;

	/* Only the first commit can adopt what it finds; nothing later hides behind that word. */
	set->kind = notes->kind == CHANGE_SET_BASELINE && set->parent != NULL ? CHANGE_SET_CHANGE
									      : notes->kind;
	set->first_usec = notes->first_usec;
	set->last_usec = notes->last_usec;
	set->recorded_usec = notes->recorded_usec;
	set->file_count = notes->entries;
	set->scope_added = g_strdupv(notes->scope_added);
	set->scope_removed = g_strdupv(notes->scope_removed);
	for (guint i = 0; i < notes->gaps->len; i++) {
		const Gap *gap = notes->gaps->pdata[i];
		Gap *copy = gap_new(gap->cause, gap->scope, gap->start_usec, gap->end_usec);

		copy->closed_usec = gap->closed_usec;
		g_ptr_array_add(set->gaps, copy);
	}
}

static Notes *read_notes(Odb *objects, const git_tree *root, GError **error)
{
	const git_oid *id = odb_entry_blob(root, LAYOUT_NOTES);
	g_autoptr(GBytes) blob = NULL;
	Notes *notes;

	if (id == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "has no %s", LAYOUT_NOTES);
		return NULL;
	}
	blob = odb_blob(objects, id, NOTES_MAX_BYTES, error);
	if (blob == NULL) {
		return NULL;
	}
	notes = notes_parse(g_bytes_get_data(blob, NULL), g_bytes_get_size(blob), error);
	if (notes == NULL) {
		g_prefix_error(error, "%s: ", LAYOUT_NOTES);
	}
	return notes;
}

static git_tree *read_root(Odb *objects, const git_oid *id, GError **error)
{
	g_autoptr(OdbCommit) commit = odb_commit(objects, id, error);

	return commit == NULL ? NULL : odb_tree(objects, git_commit_tree_id(commit), error);
}

/* Fills the set from the two trees. */
static bool compare_trees(Assembly *assembly, Odb *objects, const git_tree *old_root,
			  const git_tree *new_root, GError **error)
{
	bool is_scope = assembly->notes->kind == CHANGE_SET_SCOPE;
	TreeDiffSink sink = {
		.found = is_scope ? add_unless_scope : add_change,
		.skip = is_scope ? skip_scope : NULL,
		.context = assembly,
	};

	if (!tree_diff(objects, old_root, new_root, &sink, error)) {
		return false;
	}
	for (guint i = 0; i < assembly->set->changes->len; i++) {
		add_note(assembly, assembly->set->changes->pdata[i]);
	}
	return true;
}

/* Whoever is new as well: who was known by another name before is told by that. Whom the watched
 * system does not know, or nobody could tell as its etc is not watched, may be known here. */
static const char *user_name(const Assembly *assembly, gint64 uid)
{
	const char *name;

	if (uid < 0 || uid >= G_MAXUINT32) {
		return NULL;
	}
	name = owners_user(assembly->old_owners, (guint32)uid);
	name = name != NULL ? name : owners_user(assembly->new_owners, (guint32)uid);
	return name != NULL ? name : owners_person(assembly->new_owners, (guint32)uid);
}

static void name_actors(const Assembly *assembly)
{
	for (guint i = 0; i < assembly->notes->actors->len; i++) {
		Actor *actor = assembly->notes->actors->pdata[i];

		g_free(actor->user);
		g_free(actor->login_user);
		actor->user = g_strdup(user_name(assembly, actor->uid));
		actor->login_user = g_strdup(user_name(assembly, actor->login_uid));
	}
}

static bool assemble(ChangeSet *set, Odb *objects, Owners *owners, const git_oid *base,
		     const git_oid *commit, GError **error)
{
	g_autoptr(OdbTree) new_root = read_root(objects, commit, error);
	g_autoptr(OdbTree) old_root = NULL;
	g_autoptr(Notes) notes = new_root == NULL ? NULL : read_notes(objects, new_root, error);
	g_autoptr(GHashTable) gone = g_hash_table_new(g_str_hash, g_str_equal);
	Assembly assembly = {.set = set, .notes = notes, .gone = gone};

	if (notes == NULL) {
		return false;
	}
	if (base != NULL) {
		old_root = read_root(objects, base, error);
		if (old_root == NULL) {
			return false;
		}
	}
	assembly.old_owners = owners_of(owners, objects, old_root);
	assembly.new_owners = owners_of(owners, objects, new_root);
	take_notes(&assembly);
	name_actors(&assembly);
	if ((base != NULL || notes->kind != CHANGE_SET_BASELINE) &&
	    !compare_trees(&assembly, objects, old_root, new_root, error)) {
		return false;
	}
	if (!add_transients(&assembly, error)) {
		return false;
	}
	g_ptr_array_sort(set->changes, compare_paths);
	return true;
}

ChangeSet *change_set_assemble(Odb *objects, Owners *owners, const git_oid *base,
			       const git_oid *commit, GError **error)
{
	g_autoptr(ChangeSet) set = change_set_new();

	set->commit = odb_format_id(commit);
	set->parent = base == NULL ? NULL : odb_format_id(base);
	if (!assemble(set, objects, owners, base, commit, error)) {
		g_prefix_error(error, "commit %s: ", set->commit);
		return NULL;
	}
	return g_steal_pointer(&set);
}
