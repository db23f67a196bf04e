/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loading the register from git: one commit, only folders that changed, nothing trusted.
 */
#include "register/register-inside.h"
#include "register/sshsig.h"

#include "base/clock.h"
#include "base/escape.h"

#include <string.h>

#define REQUESTS_MAX 200000
#define APPROVALS_MAX 64

static bool git_failed(GError **error, const char *what)
{
	const git_error *last = git_error_last();

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "register: cannot read %s: %s", what,
		    last != NULL ? last->message : "unknown reason");
	return false;
}

/* A blob of a tree as bytes; NULL and a sentence when it is not a plain small file. */
static GBytes *read_entry(Register *reg, const git_tree_entry *entry, gsize max, char **ret_problem)
{
	git_blob *blob = NULL;
	git_odb *odb = NULL;
	git_object_t type;
	gsize size = 0;
	GBytes *bytes;
	int failed;

	if (git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK) {
		*ret_problem = g_strdup_printf("%s is a link; links are not followed",
					       git_tree_entry_name(entry));
		return NULL;
	}
	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB) {
		*ret_problem = g_strdup_printf("%s is not a file", git_tree_entry_name(entry));
		return NULL;
	}
	failed = git_repository_odb(&odb, reg->repository) ||
		 git_odb_read_header(&size, &type, odb, git_tree_entry_id(entry));
	git_odb_free(odb);
	if (!failed && size > max) {
		*ret_problem = g_strdup_printf("%s is larger than %" G_GSIZE_FORMAT " bytes",
					       git_tree_entry_name(entry), max);
		return NULL;
	}
	if (failed || git_blob_lookup(&blob, reg->repository, git_tree_entry_id(entry)) != 0) {
		*ret_problem = g_strdup_printf("%s cannot be read from the register",
					       git_tree_entry_name(entry));
		return NULL;
	}
	bytes = g_bytes_new(git_blob_rawcontent(blob), (gsize)git_blob_rawsize(blob));
	git_blob_free(blob);
	return bytes;
}

static git_tree *read_subtree(Register *reg, const git_tree *tree, const char *name)
{
	const git_tree_entry *entry = git_tree_entry_byname(tree, name);
	git_tree *found = NULL;

	if (entry != NULL && git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
		git_tree_lookup(&found, reg->repository, git_tree_entry_id(entry));
	}
	return found;
}

/* Requests */

static void load_request(Register *reg, const git_tree *tree, Standing *standing,
			 ApprovalSubject *subject)
{
	const git_tree_entry *entry = git_tree_entry_byname(tree, "request.yaml");
	g_autofree char *name = g_strdup_printf("requests/%s/request.yaml", standing->id);
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GError) error = NULL;

	if (entry == NULL) {
		standing->problem = g_strdup_printf("%s is missing", name);
		return;
	}
	bytes = read_entry(reg, entry, REQUEST_MAX_BYTES, &standing->problem);
	if (bytes == NULL) {
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

/* What was once seen counts as it did then; what is new is judged now and becomes news. */
static Approval *recall_or_judge(Register *reg, const ApprovalSubject *subject,
				 const char *approver, GBytes *statement, GBytes *signature,
				 gint64 now_usec)
{
	g_autoptr(Approval) judged =
		approval_judge(subject, approver, statement, signature, reg->signers, now_usec);
	Approval *known = g_hash_table_lookup(reg->seen, judged->digest);

	if (known != NULL && g_str_equal(known->request, judged->request) &&
	    g_str_equal(known->approver, judged->approver)) {
		return NULL;
	}
	judged->since_usec = reg->looked_usec != 0 ? MIN(reg->looked_usec, now_usec) : now_usec;
	known = approval_copy(judged);
	g_hash_table_replace(reg->seen, known->digest, known);
	return g_steal_pointer(&judged);
}

static void load_approval(Register *reg, const git_tree *tree, const git_tree_entry *entry,
			  const ApprovalSubject *subject, gint64 now_usec)
{
	const char *approver = git_tree_entry_name(entry);
	g_autofree char *sig_name = g_strconcat(approver, ".sig", NULL);
	const git_tree_entry *sig_entry = git_tree_entry_byname(tree, sig_name);
	g_autofree char *problem = NULL;
	g_autoptr(GBytes) statement = NULL;
	g_autoptr(GBytes) signature = NULL;
	Approval *news;

	if (sig_entry == NULL || escape_is_needed(approver, strlen(approver))) {
		return; /* half an approval is none: the signature may come with a later push */
	}
	statement = read_entry(reg, entry, STATEMENT_MAX_BYTES, &problem);
	signature =
		statement == NULL ? NULL : read_entry(reg, sig_entry, SSHSIG_MAX_BYTES, &problem);
	if (signature == NULL) {
		return;
	}
	news = recall_or_judge(reg, subject, approver, statement, signature, now_usec);
	if (news != NULL) {
		g_ptr_array_add(reg->news, news);
	}
}

static void load_approvals(Register *reg, const git_tree *tree, const ApprovalSubject *subject,
			   gint64 now_usec)
{
	git_tree *approvals = read_subtree(reg, tree, "approvals");
	gsize count =
		approvals == NULL ? 0 : MIN(git_tree_entrycount(approvals), 2 * APPROVALS_MAX);

	for (gsize i = 0; i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(approvals, i);

		if (!g_str_has_suffix(git_tree_entry_name(entry), ".sig")) {
			load_approval(reg, approvals, entry, subject, now_usec);
		}
	}
	git_tree_free(approvals);
}

/* Standing */

static int compare_seen(gconstpointer a, gconstpointer b)
{
	const Approval *const *left = a;
	const Approval *const *right = b;

	if ((*left)->seen_usec != (*right)->seen_usec) {
		return (*left)->seen_usec < (*right)->seen_usec ? -1 : 1;
	}
	return strcmp((*left)->digest, (*right)->digest);
}

/* Everything ever seen about this request, also what was deleted since. */
static void collect_approvals(Register *reg, Standing *standing)
{
	GHashTableIter each;
	gpointer seen;

	g_hash_table_iter_init(&each, reg->seen);
	while (g_hash_table_iter_next(&each, NULL, &seen)) {
		if (g_str_equal(((Approval *)seen)->request, standing->id)) {
			g_ptr_array_add(standing->approvals, approval_copy(seen));
		}
	}
	g_ptr_array_sort(standing->approvals, compare_seen);
}

static void stand(Standing *standing, bool effective, gint64 since_usec, char *why_not)
{
	standing->is_effective = effective;
	standing->since_usec = since_usec;
	standing->not_effective = why_not;
}

/* One approval of these very bytes by somebody else, and no veto. */
static void judge_standing(Standing *standing, const ApprovalSubject *subject)
{
	char bytes[DIGEST_HEX + 1];
	const Approval *approved = NULL;
	const Approval *refused = NULL;

	hex_encode(subject->sha256, DIGEST_BYTES, bytes);
	for (guint i = 0; i < standing->approvals->len; i++) {
		const Approval *approval = g_ptr_array_index(standing->approvals, i);

		if (!approval->counts) {
			refused = approval;
		} else if (approval->decision == DECISION_REJECT) {
			stand(standing, false, 0,
			      g_strdup_printf("rejected by %s", approval->approver));
			return;
		} else if (!g_str_equal(approval->pinned, bytes)) {
			refused = refused != NULL ? refused : approval;
		} else if (approved == NULL) {
			approved = approval;
		}
	}
	if (approved != NULL) {
		stand(standing, true, approved->since_usec, NULL);
	} else if (refused != NULL) {
		stand(standing, false, 0,
		      g_strdup_printf(
			      "the approval by %s does not count: %s", refused->approver,
			      refused->problem != NULL
				      ? refused->problem
				      : "the request was edited after it was signed: it must "
					"be approved again"));
	} else {
		stand(standing, false, 0, g_strdup("nobody has approved it yet"));
	}
}

/* Folders */

static Folder *load_folder(Register *reg, const git_tree_entry *entry, gint64 now_usec)
{
	Folder *folder = g_new0(Folder, 1);
	Standing *standing = g_new0(Standing, 1);
	ApprovalSubject subject = {0};
	git_tree *tree = NULL;

	folder->standing = standing;
	standing->id = g_strdup(git_tree_entry_name(entry));
	standing->approvals = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	git_oid_cpy(&folder->tree, git_tree_entry_id(entry));
	if (git_tree_entry_type(entry) != GIT_OBJECT_TREE ||
	    git_tree_lookup(&tree, reg->repository, git_tree_entry_id(entry)) != 0) {
		standing->problem = g_strdup_printf("requests/%s is not a folder", standing->id);
		return folder;
	}
	load_request(reg, tree, standing, &subject);
	if (standing->request != NULL) {
		load_approvals(reg, tree, &subject, now_usec);
		collect_approvals(reg, standing);
		judge_standing(standing, &subject);
	}
	git_tree_free(tree);
	return folder;
}

static gboolean folder_is_stale(gpointer id, gpointer folder, gpointer unused)
{
	return !((Folder *)folder)->is_current;
}

static void load_folders(Register *reg, const git_tree *requests, gint64 now_usec)
{
	gsize count = requests == NULL ? 0 : MIN(git_tree_entrycount(requests), REQUESTS_MAX);
	GHashTableIter each;
	gpointer old;

	g_hash_table_iter_init(&each, reg->folders);
	while (g_hash_table_iter_next(&each, NULL, &old)) {
		((Folder *)old)->is_current = false;
	}
	for (gsize i = 0; i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(requests, i);
		Folder *folder = g_hash_table_lookup(reg->folders, git_tree_entry_name(entry));

		if (!request_id_is_valid(git_tree_entry_name(entry))) {
			continue;
		}
		if (folder == NULL || !git_oid_equal(&folder->tree, git_tree_entry_id(entry))) {
			folder = load_folder(reg, entry, now_usec);
			g_hash_table_replace(reg->folders, folder->standing->id, folder);
		}
		folder->is_current = true;
	}
	g_hash_table_foreach_remove(reg->folders, folder_is_stale, NULL);
	register_index(reg);
}

static bool open_repository(Register *reg)
{
	if (reg->repository == NULL) {
		git_repository_open_bare(&reg->repository, reg->path);
	}
	return reg->repository != NULL;
}

static bool load_commit(Register *reg, const git_oid *head, gint64 now_usec, GError **error)
{
	git_commit *commit = NULL;
	git_tree *root = NULL;
	git_tree *requests;

	if (git_commit_lookup(&commit, reg->repository, head) != 0 ||
	    git_commit_tree(&root, commit) != 0) {
		git_commit_free(commit);
		return git_failed(error, "its newest commit");
	}
	requests = read_subtree(reg, root, "requests");
	load_folders(reg, requests, now_usec);
	git_tree_free(requests);
	git_tree_free(root);
	git_commit_free(commit);
	git_oid_cpy(&reg->head, head);
	g_free(reg->commit);
	reg->commit = g_strdup(git_oid_tostr_s(head));
	return true;
}

RegisterLoad register_load(Register *reg, gint64 now_usec, GError **error)
{
	git_oid head;
	int found;

	if (!open_repository(reg)) {
		reg->looked_usec = now_usec;
		return REGISTER_NONE;
	}
	found = git_reference_name_to_id(&head, reg->repository, reg->ref);
	if (found == GIT_ENOTFOUND) {
		reg->looked_usec = now_usec;
		return REGISTER_NONE;
	}
	if (found != 0) {
		git_failed(error, reg->ref);
		return REGISTER_ERROR;
	}
	if (reg->commit != NULL && git_oid_equal(&head, &reg->head)) {
		reg->looked_usec = now_usec;
		return REGISTER_SAME;
	}
	if (!load_commit(reg, &head, now_usec, error)) {
		return REGISTER_ERROR;
	}
	reg->looked_usec = now_usec;
	return REGISTER_LOADED;
}
