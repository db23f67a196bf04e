/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects and the ref: see odb.h. */
#include "change/odb.h"

#include "base/digest.h"
#include "base/fd.h"
#include "base/io.h"
#include "snapshot/loose.h"
#include "change/packs.h"
#include "snapshot/layout.h"

#include <fcntl.h>
#include <git2/sys/odb_backend.h>
#include <string.h>

#define CACHE_BYTES (16 * 1024 * 1024)
#define CACHED_TREE_BYTES (1024 * 1024)
/* Manifests are read for every change in their directory. */
#define CACHED_BLOB_BYTES (128 * 1024)
#define OPEN_PACKS 64
/* The recorder writes packs; loose objects are stock git's. */
#define PRIORITY_PACKS 2
#define PRIORITY_LOOSE 1
#define REF_MAX_BYTES 256
#define PACKED_REFS_MAX_BYTES (1024 * 1024)

struct Odb {
	char *folder;
	git_odb *odb;
	git_repository *repository; /* a wrapper of odb: no folder, no configuration */
	Packs *packs;               /* owned by odb */
};

/* libgit2 must not look at anybody's configuration, and must not take the host's memory. */
void odb_prepare(void)
{
	static gsize done = 0;
	static const int levels[] = {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
				     GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA};

	if (!g_once_init_enter(&done)) {
		return;
	}
	git_libgit2_init();
	for (gsize i = 0; i < G_N_ELEMENTS(levels); i++) {
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	}
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)CACHE_BYTES);
	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE,
			 (size_t)CACHED_TREE_BYTES);
	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_BLOB,
			 (size_t)CACHED_BLOB_BYTES);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)OPEN_PACKS);
	g_once_init_leave(&done, 1);
}

static const char *git_says(void)
{
	const git_error *last = git_error_last();

	return last == NULL || last->message == NULL ? "no reason given" : last->message;
}

static bool library_refuses(const char *path, GError **error)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "cannot open %s: %s", path, git_says());
	return false;
}

static void close_odb(Odb *objects)
{
	g_clear_pointer(&objects->repository, git_repository_free);
	g_clear_pointer(&objects->odb, git_odb_free);
	objects->packs = NULL;
}

static bool add_loose(Odb *objects, const char *folder, GError **error)
{
	git_odb_backend *loose;

	return (git_odb_backend_loose(&loose, folder, -1, 0, 0, 0) == 0 &&
		git_odb_add_backend(objects->odb, loose, PRIORITY_LOOSE) == 0) ||
	       library_refuses(folder, error);
}

static bool add_packs(Odb *objects, const char *folder, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "pack", NULL);
	g_autoptr(Packs) packs = packs_new(path);

	if (git_odb_add_backend(objects->odb, packs_backend(packs), PRIORITY_PACKS) < 0) {
		return library_refuses(path, error);
	}
	objects->packs = g_steal_pointer(&packs);
	return packs_look(objects->packs, error);
}

static bool open_odb(Odb *objects, GError **error)
{
	g_autofree char *folder = g_build_filename(objects->folder, "objects", NULL);

	if (git_odb_new(&objects->odb) < 0) {
		return library_refuses(folder, error);
	}
	return add_loose(objects, folder, error) && add_packs(objects, folder, error) &&
	       (git_repository_wrap_odb(&objects->repository, objects->odb) == 0 ||
		library_refuses(folder, error));
}

Odb *odb_open(const char *state_dir, GError **error)
{
	g_autoptr(Odb) objects = g_new0(Odb, 1);
	g_autofree char *inside = NULL;

	odb_prepare();
	objects->folder = g_build_filename(state_dir, "snapshots.git", NULL);
	inside = g_build_filename(objects->folder, "objects", NULL);
	if (!g_file_test(inside, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "there are no snapshots in %s yet", objects->folder);
		return NULL;
	}
	return open_odb(objects, error) ? g_steal_pointer(&objects) : NULL;
}

void odb_close(Odb *objects)
{
	if (objects == NULL) {
		return;
	}
	close_odb(objects);
	g_free(objects->folder);
	g_free(objects);
}

bool odb_reopen(Odb *objects, GError **error)
{
	close_odb(objects);
	return open_odb(objects, error);
}

const char *odb_folder(const Odb *objects)
{
	return objects->folder;
}

git_odb *odb_raw(Odb *objects)
{
	return objects->odb;
}

bool odb_parse_id(const char *hex, git_oid *ret)
{
	return hex_decode(hex, ret->id, GIT_OID_RAWSZ);
}

char *odb_format_id(const git_oid *id)
{
	char *hex = g_malloc(GIT_OID_HEXSZ + 1);

	hex_encode(id->id, GIT_OID_RAWSZ, hex);
	return hex;
}

static bool ref_is_damaged(const char *path, GError **error)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "%s does not name a commit", path);
	return false;
}

/* Forty digits and LF, nothing else. */
static bool parse_loose_ref(const char *path, GBytes *bytes, git_oid *ret, GError **error)
{
	gsize size;
	const char *data = g_bytes_get_data(bytes, &size);
	g_autofree char *hex = NULL;

	if (size != GIT_OID_HEXSZ + 1 || data[size - 1] != '\n') {
		return ref_is_damaged(path, error);
	}
	hex = g_strndup(data, GIT_OID_HEXSZ);
	return odb_parse_id(hex, ret) || ref_is_damaged(path, error);
}

/* `git gc` moves refs to one file of "<id> <name>" lines. */
static OdbRef find_packed_ref(const Odb *objects, git_oid *ret, GError **error)
{
	g_autofree char *path = g_build_filename(objects->folder, "packed-refs", NULL);
	g_autoptr(GError) local_error = NULL;
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, path, PACKED_REFS_MAX_BYTES, &local_error);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (bytes == NULL && g_error_matches(local_error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		return ODB_REF_NONE;
	}
	if (bytes == NULL) {
		g_propagate_error(error, g_steal_pointer(&local_error));
		return ODB_REF_ERROR;
	}
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		if (strlen(*line) <= GIT_OID_HEXSZ ||
		    strcmp(*line + GIT_OID_HEXSZ, " " LAYOUT_REF) != 0) {
			continue;
		}
		(*line)[GIT_OID_HEXSZ] = '\0';
		if (!odb_parse_id(*line, ret)) {
			ref_is_damaged(path, error);
			return ODB_REF_ERROR;
		}
		return ODB_REF_FOUND;
	}
	return ODB_REF_NONE;
}

OdbRef odb_head(Odb *objects, git_oid *ret, GError **error)
{
	g_autofree char *path = g_build_filename(objects->folder, LAYOUT_REF, NULL);
	g_autoptr(GError) local_error = NULL;
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, path, REF_MAX_BYTES, &local_error);

	if (bytes == NULL && g_error_matches(local_error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		return find_packed_ref(objects, ret, error);
	}
	if (bytes == NULL) {
		g_propagate_error(error, g_steal_pointer(&local_error));
		return ODB_REF_ERROR;
	}
	return parse_loose_ref(path, bytes, ret, error) ? ODB_REF_FOUND : ODB_REF_ERROR;
}

bool odb_sync_head(Odb *objects, GError **error)
{
	g_autofree char *path = g_build_filename(objects->folder, LAYOUT_REF, NULL);
	g_autofree char *folder = g_path_get_dirname(path);
	auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return (fd >= 0 && fsync(fd) == 0) || error_set_errno(error, "cannot sync %s", folder);
}

static bool object_is_damaged(const Odb *objects, const git_oid *id, const char *why,
			      GError **error)
{
	const char *damaged = objects->packs == NULL ? NULL : packs_damaged(objects->packs);
	g_autofree char *hex = odb_format_id(id);

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "object %s of snapshots.git: %s%s%s",
		    hex, why, damaged == NULL ? "" : "; damaged: ", damaged == NULL ? "" : damaged);
	return false;
}

static bool loose_is_harmless(const Odb *objects, const git_oid *id)
{
	char hex[GIT_OID_HEXSZ + 1];

	hex_encode(id->id, GIT_OID_RAWSZ, hex);
	switch (loose_check(objects->folder, hex)) {
	case SEALED_SOUND:
	case SEALED_GONE:
		return true;
	case SEALED_ALTERED:
	case SEALED_UNREADABLE:
		break;
	}
	return false;
}

/* Type and size, before a byte is allocated for it. */
static bool check_header(Odb *objects, const git_oid *id, git_object_t type, gsize max_bytes,
			 GError **error)
{
	size_t size;
	git_object_t found;

	if (!loose_is_harmless(objects, id)) {
		return object_is_damaged(objects, id, "its loose file is damaged", error);
	}
	if (objects->repository == NULL) {
		return object_is_damaged(objects, id, "the store could not be opened again", error);
	}
	if (git_odb_read_header(&size, &found, objects->odb, id) < 0) {
		return object_is_damaged(objects, id, git_says(), error);
	}
	if (found != type) {
		return object_is_damaged(objects, id, "is of another type than it should be",
					 error);
	}
	if (size > max_bytes) {
		return object_is_damaged(objects, id, "is bigger than it can be", error);
	}
	return true;
}

/* One way of reading; the result goes to *ret. */
typedef bool ReadOnce(Odb *objects, const git_oid *id, gsize max_bytes, void *ret, GError **error);

static bool read_commit(Odb *objects, const git_oid *id, gsize max_bytes, void *ret, GError **error)
{
	if (!check_header(objects, id, GIT_OBJECT_COMMIT, max_bytes, error)) {
		return false;
	}
	return git_commit_lookup(ret, objects->repository, id) == 0 ||
	       object_is_damaged(objects, id, git_says(), error);
}

static bool read_tree(Odb *objects, const git_oid *id, gsize max_bytes, void *ret, GError **error)
{
	if (!check_header(objects, id, GIT_OBJECT_TREE, max_bytes, error)) {
		return false;
	}
	return git_tree_lookup(ret, objects->repository, id) == 0 ||
	       object_is_damaged(objects, id, git_says(), error);
}

static bool read_blob(Odb *objects, const git_oid *id, gsize max_bytes, void *ret, GError **error)
{
	git_odb_object *object;

	if (!check_header(objects, id, GIT_OBJECT_BLOB, max_bytes, error)) {
		return false;
	}
	if (git_odb_read(&object, objects->odb, id) < 0) {
		return object_is_damaged(objects, id, git_says(), error);
	}
	*(GBytes **)ret = g_bytes_new(git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	return true;
}

/* First as the packs are known, then with those that came since, then without those that went. */
static bool read_with(ReadOnce *read_once, Odb *objects, const git_oid *id, gsize max_bytes,
		      void *ret, GError **error)
{
	if (read_once(objects, id, max_bytes, ret, NULL)) {
		return true;
	}
	if (objects->repository != NULL && packs_look(objects->packs, NULL) &&
	    read_once(objects, id, max_bytes, ret, NULL)) {
		return true;
	}
	return odb_reopen(objects, error) && read_once(objects, id, max_bytes, ret, error);
}

git_commit *odb_commit(Odb *objects, const git_oid *id, GError **error)
{
	git_commit *commit = NULL;

	read_with(read_commit, objects, id, ODB_MAX_COMMIT_BYTES, &commit, error);
	return commit;
}

bool odb_check(Odb *objects, const git_oid *id, GError **error)
{
	git_odb_object *object;
	git_object_t type;
	size_t size;

	if (!loose_is_harmless(objects, id)) {
		return object_is_damaged(objects, id, "its loose file is damaged", error);
	}
	if (git_odb_read_header(&size, &type, objects->odb, id) < 0) {
		return object_is_damaged(objects, id, git_says(), error);
	}
	if (size > ODB_MAX_ANY_BYTES) {
		return object_is_damaged(objects, id, "is bigger than anything we write", error);
	}
	if (git_odb_read(&object, objects->odb, id) < 0) {
		return object_is_damaged(objects, id, git_says(), error);
	}
	git_odb_object_free(object);
	return true;
}

git_tree *odb_tree(Odb *objects, const git_oid *id, GError **error)
{
	git_tree *tree = NULL;

	read_with(read_tree, objects, id, ODB_MAX_TREE_BYTES, &tree, error);
	return tree;
}

GBytes *odb_blob(Odb *objects, const git_oid *id, gsize max_bytes, GError **error)
{
	GBytes *blob = NULL;

	read_with(read_blob, objects, id, max_bytes, &blob, error);
	return blob;
}

static const git_oid *find_entry(const git_tree *tree, const char *name, git_object_t type)
{
	const git_tree_entry *entry = git_tree_entry_byname(tree, name);

	return entry != NULL && git_tree_entry_type(entry) == type ? git_tree_entry_id(entry)
								   : NULL;
}

const git_oid *odb_subtree(const git_tree *tree, const char *name)
{
	return find_entry(tree, name, GIT_OBJECT_TREE);
}

const git_oid *odb_entry_blob(const git_tree *tree, const char *name)
{
	return find_entry(tree, name, GIT_OBJECT_BLOB);
}

bool odb_tree_at(Odb *objects, const git_tree *tree, const char *path, git_tree **ret_tree,
		 GError **error)
{
	g_auto(GStrv) names = g_strsplit(path, "/", -1);
	g_autoptr(OdbTree) here = NULL;

	*ret_tree = NULL;
	for (char **name = names; *name != NULL; name++) {
		const git_oid *id = odb_subtree(here == NULL ? tree : here, *name);
		git_tree *next;

		if (id == NULL) {
			return true;
		}
		next = odb_tree(objects, id, error);
		if (next == NULL) {
			return false;
		}
		git_tree_free(here);
		here = next;
	}
	*ret_tree = g_steal_pointer(&here);
	return true;
}
