/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hooks of the register: a comfort for whoever pushes, not a wall. The judge reads everything
 * again, and trusts nothing.
 */
#include "cli/ctl.h"
#include "cli/hook.h"
#include "cli/tree-changes.h"

#include "base/escape.h"
#include "register/charter.h"
#include "register/closing.h"
#include "register/register.h"
#include "register/sshsig.h"

#include <string.h>

#define NUDGE_MS 2000
#define CONTENT_MAX_BYTES (16 * 1024 * 1024)

/* A file below requests/, taken apart: ID, then what is in its folder. */
typedef struct {
	const TreeChange *change;
	char *id, *rest;
	GBytes *bytes;
} RegisterFile;

static void register_file_clear(RegisterFile *file)
{
	g_free(file->id);
	g_free(file->rest);
	g_clear_pointer(&file->bytes, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RegisterFile, register_file_clear)

static bool refuse(const RegisterFile *file, const char *why, GError **error)
{
	g_autofree char *shown = escape_path(file->change->path);

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s %s", shown, why);
	return false;
}

static bool check_request(const RegisterFile *file, GError **error)
{
	g_autofree char *shown = escape_path(file->change->path);
	g_autoptr(Request) request =
		request_parse(shown, file->id, g_bytes_get_data(file->bytes, NULL),
			      g_bytes_get_size(file->bytes), error);

	return request != NULL;
}

static bool check_signature(const RegisterFile *file, GError **error)
{
	g_auto(SshSig) sig = {NULL};

	if (!sshsig_parse(g_bytes_get_data(file->bytes, NULL), g_bytes_get_size(file->bytes), &sig,
			  error)) {
		g_prefix_error(error, "%s: ", file->change->path);
		return false;
	}
	return true;
}

static bool check_statement(const RegisterFile *file, GError **error)
{
	const char *approver = strchr(file->rest, '/') + 1;
	g_auto(Statement) said = {NULL};

	if (!statement_parse(file->change->path, g_bytes_get_data(file->bytes, NULL),
			     g_bytes_get_size(file->bytes), &said, error)) {
		return false;
	}
	if (!g_str_equal(said.request, file->id)) {
		return refuse(file, "is a statement about another request", error);
	}
	return g_str_equal(said.approver, approver) ||
	       refuse(file, "is a statement in somebody else's name", error);
}

static bool check_closing(const RegisterFile *file, GError **error)
{
	g_auto(Closing) said = {NULL};

	if (!closing_parse(file->change->path, g_bytes_get_data(file->bytes, NULL),
			   g_bytes_get_size(file->bytes), &said, error)) {
		return false;
	}
	return g_str_equal(said.request, file->id) || refuse(file, "closes another request", error);
}

static bool check_content(const RegisterFile *file, GError **error)
{
	return g_str_equal(strchr(file->rest, '/') + 1, file->change->new_blob) ||
	       refuse(file, "does not have the name of its blob", error);
}

/* By place in the request's folder: what may lie there, and how large it may be. */
static bool check_kind(RegisterFile *file, const Git *git, GError **error)
{
	bool is_request = g_str_equal(file->rest, "request.yaml");
	bool is_approval = g_str_has_prefix(file->rest, "approvals/") ||
			   g_str_has_prefix(file->rest, "reviews/");
	bool is_content = g_str_has_prefix(file->rest, "content/");
	bool is_closing = g_str_equal(file->rest, CLOSING_FILE);

	if (!is_request && !is_approval && !is_content && !is_closing) {
		return refuse(file,
			      "has no place there: a request's folder holds request.yaml, "
			      "approvals/, reviews/, content/ and closed",
			      error);
	}
	file->bytes =
		stock_git_read_blob(git, file->change->new_blob,
				    is_content ? CONTENT_MAX_BYTES : REQUEST_MAX_BYTES, error);
	if (file->bytes == NULL) {
		g_prefix_error(error, "%s: ", file->change->path);
		return false;
	}
	if (is_request) {
		return check_request(file, error);
	}
	if (is_content) {
		return check_content(file, error);
	}
	if (is_closing) {
		return check_closing(file, error);
	}
	return g_str_has_suffix(file->rest, ".sig") ? check_signature(file, error)
						    : check_statement(file, error);
}

/* Whether it could come into force at all; whether it may is the judge's question. */
static bool check_policy(const TreeChange *change, const char *name, const Git *git, GError **error)
{
	g_autofree char *path = g_strconcat(POLICY_PATH, name, NULL);
	g_auto(Charter) charter = {NULL};
	g_autoptr(GBytes) bytes = NULL;
	PolicyFile file;

	if (change->status == 'D' || !policy_path_parse(path, &file)) {
		return true;
	}
	bytes = stock_git_read_blob(git, change->new_blob, CHARTER_MAX_BYTES, error);
	return bytes != NULL && charter_set(&charter, file, bytes, error);
}

static bool check_file(const TreeChange *change, const Git *git, GError **error)
{
	g_auto(RegisterFile) file = {.change = change};
	g_auto(GStrv) words = g_strsplit(change->path, "/", 3);

	if (g_str_equal(words[0], "policy") && words[1] != NULL) {
		return check_policy(change, words[1], git, error);
	}
	if (!g_str_equal(words[0], "requests")) {
		return true;
	}
	file.id = g_strdup(words[1] == NULL ? "" : words[1]);
	file.rest = g_strdup(words[1] == NULL || words[2] == NULL ? "" : words[2]);
	if (change->status == 'D') {
		return refuse(&file, "cannot be taken back: reject the request instead", error);
	}
	if (change->new_mode == TREE_MODE_LINK) {
		return refuse(&file, "is a link; links are not followed", error);
	}
	if (change->new_mode == TREE_MODE_SUBMODULE) {
		return refuse(&file, "is a submodule", error);
	}
	if (!request_id_is_valid(file.id)) {
		return refuse(&file, "lies in a folder whose name is no id", error);
	}
	return check_kind(&file, git, error);
}

bool hook_register_pre_receive(const Context *context, const Git *git, const Pushed *pushed,
			       GError **error)
{
	g_autofree char *ref = g_strconcat("refs/heads/", context->config->register_branch, NULL);
	g_autoptr(GArray) changes = NULL;

	if (!g_str_equal(pushed->ref, ref)) {
		return true; /* requests count only on the branch */
	}
	changes = tree_changes(git, pushed->old_id, pushed->new_id, error);
	for (guint i = 0; changes != NULL && i < changes->len; i++) {
		if (!check_file(&g_array_index(changes, TreeChange, i), git, error)) {
			return false;
		}
	}
	return changes != NULL;
}

bool hook_register_post_receive(const Context *context, const Git *git, const Pushed *pushed,
				GError **error)
{
	json_t *answer = ctl_call(context, json_pack("{s:s}", "op", "nudge"), NUDGE_MS, NULL);

	json_decref(answer);
	return true;
}
