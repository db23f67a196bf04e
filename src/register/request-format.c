/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing request.yaml: what request_parse reads, with every foreign text in double quotes, so that
 * no value can become something else. Read back, it is the same request.
 */
#include "register/request.h"

#include "base/clock.h"

#include <string.h>

/* Words that no YAML reader takes for anything but text may stand as they are. */
static bool is_plain(const char *text)
{
	static const char *const taken[] = {"true", "false", "yes", "no",   "on",  "off",
					    "null", "y",     "n",   "none", "inf", "nan"};
	bool has_letter = false;

	if (!g_ascii_isalpha(*text) && *text != '/') {
		return false;
	}
	for (const char *p = text; *p != '\0'; p++) {
		has_letter = has_letter || g_ascii_isalpha(*p);
		if (!g_ascii_isalnum(*p) && strchr("/._-@+", *p) == NULL) {
			return false;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(taken); i++) {
		if (g_ascii_strcasecmp(text, taken[i]) == 0) {
			return false;
		}
	}
	return has_letter;
}

/* JSON's quoting, which YAML's double quotes include. */
static void put_text(GString *out, const char *text)
{
	if (is_plain(text)) {
		g_string_append(out, text);
		return;
	}
	g_string_append_c(out, '"');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\') {
			g_string_append_printf(out, "\\%c", *p);
		} else if ((guchar)*p < ' ' || *p == 0x7f) {
			g_string_append_printf(out, "\\x%02x", (guint)(guchar)*p);
		} else {
			g_string_append_c(out, *p);
		}
	}
	g_string_append_c(out, '"');
}

static void put_pair(GString *out, const char *key, const char *value)
{
	if (value != NULL) {
		g_string_append_printf(out, "%s: ", key);
		put_text(out, value);
		g_string_append_c(out, '\n');
	}
}

static void put_list(GString *out, const char *key, GStrv values)
{
	if (values == NULL || values[0] == NULL) {
		return;
	}
	g_string_append_printf(out, "%s: [", key);
	for (guint i = 0; values[i] != NULL; i++) {
		g_string_append(out, i == 0 ? "" : ", ");
		put_text(out, values[i]);
	}
	g_string_append(out, "]\n");
}

/* A flow mapping is filled member by member; the separator knows which is the first. */
static void put_member(GString *out, const char *key)
{
	g_string_append_printf(out, "%s%s: ", out->str[out->len - 1] == '{' ? "" : ", ", key);
}

static void put_digest(GString *out, const char *key, const guint8 *bytes, gsize size)
{
	char hex[2 * DIGEST_BYTES + 1];

	hex_encode(bytes, size, hex);
	put_member(out, key);
	/* quoted: forty digits without a letter would be a number to others */
	g_string_append_printf(out, "\"%s\"", hex);
}

static void put_name(GString *out, const char *key, const char *value)
{
	if (value != NULL) {
		put_member(out, key);
		put_text(out, value);
	}
}

/* A name is quoted as any other text: it may be anything but NUL. */
static void put_xattrs(GString *out, const GPtrArray *xattrs)
{
	if (xattrs == NULL) {
		return;
	}
	put_member(out, "xattrs");
	g_string_append_c(out, '{');
	for (guint i = 0; i < xattrs->len; i++) {
		const PinXattr *xattr = g_ptr_array_index(xattrs, i);

		g_string_append(out, i == 0 ? "" : ", ");
		put_text(out, xattr->name);
		g_string_append_printf(out, ": \"%s\"", xattr->value);
	}
	g_string_append_c(out, '}');
}

static void put_pin(GString *out, const char *key, const Pin *pin)
{
	if (!pin->is_given) {
		return;
	}
	g_string_append_printf(out, "    %s: {", key);
	if (pin->is_absent) {
		put_member(out, "absent");
		g_string_append(out, "true");
	}
	if (pin->has_blob) {
		put_digest(out, "blob", pin->blob, BLOB_BYTES);
	}
	if (pin->has_sha256) {
		put_digest(out, "sha256", pin->sha256, DIGEST_BYTES);
	}
	if (pin->has_hmac) {
		put_digest(out, "hmac", pin->hmac, DIGEST_BYTES);
	}
	put_name(out, "target", pin->target);
	if (pin->has_mode) {
		put_member(out, "mode");
		g_string_append_printf(out, "\"%04o\"", pin->mode);
	}
	put_name(out, "owner", pin->owner);
	put_name(out, "group", pin->group);
	put_xattrs(out, pin->xattrs);
	put_name(out, "acl", pin->acl);
	g_string_append(out, "}\n");
}

static void put_change(GString *out, const RequestChange *change)
{
	g_string_append(out, "  - path: ");
	put_text(out, change->path);
	g_string_append_c(out, '\n');
	if (change->has_op) {
		g_string_append_printf(out, "    op: %s\n", change_op_word(change->op));
	}
	put_pin(out, "from", &change->from);
	put_pin(out, "to", &change->to);
	if (change->content_any) {
		g_string_append(out, "    content: any\n");
	}
}

/* To the second where that is all there is to say. */
static void put_moment(GString *out, const char *key, gint64 usec)
{
	g_autofree char *text = clock_format(usec);

	if (usec == 0) {
		return;
	}
	put_member(out, key);
	if (usec % G_USEC_PER_SEC == 0) {
		g_string_append_printf(out, "\"%.19sZ\"", text);
	} else {
		g_string_append_printf(out, "\"%s\"", text);
	}
}

static void put_window(GString *out, const Request *request)
{
	if (request->start_usec == 0 && request->end_usec == 0) {
		return;
	}
	g_string_append(out, "window: {");
	put_moment(out, "start", request->start_usec);
	put_moment(out, "end", request->end_usec);
	g_string_append(out, "}\n");
}

static void put_external(GString *out, const Request *request)
{
	if (request->external_system == NULL && request->external_key == NULL &&
	    request->external_url == NULL) {
		return;
	}
	g_string_append(out, "external: {");
	put_name(out, "system", request->external_system);
	put_name(out, "key", request->external_key);
	put_name(out, "url", request->external_url);
	g_string_append(out, "}\n");
}

static void put_conditions(GString *out, const Conditions *conditions)
{
	if (conditions->programs == NULL && conditions->lines == NULL &&
	    !conditions->package_matches) {
		return;
	}
	g_string_append(out, "conditions:\n");
	if (conditions->programs != NULL) {
		g_string_append(out, "  ");
		put_list(out, "program", conditions->programs);
	}
	if (conditions->package_matches) {
		g_string_append(out, "  package: matches\n");
	}
	if (conditions->lines != NULL) {
		g_string_append(out, "  ");
		put_list(out, "lines", conditions->lines);
	}
}

char *request_format(const Request *request)
{
	GString *out = g_string_new(NULL);

	put_pair(out, "id", request->id);
	put_pair(out, "type", request_type_word(request->type));
	put_pair(out, "title", request->title);
	put_pair(out, "requester", request->requester);
	put_pair(out, "author", request->author);
	put_list(out, "implementers", request->implementers);
	put_list(out, "hosts", request->hosts);
	put_window(out, request);
	put_pair(out, "risk", request->risk);
	put_pair(out, "description", request->description);
	put_pair(out, "backout", request->backout);
	put_external(out, request);
	put_conditions(out, &request->conditions);
	g_string_append(out, request->changes->len == 0 ? "changes: []\n" : "changes:\n");
	for (guint i = 0; i < request->changes->len; i++) {
		put_change(out, g_ptr_array_index(request->changes, i));
	}
	return g_string_free(out, FALSE);
}
