/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Revoked keys: see revoked.h. */
#include "register/revoked.h"
#include "register/ssh-key.h"
#include "register/wire.h"

#include <string.h>

#define LINES_MAX 10000
#define FINGERPRINT "SHA256:"
#define FINGERPRINT_CHARS 50 /* with the 43 of base64 without its padding */

struct Revoked {
	GHashTable *fingerprints;
};

void revoked_free(Revoked *revoked)
{
	g_hash_table_unref(revoked->fingerprints);
	g_free(revoked);
}

/* The fingerprint of the key in a line; NULL: there is none. */
static char *fingerprint_of(GStrv words)
{
	g_autoptr(GBytes) blob = NULL;
	g_autofree char *type = NULL;
	guint8 *raw;
	gsize size = 0;

	if (g_str_has_prefix(words[0], FINGERPRINT)) {
		return strlen(words[0]) == FINGERPRINT_CHARS && words[1] == NULL
			       ? g_strdup(words[0])
			       : NULL;
	}
	raw = words[1] == NULL ? NULL : wire_from_base64(words[1], &size);
	blob = g_bytes_new_take(raw, raw == NULL ? 0 : size);
	type = ssh_key_type_name(blob);
	return g_strcmp0(type, words[0]) == 0 ? ssh_key_fingerprint(blob) : NULL;
}

static bool read_line(Revoked *revoked, const char *file, guint number, char *line, GError **error)
{
	g_auto(GStrv) words = NULL;
	char *fingerprint;

	g_strstrip(line);
	if (*line == '\0' || *line == '#') {
		return true;
	}
	words = g_strsplit(line, " ", 3);
	fingerprint = fingerprint_of(words);
	if (fingerprint == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s:%u:1: expected a public key as in a .pub file, or its fingerprint "
			    "SHA256:...",
			    file, number);
		return false;
	}
	g_hash_table_add(revoked->fingerprints, fingerprint);
	return true;
}

Revoked *revoked_parse(const char *file, const void *data, gsize size, GError **error)
{
	g_autoptr(Revoked) revoked = g_new0(Revoked, 1);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	revoked->fingerprints = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (size > REVOKED_MAX_BYTES || (size > 0 && memchr(data, '\0', size) != NULL)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: larger than %d bytes, or binary: a key a line is expected, no KRL",
			    file, REVOKED_MAX_BYTES);
		return NULL;
	}
	text = g_strndup(size == 0 ? "" : data, size);
	lines = g_strsplit(text, "\n", LINES_MAX + 1);
	for (guint i = 0; lines[i] != NULL; i++) {
		if (!read_line(revoked, file, i + 1, lines[i], error)) {
			return NULL;
		}
	}
	return g_steal_pointer(&revoked);
}

bool revoked_has(const Revoked *revoked, const char *fingerprint)
{
	return revoked != NULL && fingerprint != NULL &&
	       g_hash_table_contains(revoked->fingerprints, fingerprint);
}
