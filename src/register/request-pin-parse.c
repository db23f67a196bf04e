/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading pins: what a path shall be, or was (design 5.2).
 */
#include "register/acl.h"
#include "register/request-reading.h"
#include "register/wire.h"

#include <string.h>

#define XATTRS_MAX 256
#define XATTR_NAME_MAX_BYTES 255

static bool read_hex(Reading *r, const YamlNode *node, guint8 *ret, gsize size, GError **error)
{
	g_autofree char *text = NULL;

	if (!yaml_string(r->document, node, &text, error)) {
		return false;
	}
	return hex_decode(text, ret, size) ||
	       yaml_complain(r->document, node, "`reeve digest PATH` prints it", error,
			     "expected %" G_GSIZE_FORMAT " lower-case hexadecimal digits",
			     2 * size);
}

static bool read_blob(Reading *r, const YamlNode *node, GError **error)
{
	r->pin->has_blob = true;
	return read_hex(r, node, r->pin->blob, BLOB_BYTES, error);
}

static bool read_sha256(Reading *r, const YamlNode *node, GError **error)
{
	r->pin->has_sha256 = true;
	return read_hex(r, node, r->pin->sha256, DIGEST_BYTES, error);
}

static bool read_hmac(Reading *r, const YamlNode *node, GError **error)
{
	r->pin->has_hmac = true;
	return read_hex(r, node, r->pin->hmac, DIGEST_BYTES, error);
}

static bool read_mode(Reading *r, const YamlNode *node, GError **error)
{
	g_autofree char *text = NULL;
	char *end;
	guint64 mode;

	if (!yaml_string(r->document, node, &text, error)) {
		return false;
	}
	mode = g_ascii_strtoull(text, &end, 8);
	if (strlen(text) < 3 || strlen(text) > 5 || *end != '\0' || !g_ascii_isdigit(text[0]) ||
	    mode > 07777) {
		return yaml_complain(r->document, node, "write it as \"0644\"", error,
				     "expected an octal mode");
	}
	r->pin->has_mode = true;
	r->pin->mode = (guint32)mode;
	return true;
}

static bool read_owner(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TITLE_MAX_BYTES, &r->pin->owner, error);
}

static bool read_group(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TITLE_MAX_BYTES, &r->pin->group, error);
}

static bool read_target(Reading *r, const YamlNode *node, GError **error)
{
	return reading_text(r, node, READING_TEXT_MAX_BYTES, &r->pin->target, error);
}

static bool read_absent(Reading *r, const YamlNode *node, GError **error)
{
	if (!yaml_bool(r->document, node, &r->pin->is_absent, error)) {
		return false;
	}
	return r->pin->is_absent || yaml_complain(r->document, node, "leave the key out", error,
						  "`absent` can only be true");
}

/* As events tell it, so that it can be copied from there. */
static bool read_xattr(Reading *r, const YamlNode *key, const YamlNode *node, GError **error)
{
	g_autofree char *value = NULL;
	g_autofree guint8 *raw = NULL;
	gsize size;

	if (acl_is_name(key->text)) {
		return yaml_complain(r->document, key, "write it as text: `acl:`", error,
				     "this attribute is an access list");
	}
	if (strchr(key->text, '.') == NULL || strlen(key->text) > XATTR_NAME_MAX_BYTES) {
		return yaml_complain(r->document, key, "like user.comment", error,
				     "this is no name of an attribute");
	}
	if (!yaml_string(r->document, node, &value, error)) {
		return false;
	}
	raw = *value == '\0' ? NULL : wire_from_base64(value, &size);
	if (raw == NULL && *value != '\0') {
		return yaml_complain(r->document, node, "`reeve digest PATH` prints it", error,
				     "expected base64");
	}
	return pin_add_xattr(r->pin, key->text, value) ||
	       yaml_complain(r->document, key, "keep one of them", error,
			     "this attribute stands here twice");
}

static bool read_xattrs(Reading *r, const YamlNode *node, GError **error)
{
	if (node->kind != YAML_MAPPING || node->items->len > XATTRS_MAX) {
		return yaml_complain(r->document, node, "write {user.comment: \"aGk=\"}", error,
				     "expected a mapping of at most %d attributes", XATTRS_MAX);
	}
	r->pin->xattrs = pin_new_xattrs();
	for (guint i = 0; i < node->items->len; i++) {
		if (!read_xattr(r, g_ptr_array_index(node->keys, i),
				g_ptr_array_index(node->items, i), error)) {
			return false;
		}
	}
	return true;
}

static bool read_acl(Reading *r, const YamlNode *node, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) problem = NULL;

	if (!reading_text(r, node, READING_TEXT_MAX_BYTES, &text, error)) {
		return false;
	}
	r->pin->acl = acl_from_text(text, &problem);
	return r->pin->acl != NULL ||
	       yaml_complain(r->document, node, "`reeve digest PATH` prints it", error, "%s",
			     problem->message);
}

static const KeyReader pin_keys[] = {
	{"blob", read_blob},
	{"sha256", read_sha256},
	{"hmac", read_hmac},
	{"mode", read_mode},
	{"owner", read_owner},
	{"group", read_group},
	{"target", read_target},
	{"absent", read_absent},
	{"xattrs", read_xattrs},
	{"acl", read_acl},
	{NULL, NULL},
};

bool reading_pin(Reading *r, const YamlNode *node, Pin *pin, GError **error)
{
	bool pins_more;

	r->pin = pin;
	pin->is_given = true;
	if (!reading_mapping(r, node, pin_keys, error)) {
		return false;
	}
	pins_more = pin->has_blob || pin->has_sha256 || pin->has_hmac || pin->has_mode ||
		    pin->owner != NULL || pin->group != NULL || pin->target != NULL ||
		    pin->xattrs != NULL || pin->acl != NULL;
	if (!pins_more && !pin->is_absent) {
		return yaml_complain(r->document, node, "say what it shall be, or `absent: true`",
				     error, "an empty pin tests nothing");
	}
	if (pin->is_absent && pins_more) {
		return yaml_complain(r->document, node, "keep one of them", error,
				     "a path cannot be absent and have properties");
	}
	return true;
}
