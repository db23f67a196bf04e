/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Layout: see layout.h. What git dislikes is wider than `.git`: git fsck reads a tree as HFS+ and
 * NTFS would. HFS+ ignores some code points anywhere in a name. NTFS has short names (`git~1`, and
 * for `.gitmodules` and its kin hashed ones such as `gi7eba~1`) and takes a backslash for a
 * separator, so each piece between backslashes counts as a name. Case counts for neither.
 */
#include "snapshot/layout.h"

#include "base/path.h"

#include <string.h>

/* Pieces that begin so are disliked. `.mailmap` may not be a link. */
static const char *const disliked_starts[] = {".git", ".mailmap"};

/*
 * Short names NTFS may give to `.gitmodules`, `.gitattributes`, `.gitignore` and `.mailmap`: their
 * first six letters, or a hash; any part of these before the tilde will do for git.
 */
static const char *const short_names[] = {"gitmod", "gitatt", "gitign", "mailma",
					  "gi7eba", "gi7d29", "gi250a", "maba30"};

/* Code points HFS+ ignores in names, as ranges (Apple TN1150; the list git has). */
static bool rune_is_ignored(gunichar rune)
{
	return (rune >= 0x200c && rune <= 0x200f) || (rune >= 0x202a && rune <= 0x202e) ||
	       (rune >= 0x206a && rune <= 0x206f) || rune == 0xfeff;
}

/* The name as the most careless file system would compare it: lower case, ignored runes gone. */
static char *fold_name(const char *name)
{
	GString *out = g_string_new(NULL);

	for (const char *p = name; *p != '\0';) {
		gunichar rune = (guchar)*p < 0x80 ? (gunichar)*p : g_utf8_get_char_validated(p, -1);

		if (rune == (gunichar)-1 || rune == (gunichar)-2) {
			g_string_append_c(out, *p++);
			continue;
		}
		if (rune < 0x80) {
			g_string_append_c(out, g_ascii_tolower((char)rune));
		} else if (!rune_is_ignored(rune)) {
			g_string_append_unichar(out, rune);
		}
		p = g_utf8_next_char(p);
	}
	return g_string_free(out, FALSE);
}

static bool piece_is_disliked(const char *piece)
{
	gsize stem = strcspn(piece, "~");

	for (gsize i = 0; i < G_N_ELEMENTS(disliked_starts); i++) {
		if (g_str_has_prefix(piece, disliked_starts[i])) {
			return true;
		}
	}
	if (piece[stem] != '~') {
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(short_names); i++) {
		if (stem <= strlen(short_names[i]) && memcmp(piece, short_names[i], stem) == 0) {
			return true;
		}
	}
	return false;
}

static bool name_is_disliked(const char *name)
{
	g_autofree char *folded = NULL;

	if (name[0] == '%') {
		return true;
	}
	folded = fold_name(name);
	for (const char *piece = folded; piece != NULL;) {
		const char *backslash = strchr(piece, '\\');

		if (piece_is_disliked(piece)) {
			return true;
		}
		piece = backslash == NULL ? NULL : backslash + 1;
	}
	return false;
}

char *layout_encode_name(const char *name)
{
	GString *out;

	if (!name_is_disliked(name)) {
		return g_strdup(name);
	}
	out = g_string_new(NULL);
	for (const char *p = name; *p != '\0'; p++) {
		if (p == name || *p == '%' || *p == '\\') {
			g_string_append_printf(out, "%%%02X", (guchar)*p);
		} else {
			g_string_append_c(out, *p);
		}
	}
	return g_string_free(out, FALSE);
}

/* Undoes each %XX; NULL when one is malformed or hides a NUL or a '/'. */
static char *percent_decode(const char *text)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (const char *p = text; *p != '\0'; p++) {
		int high, low;

		if (*p != '%') {
			g_string_append_c(out, *p);
			continue;
		}
		high = g_ascii_xdigit_value(p[1]);
		low = high < 0 ? -1 : g_ascii_xdigit_value(p[2]);
		if (low < 0 || (high << 4 | low) == 0 || (high << 4 | low) == '/') {
			return NULL;
		}
		g_string_append_c(out, (char)(high << 4 | low));
		p += 2;
	}
	return g_strdup(out->str);
}

char *layout_decode_name(const char *tree_name)
{
	g_autofree char *name =
		tree_name[0] == '%' ? percent_decode(tree_name) : g_strdup(tree_name);
	g_autofree char *again = NULL;

	if (name == NULL || name[0] == '\0' || strchr(name, '/') != NULL ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		return NULL;
	}
	again = layout_encode_name(name);
	return strcmp(again, tree_name) == 0 ? g_steal_pointer(&name) : NULL;
}

static char *encode_path(const char *top, const char *path)
{
	g_auto(GStrv) names = NULL;
	GString *out = g_string_new(top);

	g_assert(path_is_canonical(path));
	names = g_strsplit(path + 1, "/", -1);
	for (char **name = names; *name != NULL && **name != '\0'; name++) {
		g_autofree char *encoded = layout_encode_name(*name);

		g_string_append_c(out, '/');
		g_string_append(out, encoded);
	}
	return g_string_free(out, FALSE);
}

char *layout_file_path(const char *path)
{
	return encode_path(LAYOUT_FILES, path);
}

char *layout_meta_path(const char *directory)
{
	return encode_path(LAYOUT_META, directory);
}

/* FNV-1a, folded: stable for ever, for it is part of the format. */
guint layout_shard(const char *name)
{
	guint32 hash = 2166136261U;

	for (const char *p = name; *p != '\0'; p++) {
		hash = (hash ^ (guchar)*p) * 16777619U;
	}
	return (hash ^ hash >> 16) % LAYOUT_SHARDS;
}

char *layout_shard_name(guint shard)
{
	g_assert(shard < LAYOUT_SHARDS);
	return g_strdup_printf("%s.%02u", LAYOUT_DIR, shard);
}

bool layout_is_manifest(const char *tree_name)
{
	const char *digits;

	if (!g_str_has_prefix(tree_name, LAYOUT_DIR)) {
		return false;
	}
	digits = tree_name + strlen(LAYOUT_DIR);
	if (*digits == '\0') {
		return true;
	}
	return digits[0] == '.' && g_ascii_isdigit(digits[1]) && g_ascii_isdigit(digits[2]) &&
	       digits[3] == '\0' && (digits[1] - '0') * 10 + digits[2] - '0' < LAYOUT_SHARDS;
}
