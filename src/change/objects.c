/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects and the ref: see objects.h. */
#include "change/objects.h"

#include "base/digest.h"
#include "base/io.h"
#include "snapshot/layout.h"

#include <fcntl.h>
#include <string.h>

#define CACHE_BYTES (16 * 1024 * 1024)
#define CACHED_TREE_BYTES (1024 * 1024)
#define OPEN_PACKS 64
#define REF_MAX_BYTES 256
#define PACKED_REFS_MAX_BYTES (1024 * 1024)

struct Objects {
	char *folder;
	git_odb *odb;
	git_repository *repository; /* a wrapper of odb: no folder, no configuration */
};

/* libgit2 must not look at anybody's configuration, and must not take the host's memory. */
void objects_prepare(void)
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
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)OPEN_PACKS);
	g_once_init_leave(&done, 1);
}

static const char *git_says(void)
{
	const git_error *last = git_error_last();

	return last == NULL || last->message == NULL ? "no reason given" : last->message;
}

static bool open_odb(const char *folder, git_odb **ret_odb, git_repository **ret_repository,
		     GError **error)
{
	g_autofree char *path = g_build_filename(folder, "objects", NULL);

	if (git_odb_open(ret_odb, path) < 0 ||
	    git_repository_wrap_odb(ret_repository, *ret_odb) < 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "cannot open %s: %s", path,
			    git_says());
		g_clear_pointer(ret_odb, git_odb_free);
		return false;
	}
	return true;
}

Objects *objects_open(const char *state_dir, GError **error)
{
	g_autoptr(Objects) objects = g_new0(Objects, 1);
	g_autofree char *inside = NULL;

	objects_prepare();
	objects->folder = g_build_filename(state_dir, "snapshots.git", NULL);
	inside = g_build_filename(objects->folder, "objects", NULL);
	if (!g_file_test(inside, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "there are no snapshots in %s yet", objects->folder);
		return NULL;
	}
	if (!open_odb(objects->folder, &objects->odb, &objects->repository, error)) {
		return NULL;
	}
	return g_steal_pointer(&objects);
}

void objects_close(Objects *objects)
{
	if (objects == NULL) {
		return;
	}
	git_repository_free(objects->repository);
	git_odb_free(objects->odb);
	g_free(objects->folder);
	g_free(objects);
}

bool objects_reopen(Objects *objects, GError **error)
{
	git_odb *odb = NULL;
	git_repository *repository = NULL;

	if (!open_odb(objects->folder, &odb, &repository, error)) {
		return false;
	}
	git_repository_free(objects->repository);
	git_odb_free(objects->odb);
	objects->odb = odb;
	objects->repository = repository;
	return true;
}

const char *objects_folder(const Objects *objects)
{
	return objects->folder;
}

git_odb *objects_odb(Objects *objects)
{
	return objects->odb;
}

bool objects_parse_id(const char *hex, git_oid *ret)
{
	return hex_decode(hex, ret->id, GIT_OID_RAWSZ);
}

char *objects_format_id(const git_oid *id)
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
	return objects_parse_id(hex, ret) || ref_is_damaged(path, error);
}

/* `git gc` moves refs to one file of "<id> <name>" lines. */
static ObjectsRef find_packed_ref(const Objects *objects, git_oid *ret, GError **error)
{
	g_autofree char *path = g_build_filename(objects->folder, "packed-refs", NULL);
	g_autoptr(GError) local_error = NULL;
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, path, PACKED_REFS_MAX_BYTES, &local_error);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (bytes == NULL && g_error_matches(local_error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		return OBJECTS_REF_NONE;
	}
	if (bytes == NULL) {
		g_propagate_error(error, g_steal_pointer(&local_error));
		return OBJECTS_REF_ERROR;
	}
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		if (strlen(*line) <= GIT_OID_HEXSZ ||
		    strcmp(*line + GIT_OID_HEXSZ, " " LAYOUT_REF) != 0) {
			continue;
		}
		(*line)[GIT_OID_HEXSZ] = '\0';
		if (!objects_parse_id(*line, ret)) {
			ref_is_damaged(path, error);
			return OBJECTS_REF_ERROR;
		}
		return OBJECTS_REF_FOUND;
	}
	return OBJECTS_REF_NONE;
}

ObjectsRef objects_head(Objects *objects, git_oid *ret, GError **error)
{
	g_autofree char *path = g_build_filename(objects->folder, LAYOUT_REF, NULL);
	g_autoptr(GError) local_error = NULL;
	g_autoptr(GBytes) bytes = io_read_file(AT_FDCWD, path, REF_MAX_BYTES, &local_error);

	if (bytes == NULL && g_error_matches(local_error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		return find_packed_ref(objects, ret, error);
	}
	if (bytes == NULL) {
		g_propagate_error(error, g_steal_pointer(&local_error));
		return OBJECTS_REF_ERROR;
	}
	return parse_loose_ref(path, bytes, ret, error) ? OBJECTS_REF_FOUND : OBJECTS_REF_ERROR;
}

static bool object_is_damaged(const git_oid *id, const char *why, GError **error)
{
	g_autofree char *hex = objects_format_id(id);

	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "object %s of snapshots.git: %s", hex,
		    why);
	return false;
}

/* Type and size, before a byte is allocated for it. */
static bool check_header(Objects *objects, const git_oid *id, git_object_t type, gsize max_bytes,
			 GError **error)
{
	size_t size;
	git_object_t found;

	if (git_odb_read_header(&size, &found, objects->odb, id) < 0) {
		return object_is_damaged(id, git_says(), error);
	}
	if (found != type) {
		return object_is_damaged(id, "is of another type than it should be", error);
	}
	if (size > max_bytes) {
		return object_is_damaged(id, "is bigger than it can be", error);
	}
	return true;
}

/* One way of reading; the result goes to *ret. */
typedef bool ReadOnce(Objects *objects, const git_oid *id, gsize max_bytes, void *ret,
		      GError **error);

static bool read_commit(Objects *objects, const git_oid *id, gsize max_bytes, void *ret,
			GError **error)
{
	if (!check_header(objects, id, GIT_OBJECT_COMMIT, max_bytes, error)) {
		return false;
	}
	return git_commit_lookup(ret, objects->repository, id) == 0 ||
	       object_is_damaged(id, git_says(), error);
}

static bool read_tree(Objects *objects, const git_oid *id, gsize max_bytes, void *ret,
		      GError **error)
{
	if (!check_header(objects, id, GIT_OBJECT_TREE, max_bytes, error)) {
		return false;
	}
	return git_tree_lookup(ret, objects->repository, id) == 0 ||
	       object_is_damaged(id, git_says(), error);
}

static bool read_blob(Objects *objects, const git_oid *id, gsize max_bytes, void *ret,
		      GError **error)
{
	git_odb_object *object;

	if (!check_header(objects, id, GIT_OBJECT_BLOB, max_bytes, error)) {
		return false;
	}
	if (git_odb_read(&object, objects->odb, id) < 0) {
		return object_is_damaged(id, git_says(), error);
	}
	*(GBytes **)ret = g_bytes_new(git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	return true;
}

static bool read_with(ReadOnce *read_once, Objects *objects, const git_oid *id, gsize max_bytes,
		      void *ret, GError **error)
{
	if (read_once(objects, id, max_bytes, ret, NULL)) {
		return true;
	}
	return objects_reopen(objects, error) && read_once(objects, id, max_bytes, ret, error);
}

git_commit *objects_commit(Objects *objects, const git_oid *id, GError **error)
{
	git_commit *commit = NULL;

	read_with(read_commit, objects, id, OBJECTS_MAX_COMMIT_BYTES, &commit, error);
	return commit;
}

git_tree *objects_tree(Objects *objects, const git_oid *id, GError **error)
{
	git_tree *tree = NULL;

	read_with(read_tree, objects, id, OBJECTS_MAX_TREE_BYTES, &tree, error);
	return tree;
}

GBytes *objects_blob(Objects *objects, const git_oid *id, gsize max_bytes, GError **error)
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

const git_oid *objects_subtree(const git_tree *tree, const char *name)
{
	return find_entry(tree, name, GIT_OBJECT_TREE);
}

const git_oid *objects_entry_blob(const git_tree *tree, const char *name)
{
	return find_entry(tree, name, GIT_OBJECT_BLOB);
}

bool objects_tree_at(Objects *objects, const git_tree *tree, const char *path, git_tree **ret_tree,
		     GError **error)
{
	g_auto(GStrv) names = g_strsplit(path, "/", -1);
	g_autoptr(ObjectsTree) here = NULL;

	*ret_tree = NULL;
	for (char **name = names; *name != NULL; name++) {
		const git_oid *id = objects_subtree(here == NULL ? tree : here, *name);
		git_tree *next;

		if (id == NULL) {
			return true;
		}
		next = objects_tree(objects, id, error);
		if (next == NULL) {
			return false;
		}
		git_tree_free(here);
		here = next;
	}
	*ret_tree = g_steal_pointer(&here);
	return true;
}
