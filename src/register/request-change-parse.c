/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the changes of a request (design 5.2); their pins are request-pin-parse.c's.
 */
#include "register/policy-path.h"
#include "register/request-reading.h"

#include "base/glob.h"

#include <string.h>

/* Changes */

static bool read_path(Reading *r, const YamlNode *node, GError **error)
{
	g_autofree char *path = NULL;
	PolicyFile unused;

	if (!reading_text(r, node, READING_TEXT_MAX_BYTES, &path, error)) {
		return false;
	}
	if (!glob_is_valid(path) && !policy_path_parse(path, &unused)) {
		return yaml_complain(r->document, node,
				     "write it absolute, without `.`, `..`, `//` or `***`", error,
				     "this path or pattern is not canonical");
	}
	r->change->is_glob = strpbrk(path, "*?") != NULL;
	r->change->path = g_steal_pointer(&path);
	return true;
}

static bool read_op(Reading *r, const YamlNode *node, GError **error)
{
	g_autofree char *word = NULL;

	if (!yaml_string(r->document, node, &word, error)) {
		return false;
	}
	r->change->has_op = true;
	return change_op_from_word(word, &r->change->op) ||
	       yaml_complain(r->document, node,
			     "one of created, updated, deleted, moved, attributes_modified", error,
			     "unknown operation");
}

static bool read_from(Reading *r, const YamlNode *node, GError **error)
{
	return reading_pin(r, node, &r->change->from, error);
}

static bool read_to(Reading *r, const YamlNode *node, GError **error)
{
	return reading_pin(r, node, &r->change->to, error);
}

static bool read_content(Reading *r, const YamlNode *node, GError **error)
{
	g_autofree char *word = NULL;

	if (!yaml_string(r->document, node, &word, error)) {
		return false;
	}
	r->change->content_any = true;
	return g_str_equal(word, "any") ||
	       yaml_complain(r->document, node, "pin content with `to: {blob: ...}`", error,
			     "`content` can only be `any`");
}

static const KeyReader change_keys[] = {
	{"path", read_path}, {"op", read_op},           {"from", read_from},
	{"to", read_to},     {"content", read_content}, {NULL, NULL},
};

/* A request must say what it allows: content (or absence), or in so many words any. */
static bool change_is_whole(Reading *r, const YamlNode *node, GError **error)
{
	const RequestChange *change = r->change;
	bool attributes = change->has_op && change->op == OP_ATTRIBUTES_MODIFIED;
	bool deletion = change->has_op && change->op == OP_DELETED;

	if (change->path == NULL) {
		return yaml_complain(r->document, node, "add `path:`", error,
				     "a change names no path");
	}
	if (change->content_any && pin_has_content(&change->to)) {
		return yaml_complain(r->document, node, "keep one of them", error,
				     "content is pinned and `any` at once");
	}
	if (!change->content_any && !attributes && !deletion && !pin_has_content(&change->to)) {
		return yaml_complain(
			r->document, node,
			"add `to: {blob: ...}`, `to: {absent: true}` or `content: any`", error,
			"it does not say what the content shall be");
	}
	if (change->is_glob && (change->to.has_blob || change->to.has_sha256)) {
		return yaml_complain(r->document, node, "name each file", error,
				     "a pattern cannot pin one content for many files");
	}
	return true;
}

/* The register's own policy is replaced whole, once, and nothing else. */
static bool policy_is_whole(Reading *r, const YamlNode *node, GError **error)
{
	const RequestChange *change = r->change;

	if (!g_str_has_prefix(change->path, POLICY_PATH)) {
		return true;
	}
	return (change->from.is_given && (change->from.has_blob || change->from.is_absent) &&
		(change->to.has_blob || change->to.is_absent)) ||
	       yaml_complain(r->document, node,
			     "add `from: {blob: ...}` (or `absent: true`) and `to: {blob: ...}`",
			     error, "a change of the policy says what it replaces, and by what");
}

static bool read_change(Reading *r, const YamlNode *node, GError **error)
{
	r->change = g_new0(RequestChange, 1);
	r->change->line = node->line;
	g_ptr_array_add(r->request->changes, r->change);
	return reading_mapping(r, node, change_keys, error) && change_is_whole(r, node, error) &&
	       policy_is_whole(r, node, error);
}

bool reading_changes(Reading *r, const YamlNode *node, GError **error)
{
	if (node->kind != YAML_SEQUENCE) {
		return yaml_complain(r->document, node, "write `- path: /etc/...` lines", error,
				     "expected a list of changes");
	}
	if (node->items->len > REQUEST_MAX_CHANGES) {
		return yaml_complain(r->document, node, "split the request", error,
				     "more than %d changes", REQUEST_MAX_CHANGES);
	}
	for (guint i = 0; i < node->items->len; i++) {
		if (!read_change(r, g_ptr_array_index(node->items, i), error)) {
			return false;
		}
	}
	return true;
}
