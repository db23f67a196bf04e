/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading request.yaml (design 5.2): strict, every complaint with line, column, caret and advice.
 * Nothing here looks at the register or the machine.
 */
#include "register/request-reading.h"

#include "base/clock.h"

#include <string.h>

static bool read_id(Reading *r, const YamlNode *node, GError **error)
{
	if (!reading_text(r, node, READING_TITLE_MAX_BYTES, &r->request->id, error)) {
		return false;
	}
	if (!request_id_is_valid(r->request->id)) {
		return yaml_complain(r->document, node, "like CHG-20261122-k7qa", error,
				     "this is no id");
	}
	return r->folder == NULL || g_str_equal(r->request->id, r->folder) ||
	       yaml_complain(r->document, node, "id and folder must be the same", error,
			     "the id differs from its folder %s", r->folder);
}

static bool read_type(Reading *r, const YamlNode *node, GError **error)
{
	g_autofree char *word = NULL;

	if (!yaml_string(r->document, node, &word, error)) {
		return false;
	}
	for (RequestType type = REQUEST_STANDARD; type <= REQUEST_EMERGENCY; type++) {
		if (g_str_equal(word, request_type_word(type))) {
			r->request->type = type;
			return true;
		}
	}
	return yaml_complain(r->document, node, "one of standard, normal, emergency", error,
			     "unknown type");
}

static bool read_title(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TITLE_MAX_BYTES, &r->request->title, error);
}

static bool read_requester(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TITLE_MAX_BYTES, &r->request->requester, error);
}

static bool read_implementers(Reading *r, const YamlNode *node, GError **error)
{
	return reading_list(r, node, &r->request->implementers, error);
}

static bool read_hosts(Reading *r, const YamlNode *node, GError **error)
{
	return reading_list(r, node, &r->request->hosts, error);
}

static bool read_moment(Reading *r, const YamlNode *node, gint64 *ret, GError **error)
{
	g_autofree char *text = NULL;

	if (!yaml_string(r->document, node, &text, error)) {
		return false;
	}
	return clock_parse(text, ret) ||
	       yaml_complain(r->document, node, "like 2026-11-22T20:00:00Z", error,
			     "this is no time");
}

static bool read_start(Reading *r, const YamlNode *node, GError **error)
{
	return read_moment(r, node, &r->request->start_usec, error);
}

static bool read_end(Reading *r, const YamlNode *node, GError **error)
{
	return read_moment(r, node, &r->request->end_usec, error);
}

static const KeyReader window_keys[] = {
	{"start", read_start},
	{"end", read_end},
	{NULL, NULL},
};

static bool read_window(Reading *r, const YamlNode *node, GError **error)
{
	if (!reading_mapping(r, node, window_keys, error)) {
		return false;
	}
	if (r->request->start_usec != 0 && r->request->end_usec != 0 &&
	    r->request->start_usec >= r->request->end_usec) {
		return yaml_complain(r->document, node, "swap them", error,
				     "the window ends before it starts");
	}
	return true;
}

static bool read_risk(Reading *r, const YamlNode *node, GError **error)
{
	if (!reading_text(r, node, READING_TITLE_MAX_BYTES, &r->request->risk, error)) {
		return false;
	}
	return g_strv_contains(request_risks, r->request->risk) ||
	       yaml_complain(r->document, node, "one of low, medium, high", error, "unknown risk");
}

static bool read_backout(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TEXT_MAX_BYTES, &r->request->backout, error);
}

static bool read_description(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TEXT_MAX_BYTES, &r->request->description, error);
}

static bool read_author(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TITLE_MAX_BYTES, &r->request->author, error);
}

static bool read_system(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TITLE_MAX_BYTES, &r->request->external_system, error);
}

static bool read_external_key(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TITLE_MAX_BYTES, &r->request->external_key, error);
}

static bool read_url(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, 2048, &r->request->external_url, error);
}

static const KeyReader external_keys[] = {
	{"system", read_system},
	{"key", read_external_key},
	{"url", read_url},
	{NULL, NULL},
};

static bool read_external(Reading *r, const YamlNode *node, GError **error)
{
	return reading_mapping(r, node, external_keys, error);
}

static const KeyReader request_keys[] = {
	{"id", read_id},
	{"type", read_type},
	{"title", read_title},
	{"requester", read_requester},
	{"implementers", read_implementers},
	{"hosts", read_hosts},
	{"window", read_window},
	{"risk", read_risk},
	{"changes", reading_changes},
	{"backout", read_backout},
	{"description", read_description},
	{"external", read_external},
	{"author", read_author},
	{"conditions", reading_conditions},
	{NULL, NULL},
};

static bool request_is_whole(Reading *r, const YamlNode *root, GError **error)
{
	static const char *const required[] = {"id", "title", "requester", "changes"};

	for (gsize i = 0; i < G_N_ELEMENTS(required); i++) {
		if (yaml_get(root, required[i]) == NULL) {
			return yaml_complain(r->document, root, "add it", error, "`%s` is missing",
					     required[i]);
		}
	}
	return true;
}

/* What one type of request needs, and the others do not. */
static bool type_is_whole(Reading *r, const YamlNode *root, GError **error)
{
	const Request *request = r->request;
	const YamlNode *conditions = yaml_get(root, "conditions");

	if (request->type == REQUEST_STANDARD && request->end_usec == 0) {
		return yaml_complain(r->document, root, "add `window: {end: ...}`", error,
				     "a standing request needs a date on which it ends");
	}
	if (request->type != REQUEST_STANDARD && conditions != NULL) {
		return yaml_complain(r->document, conditions, "make it `type: standard`", error,
				     "only standing requests have conditions");
	}
	return true;
}

/*
 * Whatever the content will be, for ever, is no request. A window ends it (an emergency ends by
 * itself); what is made new happens once, as a folder does on the way to a file.
 */
static bool open_content_ends(Reading *r, const YamlNode *root, GError **error)
{
	const Request *request = r->request;
	const YamlNode *changes = yaml_get(root, "changes");

	for (guint i = 0; i < request->changes->len; i++) {
		const RequestChange *change = g_ptr_array_index(request->changes, i);
		bool is_once = change->has_op && change->op == OP_CREATED && !change->is_glob;

		if (request->type == REQUEST_NORMAL && request->end_usec == 0 &&
		    change->content_any && !is_once) {
			return yaml_complain(
				r->document, g_ptr_array_index(changes->items, i),
				"add `window: {end: ...}`, or pin what it shall be", error,
				"`content: any` ends with the window, and there is no window that "
				"ends");
		}
	}
	return true;
}

Request *request_parse(const char *name, const char *folder, const void *data, gsize size,
		       GError **error)
{
	g_autoptr(YamlDocument) document = NULL;
	g_autoptr(Request) request = request_new();
	Reading r = {.folder = folder, .request = request};

	if (size > REQUEST_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT, "%s: larger than %d bytes", name,
			    REQUEST_MAX_BYTES);
		return NULL;
	}
	document = yaml_parse(name, data, size, error);
	if (document == NULL) {
		return NULL;
	}
	r.document = document;
	if (!reading_mapping(&r, yaml_root(document), request_keys, error) ||
	    !request_is_whole(&r, yaml_root(document), error) ||
	    !type_is_whole(&r, yaml_root(document), error) ||
	    !open_content_ends(&r, yaml_root(document), error)) {
		return NULL;
	}
	return g_steal_pointer(&request);
}
