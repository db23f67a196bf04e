/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* States as JSON: see state-json.h. */
#include "event/state-json.h"
#include "event/event.h"
#include "event/members.h"

#include <string.h>
#include <sys/sysmacros.h>

/* What attributes may take of an event; more are told by their digest. */
#define XATTRS_MAX_BYTES 4096
#define NAME_MAX_BYTES 256

/* Inode flags with the letters of lsattr(1), so that `chattr =<flags>` puts them back. */
static const struct {
	guint32 bit;
	char letter;
} flag_letters[] = {
	{0x00000001, 's'}, {0x00000002, 'u'}, {0x00000008, 'S'}, {0x00010000, 'D'},
	{0x00000010, 'i'}, {0x00000020, 'a'}, {0x00000040, 'd'}, {0x00000080, 'A'},
	{0x00000004, 'c'}, {0x00004000, 'j'}, {0x00008000, 't'}, {0x00020000, 'T'},
	{0x00800000, 'C'}, {0x02000000, 'x'}, {0x20000000, 'P'}, {0x40000000, 'F'},
	{0x00000400, 'm'},
};

/* What the content member says when the content is not simply stored. */
static const char *content_word(ContentKind kind)
{
	switch (kind) {
	case CONTENT_NONE:
	case CONTENT_STORED:
		return NULL;
	case CONTENT_DIGEST:
		return "too large";
	case CONTENT_SECRET:
		return "secret";
	case CONTENT_REDACTED:
		return "redacted";
	case CONTENT_UNREADABLE:
		return "unreadable";
	case _CONTENT_N:
		break;
	}
	g_assert_not_reached();
}

static void set_hex(json_t *object, const char *key, const guint8 *bytes, gsize size)
{
	char text[DIGEST_HEX + 1];

	g_assert(size <= DIGEST_BYTES);
	hex_encode(bytes, size, text);
	member_set_word(object, key, text);
}

static void set_content(json_t *object, const FileState *state)
{
	bool is_stored = state->content == CONTENT_STORED;
	bool is_redacted = state->content == CONTENT_REDACTED;
	bool is_open = is_stored || state->content == CONTENT_DIGEST;

	if (is_stored || is_redacted) {
		set_hex(object, "blob", state->blob, BLOB_BYTES);
	}
	if (is_open) {
		set_hex(object, "sha256", state->sha256, DIGEST_BYTES);
	}
	if (is_redacted || state->content == CONTENT_SECRET) {
		set_hex(object, "hmac", state->hmac, DIGEST_BYTES);
	}
	if (is_open || state->content == CONTENT_UNREADABLE) {
		/* only a sparse file nobody could read to its end is beyond the cap */
		member_set_integer(object, "size", state->size);
	}
}

static void set_owner(json_t *object, const FileState *state)
{
	char mode[16];

	g_snprintf(mode, sizeof(mode), "%04o", state->mode & 07777);
	member_set_word(object, "mode", mode);
	member_set_integer(object, "uid", state->uid);
	member_set_line(object, "owner", state->owner, NAME_MAX_BYTES);
	member_set_integer(object, "gid", state->gid);
	member_set_line(object, "group", state->group, NAME_MAX_BYTES);
}

static json_t *xattrs_to_json(const GPtrArray *xattrs)
{
	json_t *object = json_object();

	for (guint i = 0; i < xattrs->len; i++) {
		const FileXattr *xattr = g_ptr_array_index(xattrs, i);
		g_autofree char *name = member_path(xattr->name);
		gsize size;
		const guchar *value = g_bytes_get_data(xattr->value, &size);
		g_autofree char *text = g_base64_encode(value, size);

		member_set_word(object, name, text);
	}
	return object;
}

/* "*" is no name of an attribute (they all have a namespace and a dot). */
static void set_xattrs(json_t *object, const GPtrArray *xattrs)
{
	json_t *all;
	char *text;

	if (xattrs == NULL || xattrs->len == 0) {
		return;
	}
	all = xattrs_to_json(xattrs);
	text = json_dumps(all, JSON_COMPACT);
	if (strlen(text) > XATTRS_MAX_BYTES) {
		char digest[DIGEST_HEX + 1];
		g_autofree char *told = NULL;

		digest_sha256_hex(text, strlen(text), digest);
		told = g_strconcat("sha256:", digest, NULL);
		json_object_clear(all);
		member_set_word(all, "*", told);
	}
	free(text);
	member_set(object, "xattrs", all);
}

static void set_flags(json_t *object, guint32 flags)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (flags == 0) {
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS(flag_letters); i++) {
		if ((flags & flag_letters[i].bit) != 0) {
			g_string_append_c(text, flag_letters[i].letter);
			flags &= ~flag_letters[i].bit;
		}
	}
	if (flags != 0) {
		g_string_append_printf(text, "+0x%x", flags);
	}
	member_set_word(object, "flags", text->str);
}

json_t *state_to_json(const FileState *state)
{
	json_t *object = json_object();

	if (state->type == FILE_ABSENT) {
		return object;
	}
	member_set_word(object, "type", file_type_word(state->type));
	set_content(object, state);
	set_owner(object, state);
	member_set_path(object, "link", state->link);
	set_xattrs(object, state->xattrs);
	set_flags(object, state->flags);
	if (state->type == FILE_CHARACTER || state->type == FILE_BLOCK) {
		char device[32];

		g_snprintf(device, sizeof(device), "%u:%u", major(state->device),
			   minor(state->device));
		member_set_word(object, "device", device);
	}
	member_set_word(object, "content", content_word(state->content));
	if (state->content == CONTENT_UNREADABLE) {
		member_set_time(object, "mtime", state->mtime_usec);
	}
	return object;
}

void event_state_json_digest(const json_t *state, char ret[DIGEST_HEX + 1])
{
	static const char *const members[] = {"type", "sha256", "hmac",  "mode",   "uid",  "gid",
					      "link", "xattrs", "flags", "device", "size", "mtime"};
	const char *content = json_string_value(json_object_get(state, "content"));
	json_t *kept = json_object();
	char *text;

	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		json_t *value = json_object_get(state, members[i]);

		/* but where there is no proof of the content, its size follows from the proof */
		if (g_str_equal(members[i], "size") && g_strcmp0(content, "unreadable") != 0) {
			continue;
		}
		if (value != NULL) {
			member_set(kept, members[i], json_incref(value));
		}
	}
	text = json_dumps(kept, JSON_COMPACT);
	digest_sha256_hex(text, strlen(text), ret);
	free(text);
	json_decref(kept);
}

void event_state_digest(const FileState *state, char ret[DIGEST_HEX + 1])
{
	json_t *object = state_to_json(state);

	event_state_json_digest(object, ret);
	json_decref(object);
}
