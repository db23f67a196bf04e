/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loading the register from git: one commit, only folders that changed, nothing trusted. A load is
 * a Load that lives from call to call until all folders of its commit were looked at.
 */
#include "register/register-load.h"

#include "base/clock.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define REQUESTS_MAX 200000
/* The clock is looked at once for so many. */
#define FOLDERS_A_LOOK 16
#define COMMIT_MAX_BYTES (1024 * 1024)
#define POLICY_MAX 64

static gboolean folder_is_stale(gpointer id, gpointer folder, gpointer unused)
{
	return !((Folder *)folder)->is_current;
}

static bool is_damaged_as_before(const Folder *before, const Folder *now)
{
	return before != NULL && before->standing->is_damaged && now->standing->is_damaged &&
	       g_strcmp0(before->standing->problem, now->standing->problem) == 0;
}

static void keep_folder(Load *load, const git_tree_entry *entry)
{
	GHashTable *folders = load->reg->folders;
	Folder *folder = g_hash_table_lookup(folders, git_tree_entry_name(entry));

	if (folder == NULL || !git_oid_equal(&folder->tree, git_tree_entry_id(entry))) {
		Folder *made = load_folder(load, entry);

		if (is_damaged_as_before(folder, made)) {
			folder_free(made);
		} else {
			g_hash_table_replace(folders, made->standing->id, made);
			load->has_moved = true;
			folder = made;
		}
	}
	folder->is_current = true;
}

/* False: there was no time for all. */
static bool load_folders(Load *load, gint64 deadline_usec)
{
	gsize count = load->requests == NULL ? 0 : git_tree_entrycount(load->requests);
	gsize first = load->next;

	for (; load->next < count; load->next++) {
		const git_tree_entry *entry = git_tree_entry_byindex(load->requests, load->next);

		if (deadline_usec != 0 && load->next > first && load->next % FOLDERS_A_LOOK == 0 &&
		    clock_mono_usec() >= deadline_usec) {
			return false;
		}
		if (request_id_is_valid(git_tree_entry_name(entry))) {
			keep_folder(load, entry);
		}
	}
	return true;
}

/* Opening a commit */

static void open_requests(Load *load, const git_tree *root)
{
	const git_tree_entry *entry = git_tree_entry_byname(root, "requests");
	g_autofree char *problem = NULL;

	load->requests = entry == NULL ? NULL : load_tree(load, entry, REQUESTS_MAX, &problem);
	if (problem != NULL && load->broken == NULL) {
		g_set_error(&load->broken, REEVE_ERROR, REEVE_ERROR_CORRUPT, "register: %s",
			    problem);
	}
}

/* What lies there, by id alone: whether it may come into force is register_weigh_policy's. */
static void open_policy(Load *load, const git_tree *root)
{
	const git_tree_entry *entry = git_tree_entry_byname(root, "policy");
	g_autofree char *problem = NULL;
	git_tree *policy = entry == NULL ? NULL : load_tree(load, entry, POLICY_MAX, &problem);

	for (PolicyFile file = 0; policy != NULL && file < POLICY_FILES; file++) {
		entry = git_tree_entry_byname(policy, policy_file_name(file));
		load->policy[file] =
			entry == NULL ? NULL : g_strdup(git_oid_tostr_s(git_tree_entry_id(entry)));
	}
	if (problem != NULL && load->broken == NULL) {
		g_set_error(&load->broken, REEVE_ERROR, REEVE_ERROR_CORRUPT, "register: %s",
			    problem);
	}
	git_tree_free(policy);
}

static void open_commit(Load *load)
{
	g_autofree char *problem = NULL;
	git_commit *commit = NULL;
	git_tree *root = NULL;

	if (!load_fits(load, &load->head, COMMIT_MAX_BYTES, "its newest commit", &problem)) {
		if (problem != NULL) {
			g_set_error(&load->broken, REEVE_ERROR, REEVE_ERROR_CORRUPT, "register: %s",
				    problem);
		}
		return;
	}
	if (git_commit_lookup(&commit, load->reg->repository, &load->head) != 0 ||
	    !load_fits(load, git_commit_tree_id(commit), COMMIT_MAX_BYTES, "its folders",
		       &problem) ||
	    git_commit_tree(&root, commit) != 0) {
		load_note_broken(load, "its newest commit");
	} else {
		open_requests(load, root);
		open_policy(load, root);
	}
	git_tree_free(root);
	git_commit_free(commit);
}

void load_free(Load *load)
{
	if (load == NULL) {
		return;
	}
	git_tree_free(load->requests);
	for (PolicyFile file = 0; file < POLICY_FILES; file++) {
		g_free(load->policy[file]);
	}
	git_odb_free(load->odb);
	g_clear_error(&load->broken);
	g_free(load);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Load, load_free)

static void forget_what_is_current(Register *reg)
{
	GHashTableIter each;
	gpointer old;

	g_hash_table_iter_init(&each, reg->folders);
	while (g_hash_table_iter_next(&each, NULL, &old)) {
		((Folder *)old)->is_current = false;
	}
}

static bool load_begin(Register *reg, const git_oid *head, gint64 now_usec, GError **error)
{
	g_autoptr(Load) load = g_new0(Load, 1);

	load->reg = reg;
	load->looked_usec = now_usec;
	git_oid_cpy(&load->head, head);
	if (!load_check_packs(reg, error)) {
		return false;
	}
	if (git_repository_odb(&load->odb, reg->repository) != 0) {
		return load_failed(error, "its objects");
	}
	load_look_for_loose(load);
	open_commit(load);
	if (load->broken != NULL) {
		g_propagate_error(error, g_steal_pointer(&load->broken));
		return false;
	}
	if (!register_read_policy(load, error)) {
		return false;
	}
	forget_what_is_current(reg);
	reg->load = g_steal_pointer(&load);
	return true;
}

/* Set back or rewritten: told by the name of what is missing. */
static void look_back(Register *reg, Load *load)
{
	const char *before = reg->commit != NULL ? reg->commit : reg->before;

	if (before != NULL && !load_history_has(load, before)) {
		g_free(reg->lost);
		reg->lost = g_strdup(before);
	}
	g_clear_pointer(&reg->before, g_free);
}

/* What the commit does not have any more is gone; what it has is found by path from now on. */
static RegisterLoad load_end(Register *reg)
{
	g_autoptr(Load) load = g_steal_pointer(&reg->load);
	bool is_other = reg->commit == NULL || !git_oid_equal(&reg->head, &load->head);

	if (g_hash_table_foreach_remove(reg->folders, folder_is_stale, NULL) > 0 ||
	    load->has_moved) {
		register_index(reg);
	}
	load->has_moved |= register_weigh_policy(load);
	if (is_other) {
		look_back(reg, load);
	}
	git_oid_cpy(&reg->head, &load->head);
	g_free(reg->commit);
	reg->commit = g_strdup(git_oid_tostr_s(&load->head));
	reg->looked_usec = load->looked_usec;
	return is_other || load->has_moved ? REGISTER_LOADED : REGISTER_SAME;
}

/* The branch */

static RegisterLoad nothing_there(Register *reg, gint64 now_usec, GError **error)
{
	if (reg->commit != NULL || reg->before != NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "register: its branch %s is gone from %s", reg->ref, reg->path);
		return REGISTER_ERROR;
	}
	reg->looked_usec = now_usec;
	return REGISTER_NONE;
}

/* Nothing there, or something we may not read? git does not say. */
static RegisterLoad open_repository(Register *reg, gint64 now_usec, GError **error)
{
	g_autofree char *head = g_build_filename(reg->path, "HEAD", NULL);
	int why;

	if (git_repository_open_bare(&reg->repository, reg->path) == 0) {
		return REGISTER_LOADED;
	}
	load_failed(error, reg->path);
	why = access(head, R_OK) < 0 ? errno : 0;
	if (why == ENOENT || why == ENOTDIR) {
		g_clear_error(error);
		return nothing_there(reg, now_usec, error);
	}
	if (why == EACCES) {
		g_prefix_error(error, "the judge may not read it; if it was made or replaced while "
				      "reeved ran, restart reeved: ");
	}
	return REGISTER_ERROR;
}

/* Where the branch stands; REGISTER_BUSY: there is something to load. */
static RegisterLoad look(Register *reg, gint64 now_usec, GError **error)
{
	RegisterLoad opened =
		reg->repository != NULL ? REGISTER_LOADED : open_repository(reg, now_usec, error);
	git_oid head;
	int found;

	if (opened != REGISTER_LOADED) {
		return opened;
	}
	found = git_reference_name_to_id(&head, reg->repository, reg->ref);
	if (found == GIT_ENOTFOUND) {
		return nothing_there(reg, now_usec, error);
	}
	if (found != 0) {
		load_failed(error, reg->ref);
		return REGISTER_ERROR;
	}
	if (reg->commit != NULL && git_oid_equal(&head, &reg->head) && reg->damaged == 0 &&
	    !reg->policy_waits) {
		reg->looked_usec = now_usec;
		return REGISTER_SAME;
	}
	return load_begin(reg, &head, now_usec, error) ? REGISTER_BUSY : REGISTER_ERROR;
}

RegisterLoad register_load(Register *reg, gint64 now_usec, gint64 deadline_usec, GError **error)
{
	RegisterLoad looked = reg->load != NULL ? REGISTER_BUSY : look(reg, now_usec, error);

	if (looked != REGISTER_BUSY) {
		return looked;
	}
	reg->load->now_usec = now_usec;
	return load_folders(reg->load, deadline_usec) ? load_end(reg) : REGISTER_BUSY;
}
