/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Manifest lines: see manifest.h. The writer defines the form; the reader takes keywords one by
 * one and then writes the line again: only what comes out the same was ours. That makes order,
 * spelling, duplicates and leading zeros strict without a rule for each.
 */
#include "snapshot/manifest.h"

#include "base/escape.h"

#include <string.h>
#include <sys/sysmacros.h>

static bool byte_is_plain(guchar c)
{
	return c > 0x20 && c < 0x7f && strchr("#=\\*?[", c) == NULL;
}

static void append_name(GString *out, const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		if (byte_is_plain((guchar)*p)) {
			g_string_append_c(out, *p);
		} else {
			g_string_append_printf(out, "\\%03o", (guchar)*p);
		}
	}
}

static void append_hex(GString *out, const char *keyword, const guint8 *bytes)
{
	char hex[DIGEST_HEX + 1];

	hex_encode(bytes, DIGEST_BYTES, hex);
	g_string_append_printf(out, " %s=%s", keyword, hex);
}

static void append_content(GString *out, const FileState *state)
{
	switch (state->content) {
	case CONTENT_NONE:
		break;
	case CONTENT_STORED:
	case CONTENT_DIGEST:
		g_string_append_printf(out, " size=%" G_GUINT64_FORMAT, state->size);
		append_hex(out, "sha256digest", state->sha256);
		break;
	case CONTENT_SECRET:
	case CONTENT_REDACTED:
		append_hex(out, "hmac", state->hmac);
		break;
	case CONTENT_UNREADABLE:
		g_string_append_printf(out, " size=%" G_GUINT64_FORMAT, state->size);
		break;
	case _CONTENT_N:
		g_assert_not_reached();
	}
}

static void append_xattrs(GString *out, const GPtrArray *xattrs)
{
	for (guint i = 0; xattrs != NULL && i < xattrs->len; i++) {
		const FileXattr *xattr = xattrs->pdata[i];
		gsize size;
		const guchar *value = g_bytes_get_data(xattr->value, &size);
		g_autofree char *base64 = g_base64_encode(value, size);

		g_string_append(out, " xattr.");
		append_name(out, xattr->name);
		g_string_append_c(out, '=');
		g_string_append(out, base64);
	}
}

void manifest_format(GString *out, const char *name, const FileState *state)
{
	g_assert(state->type > FILE_ABSENT && state->type < _FILE_TYPE_N);
	append_name(out, name);
	g_string_append_printf(out, " type=%s mode=%04o uid=%u gid=%u", file_type_word(state->type),
			       state->mode, state->uid, state->gid);
	append_content(out, state);
	if (state->link != NULL) {
		g_string_append(out, " link=");
		append_name(out, state->link);
	}
	if (state->type == FILE_CHARACTER || state->type == FILE_BLOCK) {
		g_string_append_printf(out, " device=linux,%u,%u", major(state->device),
				       minor(state->device));
	}
	if (state->flags != 0) {
		g_string_append_printf(out, " flags=0x%x", state->flags);
	}
	if (state->content == CONTENT_REDACTED) {
		g_string_append(out, " redacted");
	}
	if (state->content == CONTENT_UNREADABLE) {
		g_string_append_printf(out, " unreadable=%" G_GINT64_FORMAT, state->mtime_usec);
	}
	append_xattrs(out, state->xattrs);
	g_string_append_c(out, '\n');
}

/* Undoes append_name; NULL when the text is malformed or empty. */
static char *parse_name(const char *text)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (const char *p = text; *p != '\0'; p++) {
		if (*p != '\\') {
			g_string_append_c(out, *p);
			continue;
		}
		for (guint i = 1; i <= 3; i++) {
			if (p[i] < '0' || p[i] > '7') {
				return NULL;
			}
		}
		g_string_append_c(out,
				  (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0')));
		p += 3;
	}
	/* A NUL that was hidden in the text shortens what a C string can say. */
	return out->len > 0 && strlen(out->str) == out->len ? g_strdup(out->str) : NULL;
}

static bool parse_u32(const char *text, guint base, guint32 *ret)
{
	guint64 value;

	if (!g_ascii_string_to_unsigned(text, base, 0, G_MAXUINT32, &value, NULL)) {
		return false;
	}
	*ret = (guint32)value;
	return true;
}

static bool take_type(FileState *state, const char *value)
{
	return file_type_from_word(value, &state->type) && state->type != FILE_ABSENT;
}

static bool take_mode(FileState *state, const char *value)
{
	return parse_u32(value, 8, &state->mode) && state->mode <= 07777;
}

static bool take_uid(FileState *state, const char *value)
{
	return parse_u32(value, 10, &state->uid);
}

static bool take_gid(FileState *state, const char *value)
{
	return parse_u32(value, 10, &state->gid);
}

static bool take_size(FileState *state, const char *value)
{
	return g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT64, &state->size, NULL);
}

static bool take_sha256(FileState *state, const char *value)
{
	state->content = CONTENT_DIGEST;
	return hex_decode(value, state->sha256, DIGEST_BYTES);
}

static bool take_hmac(FileState *state, const char *value)
{
	state->content = CONTENT_SECRET;
	return hex_decode(value, state->hmac, DIGEST_BYTES);
}

static bool take_link(FileState *state, const char *value)
{
	g_free(state->link);
	state->link = parse_name(value);
	return state->link != NULL;
}

static bool take_device(FileState *state, const char *value)
{
	g_auto(GStrv) parts = g_strsplit(value, ",", 4);
	guint32 device_major, device_minor;

	if (g_strv_length(parts) != 3 || !parse_u32(parts[1], 10, &device_major) ||
	    !parse_u32(parts[2], 10, &device_minor)) {
		return false;
	}
	state->device = makedev(device_major, device_minor);
	return true;
}

static bool take_flags(FileState *state, const char *value)
{
	return g_str_has_prefix(value, "0x") && parse_u32(value + 2, 16, &state->flags);
}

static bool take_redacted(FileState *state, const char *value)
{
	state->content = CONTENT_REDACTED;
	return value == NULL;
}

static bool take_unreadable(FileState *state, const char *value)
{
	state->content = CONTENT_UNREADABLE;
	return g_ascii_string_to_signed(value, 10, G_MININT64, G_MAXINT64, &state->mtime_usec,
					NULL);
}

static bool take_xattr(FileState *state, const char *keyword, const char *value)
{
	g_autofree char *name = parse_name(keyword);
	g_autofree guchar *bytes = NULL;
	gsize size = 0;

	if (name == NULL) {
		return false;
	}
	bytes = g_base64_decode(value, &size);
	file_state_add_xattr(state, name, bytes, size);
	return true;
}

static const struct {
	const char *word;
	bool (*take)(FileState *state, const char *value);
} keywords[] = {
	{"type", take_type},   {"mode", take_mode},         {"uid", take_uid},
	{"gid", take_gid},     {"size", take_size},         {"sha256digest", take_sha256},
	{"hmac", take_hmac},   {"link", take_link},         {"device", take_device},
	{"flags", take_flags}, {"redacted", take_redacted}, {"unreadable", take_unreadable},
};

/* One blank-separated word behind the name. */
static bool take_word(FileState *state, char *word)
{
	char *equals = strchr(word, '=');
	const char *value = NULL;

	if (equals != NULL) {
		*equals = '\0';
		value = equals + 1;
	} else if (strcmp(word, "redacted") != 0) {
		return false;
	}
	if (g_str_has_prefix(word, "xattr.")) {
		return take_xattr(state, word + strlen("xattr."), value);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(keywords); i++) {
		if (strcmp(word, keywords[i].word) == 0) {
			return keywords[i].take(state, value);
		}
	}
	return false;
}

/* Only a name of one component can stand in a directory. */
static bool name_is_possible(const char *name)
{
	return name != NULL && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

static bool line_is_ours(const char *line, gsize size, const char *name, const FileState *state)
{
	g_autoptr(GString) again = NULL;

	if (!name_is_possible(name) || state->type == FILE_ABSENT ||
	    (state->type == FILE_REGULAR) != (state->content != CONTENT_NONE) ||
	    (state->type == FILE_SYMLINK) != (state->link != NULL)) {
		return false;
	}
	again = g_string_sized_new(size + 1);
	manifest_format(again, name, state);
	return again->len == size + 1 && memcmp(again->str, line, size) == 0;
}

char *manifest_parse_name(const char *line, gsize size)
{
	const char *blank = memchr(line, ' ', size);
	g_autofree char *text = blank == NULL ? NULL : g_strndup(line, (gsize)(blank - line));
	g_autofree char *name = text == NULL ? NULL : parse_name(text);

	return name_is_possible(name) ? g_steal_pointer(&name) : NULL;
}

bool manifest_parse(const char *line, gsize size, char **ret_name, FileState *ret_state,
		    GError **error)
{
	g_autofree char *copy = g_strndup(line, size);
	g_auto(GStrv) words = g_strsplit(copy, " ", -1);
	g_autofree char *name = words[0] == NULL ? NULL : parse_name(words[0]);
	g_auto(FileState) state = {0};
	bool sound = name != NULL;

	for (guint i = 1; sound && words[i] != NULL; i++) {
		sound = take_word(&state, words[i]);
	}
	if (!sound || !line_is_ours(line, size, name, &state)) {
		g_autofree char *shown = escape_bytes(line, MIN(size, 200));

		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "not a manifest line of ours: %s", shown);
		return false;
	}
	*ret_name = g_steal_pointer(&name);
	*ret_state = state;
	memset(&state, 0, sizeof(state));
	return true;
}
