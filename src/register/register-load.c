/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loading the register from git: one commit, only folders that changed, nothing trusted.
 */
#include "register/register-load.h"
#include "register/sshsig.h"

#include "base/clock.h"
#include "base/escape.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define REQUESTS_MAX 200000
#define APPROVALS_MAX 64
/* request.yaml, approvals, and what somebody may want beside them. */
#define FOLDER_MAX 64
#define COMMIT_MAX_BYTES (1024 * 1024)
/* What an event and its journal keep of a name as it is. */
#define NAME_MAX_BYTES 255

/* Requests */

static void load_request(Load *load, const git_tree *tree, Standing *standing,
			 ApprovalSubject *subject)
{
	const git_tree_entry *entry = git_tree_entry_byname(tree, "request.yaml");
	g_autofree char *name = g_strdup_printf("requests/%s/request.yaml", standing->id);
	g_autofree char *problem = NULL;
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GError) error = NULL;

	if (entry == NULL) {
		standing->problem = g_strdup_printf("%s is missing", name);
		return;
	}
	bytes = load_file(load, entry, REQUEST_MAX_BYTES, &problem);
	if (bytes == NULL) {
		standing->problem =
			problem == NULL ? NULL
					: g_strdup_printf("requests/%s/%s", standing->id, problem);
		return;
	}
	standing->request = request_parse(name, standing->id, g_bytes_get_data(bytes, NULL),
					  g_bytes_get_size(bytes), &error);
	if (standing->request == NULL) {
		standing->problem = g_strdup(error->message);
		return;
	}
	standing->blob = g_strdup(git_oid_tostr_s(git_tree_entry_id(entry)));
	subject->request = standing->request;
	memcpy(subject->blob, git_tree_entry_id(entry)->id, BLOB_BYTES);
	digest_sha256(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), subject->sha256);
}

/* Approvals */

static void remember(Load *load, Approval *approval)
{
	gint64 looked_usec = load->reg->looked_usec;

	approval->since_usec = looked_usec != 0 ? MIN(looked_usec, load->now_usec) : load->now_usec;
	register_recall(load->reg, approval);
	g_ptr_array_add(load->reg->news, approval);
}

/* What once counted counts, and is not even looked at; what is new, or did not count, is judged
 * now, and what that brings is news. */
static void judge_pair(Load *load, const ApprovalSubject *subject, const char *approver,
		       GBytes *statement, GBytes *signature)
{
	char digest[DIGEST_HEX + 1];
	const Approval *known;
	g_autoptr(Approval) judged = NULL;

	approval_identify(statement, signature, digest);
	known = register_seen(load->reg, subject->request->id, approver, digest);
	if (known != NULL && known->counts) {
		return;
	}
	judged = approval_judge(subject, approver, statement, signature, load->reg->signers,
				load->now_usec);
	if (known == NULL || judged->counts) {
		remember(load, g_steal_pointer(&judged));
	}
}

/* A pair that is not two plain small files is told once, by the ids of what lies there. */
static void refuse_pair(Load *load, const ApprovalSubject *subject, const git_tree_entry *entry,
			const git_tree_entry *sig_entry, char *problem)
{
	g_autoptr(Approval) refused = g_new0(Approval, 1);
	char ids[2 * GIT_OID_HEXSZ + 1];

	git_oid_nfmt(ids, GIT_OID_HEXSZ, git_tree_entry_id(entry));
	git_oid_nfmt(ids + GIT_OID_HEXSZ, GIT_OID_HEXSZ + 1, git_tree_entry_id(sig_entry));
	digest_sha256_hex(ids, 2 * GIT_OID_HEXSZ, refused->digest);
	refused->request = g_strdup(subject->request->id);
	refused->approver = g_strdup(git_tree_entry_name(entry));
	refused->problem = problem; /* taken */
	refused->seen_usec = load->now_usec;
	if (register_seen(load->reg, refused->request, refused->approver, refused->digest) ==
	    NULL) {
		remember(load, g_steal_pointer(&refused));
	}
}

static void load_approval(Load *load, const git_tree *tree, const git_tree_entry *entry,
			  const ApprovalSubject *subject)
{
	const char *approver = git_tree_entry_name(entry);
	gsize length = strlen(approver);
	g_autofree char *sig_name = g_strconcat(approver, ".sig", NULL);
	const git_tree_entry *sig_entry = git_tree_entry_byname(tree, sig_name);
	g_autoptr(GBytes) statement = NULL;
	g_autoptr(GBytes) signature = NULL;
	char *problem = NULL;

	if (sig_entry == NULL || length > NAME_MAX_BYTES || escape_is_needed(approver, length)) {
		return; /* half an approval is none: the signature may come with a later push */
	}
	statement = load_file(load, entry, STATEMENT_MAX_BYTES, &problem);
	signature =
		statement == NULL ? NULL : load_file(load, sig_entry, SSHSIG_MAX_BYTES, &problem);
	if (signature != NULL) {
		judge_pair(load, subject, approver, statement, signature);
	} else if (problem != NULL) {
		refuse_pair(load, subject, entry, sig_entry, problem);
	}
}

static void load_approvals(Load *load, const git_tree *tree, const ApprovalSubject *subject,
			   char **ret_obstacle)
{
	const git_tree_entry *folder = git_tree_entry_byname(tree, "approvals");
	git_tree *approvals;

	if (folder == NULL) {
		return;
	}
	/* among too many a veto could hide */
	approvals = load_tree(load, folder, 2 * (gsize)APPROVALS_MAX, ret_obstacle);
	for (gsize i = 0; approvals != NULL && i < git_tree_entrycount(approvals); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(approvals, i);

		if (!g_str_has_suffix(git_tree_entry_name(entry), ".sig")) {
			load_approval(load, approvals, entry, subject);
		}
	}
	git_tree_free(approvals);
}

/* Folders */

static void judge_request(Load *load, const git_tree *tree, Standing *standing,
			  const ApprovalSubject *subject)
{
	g_autofree char *obstacle = NULL;

	if (load->reg->signers != NULL) {
		load_approvals(load, tree, subject, &obstacle);
	}
	standing_collect(standing, load->reg);
	standing_judge(standing, subject);
	if (load->reg->signers == NULL && standing->approvals->len == 0) {
		standing_block(standing, g_strdup("no key is trusted on this host, so no approval "
						  "was looked at"));
	}
	if (obstacle != NULL) {
		standing_block(standing, g_strdup_printf("requests/%s/%s", standing->id, obstacle));
	}
}

static Standing *standing_new(const git_tree_entry *entry)
{
	Standing *standing = g_new0(Standing, 1);

	standing->id = g_strdup(git_tree_entry_name(entry));
	standing->approvals = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	return standing;
}

/* NULL: git could not give all of it. */
static Folder *load_folder(Load *load, const git_tree_entry *entry)
{
	Folder *folder = g_new0(Folder, 1);
	ApprovalSubject subject = {0};
	g_autofree char *problem = NULL;
	bool was_whole = load->broken == NULL;
	git_tree *tree = load_tree(load, entry, FOLDER_MAX, &problem);

	folder->standing = standing_new(entry);
	git_oid_cpy(&folder->tree, git_tree_entry_id(entry));
	if (tree != NULL) {
		load_request(load, tree, folder->standing, &subject);
	} else if (problem != NULL) {
		folder->standing->problem = g_strdup_printf("requests/%s", problem);
	}
	if (folder->standing->request != NULL) {
		judge_request(load, tree, folder->standing, &subject);
	}
	git_tree_free(tree);
	if (was_whole && load->broken != NULL) {
		g_clear_pointer(&folder, folder_free);
	}
	return folder;
}

static gboolean folder_is_stale(gpointer id, gpointer folder, gpointer unused)
{
	return !((Folder *)folder)->is_current;
}

static void keep_folder(Load *load, const git_tree_entry *entry)
{
	GHashTable *folders = load->reg->folders;
	Folder *folder = g_hash_table_lookup(folders, git_tree_entry_name(entry));

	if (folder == NULL || !git_oid_equal(&folder->tree, git_tree_entry_id(entry))) {
		Folder *made = load_folder(load, entry);

		if (made != NULL) {
			g_hash_table_replace(folders, made->standing->id, made);
			folder = made;
		}
	}
	if (folder != NULL) {
		folder->is_current = true;
	}
}

static void load_folders(Load *load, const git_tree *requests)
{
	GHashTable *folders = load->reg->folders;
	GHashTableIter each;
	gpointer old;

	g_hash_table_iter_init(&each, folders);
	while (g_hash_table_iter_next(&each, NULL, &old)) {
		((Folder *)old)->is_current = false;
	}
	for (gsize i = 0; requests != NULL && i < git_tree_entrycount(requests); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(requests, i);

		if (request_id_is_valid(git_tree_entry_name(entry))) {
			keep_folder(load, entry);
		}
	}
	if (load->broken == NULL) {
		g_hash_table_foreach_remove(folders, folder_is_stale, NULL);
	}
	register_index(load->reg);
}

static void load_root(Load *load, const git_tree *root)
{
	const git_tree_entry *entry = git_tree_entry_byname(root, "requests");
	g_autofree char *problem = NULL;
	git_tree *requests = entry == NULL ? NULL : load_tree(load, entry, REQUESTS_MAX, &problem);

	if (problem != NULL && load->broken == NULL) {
		g_set_error(&load->broken, REEVE_ERROR, REEVE_ERROR_CORRUPT, "register: %s",
			    problem);
	}
	if (load->broken == NULL) {
		load_folders(load, requests);
	}
	git_tree_free(requests);
}

static void load_commit(Load *load, const git_oid *head)
{
	g_autofree char *problem = NULL;
	git_commit *commit = NULL;
	git_tree *root = NULL;

	if (!load_fits(load, head, COMMIT_MAX_BYTES, "its newest commit", &problem)) {
		if (problem != NULL) {
			g_set_error(&load->broken, REEVE_ERROR, REEVE_ERROR_CORRUPT, "register: %s",
				    problem);
		}
		return;
	}
	if (git_commit_lookup(&commit, load->reg->repository, head) != 0 ||
	    !load_fits(load, git_commit_tree_id(commit), COMMIT_MAX_BYTES, "its folders",
		       &problem) ||
	    git_commit_tree(&root, commit) != 0) {
		load_note_broken(load, "its newest commit");
	} else {
		load_root(load, root);
	}
	git_tree_free(root);
	git_commit_free(commit);
}

static bool take_commit(Register *reg, const git_oid *head, gint64 now_usec, GError **error)
{
	Load load = {.reg = reg, .now_usec = now_usec};

	if (!load_check_packs(reg, error)) {
		return false;
	}
	if (git_repository_odb(&load.odb, reg->repository) != 0) {
		return load_failed(error, "its objects");
	}
	load_commit(&load, head);
	git_odb_free(load.odb);
	if (load.broken != NULL) {
		g_propagate_error(error, load.broken);
		return false;
	}
	git_oid_cpy(&reg->head, head);
	g_free(reg->commit);
	reg->commit = g_strdup(git_oid_tostr_s(head));
	return true;
}

/* The branch */

static RegisterLoad nothing_there(Register *reg, gint64 now_usec, GError **error)
{
	if (reg->commit != NULL) {
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

RegisterLoad register_load(Register *reg, gint64 now_usec, GError **error)
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
	if (reg->commit != NULL && git_oid_equal(&head, &reg->head)) {
		reg->looked_usec = now_usec;
		return REGISTER_SAME;
	}
	if (!take_commit(reg, &head, now_usec, error)) {
		return REGISTER_ERROR;
	}
	reg->looked_usec = now_usec;
	return REGISTER_LOADED;
}
