/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request in the making: see proposal.h. */
#include "cli/proposal.h"

#include "cli/stock-git.h"
#include "cli/register-view.h"
#include "cli/submission.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/path.h"
#include "snapshot/secret.h"

#include <string.h>

#define NEW_FILE_MODE 0644
#define NEW_FOLDER_MODE 0755

bool proposal_open(const Context *context, Proposal *ret, GError **error)
{
	g_auto(Proposal) made = {
		.request = request_new(),
		.contents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)g_bytes_unref),
		.remarks = g_ptr_array_new_with_free_func(g_free),
		.secrets = (const char *const *)context->config->secrets,
		.mode = -1,
	};
	g_autoptr(GError) problem = NULL;

	made.store = store_open(context->config->state_dir, &problem);
	if (made.store == NULL) {
		g_ptr_array_add(made.remarks,
				g_strdup_printf("what is there now is not known (%s): it is not "
						"pinned",
						problem->message));
	} else {
		made.head = store_head(made.store, error);
		if (made.head == NULL) {
			return false;
		}
	}
	*ret = made;
	made = (Proposal){NULL};
	return true;
}

void proposal_close(Proposal *proposal)
{
	g_clear_pointer(&proposal->request, request_free);
	g_clear_pointer(&proposal->contents, g_hash_table_unref);
	g_clear_pointer(&proposal->remarks, g_ptr_array_unref);
	g_clear_pointer(&proposal->store, store_close);
	g_clear_pointer(&proposal->head, g_free);
}

static bool refuse(const char *path, const char *why, GError **error)
{
	g_autofree char *shown = escape_path(path);

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED, "%s: %s", shown, why);
	return false;
}

/* request.yaml is text, and `*` and `?` in its paths are patterns. */
static bool path_can_be_named(const char *path, GError **error)
{
	if (!g_utf8_validate(path, -1, NULL)) {
		return refuse(
			path,
			"its name is not UTF-8, so a request cannot name it; a pattern of its "
			"folder can (--content-any)",
			error);
	}
	return strpbrk(path, "*?") == NULL ||
	       refuse(path,
		      "its name has * or ?, which a request takes for a pattern; name it with "
		      "--content-any",
		      error);
}

static bool content_may_be_told(const Proposal *proposal, const char *path, const FileState *now,
				GBytes *content, GError **error)
{
	bool is_secret =
		now->content == CONTENT_SECRET || now->content == CONTENT_REDACTED ||
		secret_kind_of_path(proposal->secrets, path) != SECRET_NO ||
		(content != NULL && secrets_content_is_secret(g_bytes_get_data(content, NULL),
							      g_bytes_get_size(content)));

	return !is_secret ||
	       refuse(path,
		      "this is a secret, and its content has no place in a register; ask for the "
		      "change with --content-any instead",
		      error);
}

/* Pins of now */

static bool state_now(Proposal *proposal, const char *path, FileState *ret, GError **error)
{
	*ret = (FileState){.type = FILE_ABSENT};
	return proposal->store == NULL ||
	       store_state(proposal->store, proposal->head, path, ret, error);
}

static char *name_or_number(const char *name, guint32 number)
{
	return name != NULL ? g_strdup(name) : g_strdup_printf("%u", number);
}

static void pin_content(Pin *pin, const FileState *state)
{
	pin->is_given = true;
	pin->is_absent = state->type == FILE_ABSENT;
	if (state->content == CONTENT_STORED) {
		pin->has_blob = true;
		memcpy(pin->blob, state->blob, BLOB_BYTES);
	} else if (state->content == CONTENT_DIGEST) {
		pin->has_sha256 = true;
		memcpy(pin->sha256, state->sha256, DIGEST_BYTES);
	} else if (state->type == FILE_SYMLINK && g_utf8_validate(state->link, -1, NULL)) {
		pin->target = g_strdup(state->link);
	} else if (!pin->is_absent) {
		pin->is_given = false; /* a folder, a secret: nothing that could be told */
	}
}

/* All of it: the old bytes with another mode are another state. */
static void pin_now(Pin *pin, const FileState *state)
{
	pin_content(pin, state);
	if (pin->is_given && !pin->is_absent) {
		pin->has_mode = state->type != FILE_SYMLINK;
		pin->mode = state->mode;
		pin->owner = name_or_number(state->owner, state->uid);
		pin->group = name_or_number(state->group, state->gid);
	}
}

/* What was asked for, else as it is now, else as a new file usually is. */
static void pin_properties(const Proposal *proposal, Pin *pin, const FileState *now, int mode)
{
	bool is_there = now->type != FILE_ABSENT;

	pin->is_given = true;
	if (proposal->mode >= 0 || is_there || mode >= 0) {
		pin->has_mode = true;
		pin->mode = proposal->mode >= 0 ? (guint32)proposal->mode
			    : is_there          ? now->mode
						: (guint32)mode;
	}
	pin->owner = proposal->owner != NULL ? g_strdup(proposal->owner)
		     : is_there              ? name_or_number(now->owner, now->uid)
					     : NULL;
	pin->group = proposal->group != NULL ? g_strdup(proposal->group)
		     : is_there              ? name_or_number(now->group, now->gid)
					     : NULL;
}

/* Folders that must be made first are changes as well. */
static bool add_missing_folders(Proposal *proposal, const char *path, GError **error)
{
	g_autofree char *parent = path_parent(path);
	g_auto(FileState) now = {0};
	RequestChange *change;

	if (proposal->store == NULL || g_str_equal(parent, "/")) {
		return true;
	}
	for (guint i = 0; i < proposal->request->changes->len; i++) {
		change = g_ptr_array_index(proposal->request->changes, i);
		if (g_str_equal(change->path, parent)) {
			return true;
		}
	}
	if (!state_now(proposal, parent, &now, error)) {
		return false;
	}
	if (now.type != FILE_ABSENT) {
		return true;
	}
	if (!add_missing_folders(proposal, parent, error)) {
		return false;
	}
	change = request_add_change(proposal->request, parent);
	change->has_op = true;
	change->op = OP_CREATED;
	change->content_any = true;
	change->to = (Pin){.is_given = true, .has_mode = true, .mode = NEW_FOLDER_MODE};
	return true;
}

static RequestChange *begin(Proposal *proposal, const char *path, GBytes *content, FileState *now,
			    GError **error)
{
	RequestChange *change;

	if (!path_can_be_named(path, error) || !state_now(proposal, path, now, error) ||
	    !content_may_be_told(proposal, path, now, content, error)) {
		return NULL;
	}
	change = request_add_change(proposal->request, path);
	if (proposal->store != NULL) {
		pin_now(&change->from, now);
	}
	return change;
}

/* Proposing */

bool proposal_put(Proposal *proposal, const char *path, GBytes *content, int mode, GError **error)
{
	g_auto(FileState) now = {0};
	RequestChange *change;
	char *blob;

	if (!add_missing_folders(proposal, path, error)) {
		return false;
	}
	change = begin(proposal, path, content, &now, error);
	if (change == NULL) {
		return false;
	}
	blob = stock_git_blob_id(content);
	change->to.has_blob = hex_decode(blob, change->to.blob, BLOB_BYTES);
	change->to.has_sha256 = true;
	digest_sha256(g_bytes_get_data(content, NULL), g_bytes_get_size(content),
		      change->to.sha256);
	pin_properties(proposal, &change->to, &now, mode >= 0 ? mode : NEW_FILE_MODE);
	g_hash_table_insert(proposal->contents, blob, g_bytes_ref(content));
	return true;
}

bool proposal_digest(Proposal *proposal, const char *path, const guint8 *sha256, GError **error)
{
	g_auto(FileState) now = {0};
	RequestChange *change;

	if (!add_missing_folders(proposal, path, error)) {
		return false;
	}
	change = begin(proposal, path, NULL, &now, error);
	if (change == NULL) {
		return false;
	}
	change->to.has_sha256 = true;
	memcpy(change->to.sha256, sha256, DIGEST_BYTES);
	pin_properties(proposal, &change->to, &now, NEW_FILE_MODE);
	return true;
}

bool proposal_link(Proposal *proposal, const char *path, const char *target, GError **error)
{
	g_auto(FileState) now = {0};
	RequestChange *change;

	if (!g_utf8_validate(target, -1, NULL)) {
		return refuse(path, "where it points is not UTF-8: a request cannot say it", error);
	}
	if (!add_missing_folders(proposal, path, error)) {
		return false;
	}
	change = begin(proposal, path, NULL, &now, error);
	if (change == NULL) {
		return false;
	}
	change->to.is_given = true;
	change->to.target = g_strdup(target);
	return true;
}

bool proposal_remove(Proposal *proposal, const char *path, GError **error)
{
	g_auto(FileState) now = {0};
	RequestChange *change;

	if (!path_can_be_named(path, error) || !state_now(proposal, path, &now, error)) {
		return false;
	}
	if (proposal->store != NULL && now.type == FILE_ABSENT) {
		return refuse(path, "there is nothing to delete, as far as is recorded", error);
	}
	change = request_add_change(proposal->request, path);
	if (proposal->store != NULL) {
		pin_now(&change->from, &now);
	}
	change->to = (Pin){.is_given = true, .is_absent = true};
	return true;
}

bool proposal_attributes(Proposal *proposal, const char *path, GError **error)
{
	g_auto(FileState) now = {0};
	RequestChange *change;

	if (!path_can_be_named(path, error) || !state_now(proposal, path, &now, error)) {
		return false;
	}
	if (proposal->store != NULL && now.type == FILE_ABSENT) {
		return refuse(path, "it is not recorded: say what its content shall be", error);
	}
	change = request_add_change(proposal->request, path);
	change->has_op = true;
	change->op = OP_ATTRIBUTES_MODIFIED;
	if (proposal->store != NULL) {
		pin_now(&change->from, &now);
	}
	pin_properties(proposal, &change->to, &now, -1);
	return true;
}

bool proposal_leave_open(Proposal *proposal, const char *pattern, GError **error)
{
	RequestChange *change;

	if (!g_utf8_validate(pattern, -1, NULL)) {
		return refuse(pattern, "a pattern must be UTF-8; `?` stands for any character",
			      error);
	}
	change = request_add_change(proposal->request, pattern);
	change->content_any = true;
	if (proposal->mode >= 0 || proposal->owner != NULL || proposal->group != NULL) {
		change->to = (Pin){
			.is_given = true,
			.has_mode = proposal->mode >= 0,
			.mode = proposal->mode >= 0 ? (guint32)proposal->mode : 0,
			.owner = g_strdup(proposal->owner),
			.group = g_strdup(proposal->group),
		};
	}
	return true;
}

/* What cannot be pinned, for it may not be told or there is nothing to tell, is left open. */
static bool pin_after(Proposal *proposal, RequestChange *change, const FileState *after,
		      GError **error)
{
	g_autoptr(GBytes) content = NULL;
	g_autoptr(GError) secret = NULL;

	pin_now(&change->to, after);
	if (after->content == CONTENT_STORED) {
		content = store_content(proposal->store, after, PROPOSAL_CONTENT_MAX_BYTES, error);
		if (content == NULL) {
			return false;
		}
	}
	if (!content_may_be_told(proposal, change->path, after, content, &secret)) {
		g_ptr_array_add(
			proposal->remarks,
			g_strdup_printf("%s is a secret: its content is left open", change->path));
		change->to.has_blob = change->to.has_sha256 = false;
		change->from = (Pin){.is_given = false};
	} else if (content != NULL) {
		char *blob = stock_git_blob_id(content);

		change->to.has_sha256 = true;
		memcpy(change->to.sha256, after->sha256, DIGEST_BYTES);
		g_hash_table_insert(proposal->contents, blob, g_steal_pointer(&content));
	}
	change->content_any = !change->to.is_absent && !change->to.has_blob &&
			      !change->to.has_sha256 && change->to.target == NULL;
	if (change->content_any && after->type != FILE_ABSENT && !change->to.is_given) {
		change->to = (Pin){
			.is_given = true,
			.has_mode = true,
			.mode = after->mode,
			.owner = name_or_number(after->owner, after->uid),
			.group = name_or_number(after->group, after->gid),
		};
	}
	return true;
}

bool proposal_happened(Proposal *proposal, const char *path, const char *before, const char *after,
		       GError **error)
{
	g_auto(FileState) was = {.type = FILE_ABSENT}, is = {.type = FILE_ABSENT};
	RequestChange *change;

	if (proposal->store == NULL) {
		return refuse(path, "what happened to it cannot be read", error);
	}
	if (!path_can_be_named(path, error) ||
	    (before != NULL && !store_state(proposal->store, before, path, &was, error)) ||
	    !store_state(proposal->store, after, path, &is, error)) {
		return false;
	}
	change = request_add_change(proposal->request, path);
	pin_now(&change->from, &was);
	return pin_after(proposal, change, &is, error);
}

GBytes *proposal_present(Proposal *proposal, const char *path, GError **error)
{
	g_auto(FileState) now = {0};

	if (proposal->store == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "nothing has been recorded yet that a diff could be applied to");
		return NULL;
	}
	if (!state_now(proposal, path, &now, error) ||
	    !content_may_be_told(proposal, path, &now, NULL, error)) {
		return NULL;
	}
	if (now.type == FILE_ABSENT) {
		return g_bytes_new_static("", 0);
	}
	if (now.content != CONTENT_STORED) {
		refuse(path, "its content is not recorded, so a diff cannot be applied to it",
		       error);
		return NULL;
	}
	return store_content(proposal->store, &now, PROPOSAL_CONTENT_MAX_BYTES, error);
}

static gboolean is_unpinned(gpointer blob, gpointer content, gpointer data)
{
	const Request *request = data;
	guint8 id[BLOB_BYTES];

	g_assert(hex_decode(blob, id, BLOB_BYTES));
	for (guint i = 0; i < request->changes->len; i++) {
		const RequestChange *change = g_ptr_array_index(request->changes, i);

		if (change->to.has_blob && memcmp(change->to.blob, id, BLOB_BYTES) == 0) {
			return FALSE;
		}
	}
	return TRUE;
}

void proposal_forget_unpinned(Proposal *proposal)
{
	g_hash_table_foreach_remove(proposal->contents, is_unpinned, proposal->request);
}

/* Into the register */

GBytes *proposal_write(Proposal *proposal, GError **error)
{
	g_autoptr(Request) checked = NULL;
	char *text;

	if (proposal->request->id == NULL) {
		proposal->request->id = request_id_make(clock_wall_usec());
	}
	text = request_format(proposal->request);
	checked = request_parse("request.yaml", proposal->request->id, text, strlen(text), error);
	if (checked == NULL) {
		g_free(text);
		return NULL;
	}
	return g_bytes_new_take(text, strlen(text));
}

bool proposal_submit(Proposal *proposal, const Context *context, GBytes *yaml, GError **error)
{
	const Request *request = proposal->request;
	g_autofree char *message = g_strdup_printf("%s: request: %s", request->id, request->title);
	g_autoptr(Submission) submission = submission_new(request->requester, message);
	g_autofree char *file = g_strdup_printf("requests/%s/request.yaml", request->id);
	GHashTableIter each;
	gpointer blob, bytes;

	submission_add(submission, file, yaml);
	g_hash_table_iter_init(&each, proposal->contents);
	while (g_hash_table_iter_next(&each, &blob, &bytes)) {
		g_autofree char *beside =
			g_strdup_printf("requests/%s/content/%s", request->id, (char *)blob);

		submission_add(submission, beside, bytes);
	}
	return submission_push(submission, context, error);
}
