/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Object files: see verify-files.h. */
#include "change/verify-files.h"

#include "base/escape.h"
#include "snapshot/damage.h"
#include "snapshot/loose.h"
#include "snapshot/sealed.h"

#include <string.h>

#define SHA1_HEX 40
#define PUT_ASIDE                                                                                  \
	"was damaged; the recorder put it aside, saved what could be read, and stored again what " \
	"was still there (remove this file when you have seen to it)"

/* Files that end with the SHA-1 of all before it. */
static const char *const sealed_suffixes[] = {".pack",   ".idx",    ".rev",
					      ".bitmap", ".mtimes", "multi-pack-index"};

static void complain(GPtrArray *problems, const char *name, const char *what)
{
	g_autofree char *shown = escape_path(name);

	g_ptr_array_add(problems, g_strdup_printf("snapshots.git/%s: %s", shown, what));
}

static void verify_sealed(const char *folder, const char *name, GPtrArray *problems)
{
	switch (sealed_check(folder, name)) {
	case SEALED_SOUND:
	case SEALED_GONE:
		break;
	case SEALED_ALTERED:
		complain(problems, name, "its checksum is not that of its bytes: it was altered");
		break;
	case SEALED_UNREADABLE:
		complain(problems, name, "cannot be read whole");
		break;
	}
}

/* An index carries the checksum of its pack: both must be there, and belong together. */
static void verify_pair(const char *folder, const char *stem, GPtrArray *problems)
{
	g_autofree char *pack = g_strconcat(stem, ".pack", NULL);
	g_autofree char *index = g_strconcat(stem, ".idx", NULL);
	guint8 of_pack[SEAL_BYTES], in_index[SEAL_BYTES];
	bool has_pack = sealed_read_tail(folder, pack, SEAL_BYTES, of_pack);
	bool has_index = sealed_read_tail(folder, index, 2 * SEAL_BYTES, in_index);

	if (has_pack && !has_index) {
		complain(problems, pack, "has no index, so nothing in it can be found");
	} else if (has_index && !has_pack) {
		complain(problems, index, "has no pack: its objects are lost");
	} else if (has_pack && memcmp(of_pack, in_index, SEAL_BYTES) != 0) {
		complain(problems, index, "is not the index of the pack beside it");
	}
}

static void verify_pack_file(const char *folder, const char *name, GPtrArray *problems)
{
	g_autofree char *path = g_build_filename("objects/pack", name, NULL);

	if (g_str_has_prefix(name, "pack-") && g_str_has_suffix(name, ".pack" DAMAGE_SUFFIX)) {
		complain(problems, path, PUT_ASIDE);
	}
	if (!g_str_has_prefix(name, "pack-") && strcmp(name, "multi-pack-index") != 0) {
		return; /* a writer's temporary file */
	}
	for (gsize i = 0; i < G_N_ELEMENTS(sealed_suffixes); i++) {
		if (g_str_has_suffix(name, sealed_suffixes[i])) {
			verify_sealed(folder, path, problems);
		}
	}
	if (g_str_has_suffix(name, ".pack") || g_str_has_suffix(name, ".idx")) {
		*strrchr(path, '.') = '\0';
		verify_pair(folder, path, problems);
	}
}

/*
 * Loose objects
 */

static void verify_loose(const char *folder, const char *fan, const char *rest, GPtrArray *problems)
{
	g_autofree char *name = g_build_filename("objects", fan, rest, NULL);
	g_autofree char *id = g_strconcat(fan, rest, NULL);

	switch (loose_check(folder, id)) {
	case SEALED_SOUND:
	case SEALED_GONE:
		break;
	case SEALED_ALTERED:
		complain(problems, name, "holds another object than its name says");
		break;
	case SEALED_UNREADABLE:
		complain(problems, name, "is not a whole loose object");
		break;
	}
}

static bool name_is_hex(const char *name, gsize length)
{
	return strlen(name) == length && strspn(name, "0123456789abcdef") == length;
}

typedef void Each(const char *folder, const char *inner, const char *name, GPtrArray *problems);

static void each_name(const char *folder, const char *inner, Each *each, GPtrArray *problems)
{
	g_autofree char *path = g_build_filename(folder, inner, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) names = g_dir_open(path, 0, &error);
	const char *name;

	if (names == NULL) {
		if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
			complain(problems, inner, "cannot be listed");
		}
		return;
	}
	while ((name = g_dir_read_name(names)) != NULL) {
		each(folder, inner, name, problems);
	}
}

static void each_pack(const char *folder, const char *inner, const char *name, GPtrArray *problems)
{
	verify_pack_file(folder, name, problems);
}

static void each_loose(const char *folder, const char *inner, const char *name, GPtrArray *problems)
{
	if (g_str_has_prefix(name, DAMAGE_LOOSE_PREFIX)) {
		g_autofree char *path = g_build_filename(inner, name, NULL);

		complain(problems, path, PUT_ASIDE);
	}
	if (name_is_hex(name, SHA1_HEX - 2)) {
		verify_loose(folder, inner + strlen("objects/"), name, problems);
	}
}

static void each_fan(const char *folder, const char *inner, const char *name, GPtrArray *problems)
{
	if (name_is_hex(name, 2)) {
		g_autofree char *path = g_build_filename(inner, name, NULL);

		each_name(folder, path, each_loose, problems);
	}
}

void verify_files(const char *folder, GPtrArray *problems)
{
	each_name(folder, "objects/pack", each_pack, problems);
	each_name(folder, "objects", each_fan, problems);
}
