/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loading one request's folder from git: request.yaml, the approvals, the closing. What is new in
 * it is remembered, and is news for the journal.
 */
#include "register/closing.h"
#include "register/register-load.h"
#include "register/sshsig.h"

#include "base/escape.h"

#include <string.h>

#define APPROVALS_MAX 64
/* request.yaml, approvals, and what somebody may want beside them. */
#define FOLDER_MAX 64
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
	memcpy(standing->sha256, subject->sha256, DIGEST_BYTES);
	subject->law = register_law(load->reg);
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

/* `name`: approvals or reviews. */
static void load_decisions(Load *load, const git_tree *tree, const char *name,
			   const ApprovalSubject *subject, char **ret_obstacle)
{
	const git_tree_entry *folder = git_tree_entry_byname(tree, name);
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

/* The end of a request needs no key, and is remembered like everything else. */
static Approval *read_closing(const Load *load, const ApprovalSubject *subject, GBytes *bytes)
{
	Approval *closing = g_new0(Approval, 1);
	g_auto(Closing) said = {NULL};
	g_autoptr(GError) error = NULL;
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);

	closing->request = g_strdup(subject->request->id);
	closing->decision = DECISION_CLOSE;
	closing->seen_usec = load->now_usec;
	digest_sha256_hex(data, size, closing->digest);
	if (!closing_parse(CLOSING_FILE, data, size, &said, &error)) {
		closing->problem = g_strdup(error->message);
	} else if (!g_str_equal(said.request, subject->request->id)) {
		closing->problem =
			g_strdup_printf("it is about %s, not about this request", said.request);
	}
	closing->counts = closing->problem == NULL;
	closing->approver = closing->counts ? g_strdup(said.by) : g_strdup(CLOSING_FILE);
	closing->note = closing->counts ? g_strdup(said.note) : NULL;
	closing->date_usec = said.date_usec;
	return closing;
}

static void load_closing(Load *load, const git_tree *tree, const ApprovalSubject *subject,
			 char **ret_obstacle)
{
	const git_tree_entry *entry = git_tree_entry_byname(tree, CLOSING_FILE);
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(Approval) closing = NULL;

	bytes = entry == NULL ? NULL : load_file(load, entry, CLOSING_MAX_BYTES, ret_obstacle);
	if (bytes == NULL) {
		return;
	}
	closing = read_closing(load, subject, bytes);
	if (register_seen(load->reg, closing->request, closing->approver, closing->digest) ==
	    NULL) {
		remember(load, g_steal_pointer(&closing));
	}
}

/* Folders */

static void judge_request(Load *load, const git_tree *tree, Standing *standing,
			  const ApprovalSubject *subject)
{
	g_autofree char *obstacle = NULL;

	if (load->reg->signers != NULL) {
		load_decisions(load, tree, "approvals", subject, &obstacle);
	}
	if (load->reg->signers != NULL && obstacle == NULL) {
		load_decisions(load, tree, "reviews", subject, &obstacle);
	}
	if (obstacle == NULL) {
		load_closing(load, tree, subject, &obstacle);
	}
	standing_collect(standing, load->reg);
	standing_judge(standing, load->reg);
	if (load->reg->signers == NULL && standing->approvals->len == 0) {
		standing_block(standing, g_strdup("no key is trusted on this host, so no approval "
						  "was looked at"));
	}
	if (obstacle != NULL) {
		standing->is_blocked = true;
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

/* Nobody knows what is in what git cannot give: a veto, for instance. */
static void mark_damaged(Load *load, Folder *folder)
{
	Standing *standing = folder->standing;

	memset(&folder->tree, 0, sizeof(folder->tree));
	standing->is_damaged = true;
	g_free(standing->problem);
	standing->problem = g_strdup_printf("%s: %s", standing->id, load->broken->message);
	if (standing->request != NULL) {
		standing_block(standing, g_strdup(load->broken->message));
	}
	g_clear_error(&load->broken);
}

Folder *load_folder(Load *load, const git_tree_entry *entry)
{
	Folder *folder = g_new0(Folder, 1);
	ApprovalSubject subject = {0};
	g_autofree char *problem = NULL;
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
	if (load->broken != NULL) {
		mark_damaged(load, folder);
	}
	return folder;
}
