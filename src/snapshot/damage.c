/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damage: see damage.h. */
#include "snapshot/damage.h"

#include "base/fd.h"
#include "base/log.h"
#include "snapshot/loose.h"
#include "snapshot/pack.h"
#include "snapshot/sealed.h"

#include <fcntl.h>
#include <git2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MODE 0640
#define STEP_BYTES 65536
#define ID_HEX (2 * BLOB_BYTES)
/* Bigger than anything we write: a damaged header may say any size. */
#define OBJECT_MAX_BYTES (256UL * 1024 * 1024)
#define INDEXER_TEMPORARY "pack_git2_"

typedef struct {
	const char *folder;
	int pack_fd;
	guint found;
} Damage;

static bool fail(GError **error, const char *doing)
{
	const git_error *mistake = git_error_last();

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "%s: %s", doing,
		    mistake == NULL ? "unknown trouble" : mistake->message);
	return false;
}

static char *file_name(const char *stem, const char *suffix)
{
	return g_strconcat(stem, suffix, NULL);
}

static bool is_sound(const Damage *damage, const char *stem, const char *suffix)
{
	g_autofree char *name = g_strconcat("pack/", stem, suffix, NULL);

	switch (sealed_check(damage->folder, name)) {
	case SEALED_SOUND:
	case SEALED_GONE:
		return true;
	case SEALED_ALTERED:
	case SEALED_UNREADABLE:
		break;
	}
	return false;
}

/*
 * Saving what can be read: object by object, each held against its name
 */

static int list_object(const git_oid *id, void *ids)
{
	g_array_append_val((GArray *)ids, *id);
	return 0;
}

static git_odb *open_pack(const Damage *damage, const char *stem)
{
	g_autofree char *path = g_strconcat(damage->folder, "/pack/", stem, ".idx", NULL);
	git_odb_backend *backend;
	git_odb *odb;

	if (git_odb_new(&odb) != 0) {
		return NULL;
	}
	if (git_odb_backend_one_pack(&backend, path) != 0 ||
	    git_odb_add_backend(odb, backend, 1) != 0) {
		git_odb_free(odb);
		return NULL;
	}
	return odb;
}

/* False and *error: it could be read, and cannot be written. */
static bool save_object(git_odb *odb, const git_oid *id, Pack *pack, GError **error)
{
	git_odb_object *object;
	git_object_t type;
	size_t size;
	bool saved;

	if (git_odb_read_header(&size, &type, odb, id) != 0 || size > OBJECT_MAX_BYTES ||
	    type < GIT_OBJECT_COMMIT || type > GIT_OBJECT_BLOB ||
	    git_odb_read(&object, odb, id) != 0) {
		return true;
	}
	saved = pack_add(pack, (ObjectType)type, git_odb_object_data(object),
			 git_odb_object_size(object), id->id, error);
	git_odb_object_free(object);
	return saved;
}

/* `ret_name`: of the new pack, "" when nothing could be saved. */
static bool save_objects(const Damage *damage, const char *stem, char ret_name[ID_HEX + 1],
			 GError **error)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(git_oid));
	g_autoptr(Pack) pack = pack_new(damage->pack_fd);
	git_odb *odb = open_pack(damage, stem);
	bool saved = true;

	*ret_name = '\0';
	if (odb == NULL) {
		return true;
	}
	git_odb_foreach(odb, list_object, ids);
	for (guint i = 0; i < ids->len && saved; i++) {
		saved = save_object(odb, &g_array_index(ids, git_oid, i), pack, error);
	}
	git_odb_free(odb);
	if (saved) {
		log_warning("%s.pack is damaged: %u of its %u objects can be read", stem,
			    pack_count(pack), ids->len);
	}
	return saved && (pack_count(pack) == 0 || pack_finish(pack, ret_name, error));
}

/*
 * A pack that is whole, with an index that is not
 */

static bool sync_file(int folder_fd, const char *name)
{
	auto_fd int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0;
}

static bool feed(git_indexer *indexer, int fd)
{
	g_autofree guint8 *step = g_malloc(STEP_BYTES);
	git_indexer_progress progress = {0};
	ssize_t got;

	while ((got = read(fd, step, STEP_BYTES)) > 0) {
		if (git_indexer_append(indexer, step, (size_t)got, &progress) != 0) {
			return false;
		}
	}
	return got == 0 && git_indexer_commit(indexer, &progress) == 0;
}

static void take_name(const git_indexer *indexer, char ret_name[ID_HEX + 1])
{
	g_strlcpy(ret_name, git_indexer_name(indexer), ID_HEX + 1);
}

/* A pack that turns out to be no pack leaves `ret_name` empty. */
static bool index_anew(const Damage *damage, const char *stem, char ret_name[ID_HEX + 1],
		       GError **error)
{
	g_autofree char *folder = g_build_filename(damage->folder, "pack", NULL);
	g_autofree char *source = file_name(stem, ".pack");
	auto_fd int fd = openat(damage->pack_fd, source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	g_autofree char *pack = NULL;
	g_autofree char *index = NULL;
	git_indexer *indexer;

	*ret_name = '\0';
	if (fd < 0) {
		return true;
	}
	if (git_indexer_new(&indexer, folder, FILE_MODE, NULL, NULL) != 0) {
		return fail(error, "cannot make an index");
	}
	if (feed(indexer, fd)) {
		take_name(indexer, ret_name);
	}
	git_indexer_free(indexer);
	pack = g_strdup_printf("pack-%s.pack", ret_name);
	index = g_strdup_printf("pack-%s.idx", ret_name);
	log_warning("the index of %s.pack is damaged: %s", stem,
		    *ret_name == '\0' ? "what is in it cannot be found" : "it is made anew");
	return *ret_name == '\0' ||
	       (sync_file(damage->pack_fd, pack) && sync_file(damage->pack_fd, index)) ||
	       error_set_errno(error, "cannot sync %s", pack);
}

/*
 * Putting aside
 */

static bool put_aside(const Damage *damage, const char *stem, GError **error)
{
	static const char *const suffixes[] = {".idx", ".pack", ".rev", ".bitmap"};

	for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *from = file_name(stem, suffixes[i]);
		g_autofree char *to = file_name(from, DAMAGE_SUFFIX);

		if (faccessat(damage->pack_fd, from, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
		    renameat(damage->pack_fd, from, damage->pack_fd, to) < 0) {
			return error_set_errno(error, "cannot put %s aside", from);
		}
	}
	return fsync(damage->pack_fd) == 0 || error_set_errno(error, "cannot sync the packs");
}

/* What was saved may be the same pack again, whole: then it has taken the place of the old one. */
static bool mend_pack(Damage *damage, const char *stem, bool has_index, GError **error)
{
	char name[ID_HEX + 1];

	damage->found++;
	if (!(has_index ? save_objects(damage, stem, name, error)
			: index_anew(damage, stem, name, error))) {
		return false;
	}
	return strcmp(stem + strlen("pack-"), name) == 0 || put_aside(damage, stem, error);
}

static bool check_pack(Damage *damage, const char *stem, DamageDepth depth, GError **error)
{
	bool has_index = is_sound(damage, stem, ".idx");

	if (has_index && (depth == DAMAGE_INDEXES || is_sound(damage, stem, ".pack"))) {
		return true;
	}
	return mend_pack(damage, stem, has_index, error);
}

/* The stems of all packs that have an index. */
static GPtrArray *list_packs(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, "pack", NULL);
	g_autoptr(GDir) names = g_dir_open(path, 0, NULL);
	GPtrArray *stems = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
		if (g_str_has_prefix(name, "pack-") && g_str_has_suffix(name, ".idx")) {
			g_ptr_array_add(stems, g_strndup(name, strlen(name) - strlen(".idx")));
		}
	}
	return stems;
}

static void sweep_indexer(const Damage *damage)
{
	g_autofree char *path = g_build_filename(damage->folder, "pack", NULL);
	g_autoptr(GDir) names = g_dir_open(path, 0, NULL);
	const char *name;

	while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
		if (g_str_has_prefix(name, INDEXER_TEMPORARY)) {
			unlinkat(damage->pack_fd, name, 0);
		}
	}
}

/*
 * Loose objects
 */

static bool is_hex(const char *name, gsize length)
{
	return strlen(name) == length && strspn(name, "0123456789abcdef") == length;
}

static bool check_loose(Damage *damage, const char *fan, const char *rest, GError **error)
{
	g_autofree char *repository = g_path_get_dirname(damage->folder);
	g_autofree char *id = g_strconcat(fan, rest, NULL);
	g_autofree char *from = g_build_filename(damage->folder, fan, rest, NULL);
	g_autofree char *to =
		g_strconcat(damage->folder, "/", fan, "/" DAMAGE_LOOSE_PREFIX, rest, NULL);

	switch (loose_check(repository, id)) {
	case SEALED_SOUND:
	case SEALED_GONE:
		return true;
	case SEALED_ALTERED:
	case SEALED_UNREADABLE:
		break;
	}
	damage->found++;
	log_warning("the loose object %s is damaged", id);
	return rename(from, to) == 0 || error_set_errno(error, "cannot put %s aside", id);
}

static bool check_fan(Damage *damage, const char *fan, GError **error)
{
	g_autofree char *path = g_build_filename(damage->folder, fan, NULL);
	g_autoptr(GDir) names = g_dir_open(path, 0, NULL);
	const char *name;

	while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
		if (is_hex(name, ID_HEX - 2) && !check_loose(damage, fan, name, error)) {
			return false;
		}
	}
	return true;
}

static bool check_all_loose(Damage *damage, GError **error)
{
	g_autoptr(GDir) names = g_dir_open(damage->folder, 0, NULL);
	const char *name;

	while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
		if (is_hex(name, 2) && !check_fan(damage, name, error)) {
			return false;
		}
	}
	return true;
}

bool damage_put_aside(const char *folder, int pack_fd, DamageDepth depth, guint *ret,
		      GError **error)
{
	g_autoptr(GPtrArray) stems = list_packs(folder);
	Damage damage = {folder, pack_fd, 0};
	bool ok = true;

	for (guint i = 0; i < stems->len && ok; i++) {
		ok = check_pack(&damage, stems->pdata[i], depth, error);
	}
	ok = ok && (depth == DAMAGE_INDEXES || check_all_loose(&damage, error));
	if (damage.found > 0) {
		sweep_indexer(&damage);
	}
	*ret = damage.found;
	return ok;
}
