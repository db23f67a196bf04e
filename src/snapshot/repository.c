/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The repository on disk: see repository.h. */
#include "snapshot/repository.h"

#include "base/digest.h"
#include "base/fd.h"
#include "base/io.h"
#include "event/file-state.h"
#include "snapshot/layout.h"
#include "snapshot/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BRANCH "observed"
/* git's own name for the new value of a ref: other writers respect it, readers pass it over. */
#define BRANCH_LOCK BRANCH ".lock"
#define OBJECT_HEX (2 * BLOB_BYTES)
#define FOLDER_MODE (S_ISGID | 0750)
#define FILE_MODE 0640
#define REF_MAX_BYTES 4096
#define PACKED_REFS_MAX_BYTES (1024 * 1024)
/* A pack without index may be one that another git is just putting in place. */
#define ORPHAN_SEC 3600

/* gc is off: it would race with us for nothing, our own maintenance merges packs. */
static const char config_text[] = "[core]\n"
				  "\trepositoryformatversion = 0\n"
				  "\tfilemode = true\n"
				  "\tbare = true\n"
				  "\tsharedRepository = 0640\n"
				  "[gc]\n"
				  "\tauto = 0\n"
				  "[maintenance]\n"
				  "\tauto = false\n"
				  "[reeve]\n"
				  "\tschema = " G_STRINGIFY(REPOSITORY_SCHEMA) "\n";

/*
 * Making
 */

/* Makes the folder if missing, gives it the group, and opens it; -1 and *error. */
static int make_folder(int parent_fd, const char *name, gid_t group, GError **error)
{
	bool is_new = mkdirat(parent_fd, name, 0750) == 0;
	auto_fd int fd = -1;

	if (!is_new && errno != EEXIST) {
		error_set_errno(error, "cannot make %s", name);
		return -1;
	}
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || (is_new && (fchown(fd, (uid_t)-1, group) < 0 || fchmod(fd, FOLDER_MODE) < 0 ||
				  fsync(parent_fd) < 0))) {
		error_set_errno(error, "cannot make %s", name);
		return -1;
	}
	return fd_steal(&fd);
}

static bool make_empty_folder(int parent_fd, const char *name, gid_t group, GError **error)
{
	auto_fd int fd = make_folder(parent_fd, name, group, error);

	return fd >= 0;
}

static bool make_file(int fd, const char *name, const char *text, GError **error)
{
	return faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	       io_replace_file(fd, name, text, strlen(text), FILE_MODE, error);
}

/* Each step finds its work done or does it, so a kill between two of them is mended here. */
static bool make_all(Repository *repository, int state_fd, gid_t group, GError **error)
{
	auto_fd int objects = -1;
	auto_fd int refs = -1;

	repository->fd = make_folder(state_fd, REPOSITORY_NAME, group, error);
	if (repository->fd < 0) {
		return false;
	}
	objects = make_folder(repository->fd, "objects", group, error);
	refs = objects < 0 ? -1 : make_folder(repository->fd, "refs", group, error);
	if (refs < 0 || !make_empty_folder(objects, "info", group, error) ||
	    !make_empty_folder(refs, "tags", group, error)) {
		return false;
	}
	repository->pack_fd = make_folder(objects, "pack", group, error);
	repository->heads_fd = make_folder(refs, "heads", group, error);
	return repository->pack_fd >= 0 && repository->heads_fd >= 0 &&
	       make_file(repository->fd, "config", config_text, error) &&
	       make_file(repository->fd, "HEAD", "ref: " LAYOUT_REF "\n", error);
}

/*
 * Checking. Only our own number is looked for, so git's whole grammar is not needed: the last
 * "schema = N" of a section [reeve].
 */
static bool read_schema(const char *text, guint64 *ret)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	bool is_ours = false;
	bool found = false;

	for (char **line = lines; *line != NULL; line++) {
		const char *word = g_strstrip(*line);

		if (*word == '[') {
			is_ours = g_ascii_strcasecmp(word, "[reeve]") == 0;
		} else if (is_ours && g_str_has_prefix(word, "schema")) {
			const char *value = word + strlen("schema");

			value += strspn(value, " \t=");
			found = g_ascii_string_to_unsigned(value, 10, 1, G_MAXUINT32, ret, NULL);
		}
	}
	return found;
}

static bool check_schema(Repository *repository, GError **error)
{
	g_autoptr(GBytes) bytes = io_read_file(repository->fd, "config", 65536, error);
	g_autofree char *text = NULL;
	guint64 schema;

	if (bytes == NULL) {
		return false;
	}
	text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	if (!read_schema(text, &schema)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    REPOSITORY_NAME "/config has no reeve.schema: it is not a store of "
					    "ours; move it away to begin anew");
		return false;
	}
	if (schema > REPOSITORY_SCHEMA) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_VERSION,
			    REPOSITORY_NAME " has schema %" G_GUINT64_FORMAT ", this Reeve knows "
					    "%d: upgrade Reeve",
			    schema, REPOSITORY_SCHEMA);
		return false;
	}
	return true;
}

/*
 * Sweeping
 */

static bool is_old(int fd, const char *name)
{
	struct stat st;

	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       time(NULL) - st.st_mtime > ORPHAN_SEC;
}

static bool has_index(int fd, const char *pack)
{
	g_autofree char *stem = g_strndup(pack, strlen(pack) - strlen(".pack"));
	g_autofree char *index = g_strconcat(stem, ".idx", NULL);

	return faccessat(fd, index, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_left_over(int fd, const char *name)
{
	return g_str_has_prefix(name, PACK_TEMPORARY) ||
	       (g_str_has_prefix(name, "pack-") && g_str_has_suffix(name, ".pack") &&
		is_old(fd, name) && !has_index(fd, name));
}

static bool sweep(Repository *repository, GError **error)
{
	int fd = fcntl(repository->pack_fd, F_DUPFD_CLOEXEC, 3);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	unlinkat(repository->heads_fd, BRANCH_LOCK, 0);
	if (folder == NULL) {
		fd_close(&fd);
		return error_set_errno(error, "cannot list the packs");
	}
	rewinddir(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (is_left_over(repository->pack_fd, entry->d_name)) {
			unlinkat(repository->pack_fd, entry->d_name, 0);
		}
	}
	closedir(folder);
	return true;
}

Repository *repository_open(const char *state_dir, GError **error)
{
	g_autoptr(Repository) repository = g_new0(Repository, 1);
	auto_fd int state_fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autofree char *path = g_build_filename(state_dir, REPOSITORY_NAME, NULL);
	struct stat st;

	repository->fd = repository->pack_fd = repository->heads_fd = repository->lock_fd = -1;
	if (state_fd < 0 || fstat(state_fd, &st) < 0) {
		error_set_errno(error, "cannot open %s", state_dir);
		return NULL;
	}
	repository->objects = g_build_filename(state_dir, REPOSITORY_NAME, "objects", NULL);
	if (!make_all(repository, state_fd, st.st_gid, error) || !check_schema(repository, error) ||
	    !sweep(repository, error)) {
		return NULL;
	}
	anchor_drop(&repository->place, path, repository->fd);
	return g_steal_pointer(&repository);
}

void repository_close(Repository *repository)
{
	if (repository == NULL) {
		return;
	}
	repository_drop_ref(repository);
	fd_close(&repository->fd);
	fd_close(&repository->pack_fd);
	fd_close(&repository->heads_fd);
	anchor_clear(&repository->place);
	g_free(repository->objects);
	g_free(repository);
}

/* A folder that was removed has no name left, whatever holds it open. */
static bool has_name(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 || st.st_nlink > 0;
}

bool repository_is_in_place(const Repository *repository)
{
	return anchor_holds(&repository->place) && has_name(repository->pack_fd) &&
	       has_name(repository->heads_fd);
}

/*
 * The ref
 */

static bool is_object_name(const char *text)
{
	return strlen(text) == OBJECT_HEX && strspn(text, "0123456789abcdef") == OBJECT_HEX;
}

/* The line of our branch in packed-refs, which somebody's `git gc` may have made. */
static char *find_packed(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		if (strlen(*line) > OBJECT_HEX && strcmp(*line + OBJECT_HEX, " " LAYOUT_REF) == 0) {
			return g_strndup(*line, OBJECT_HEX);
		}
	}
	return NULL;
}

/* The text of a small file; *ret NULL when it does not exist. */
static bool read_text(int fd, const char *name, gsize max_bytes, char **ret, GError **error)
{
	g_autoptr(GError) mistake = NULL;
	g_autoptr(GBytes) bytes = io_read_file(fd, name, max_bytes, &mistake);

	*ret = NULL;
	if (bytes != NULL) {
		*ret = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	} else if (!g_error_matches(mistake, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		g_propagate_error(error, g_steal_pointer(&mistake));
		return false;
	}
	return true;
}

bool repository_read_ref(Repository *repository, char **ret, GError **error)
{
	g_autofree char *loose = NULL;
	g_autofree char *packed = NULL;
	g_autofree char *commit = NULL;

	*ret = NULL;
	if (!read_text(repository->heads_fd, BRANCH, REF_MAX_BYTES, &loose, error)) {
		return false;
	}
	if (loose != NULL) {
		commit = g_strdup(g_strchomp(loose));
	} else if (!read_text(repository->fd, "packed-refs", PACKED_REFS_MAX_BYTES, &packed,
			      error)) {
		return false;
	} else if (packed != NULL) {
		commit = find_packed(packed);
	}
	if (commit != NULL && !is_object_name(commit)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "%s names no commit",
			    LAYOUT_REF);
		return false;
	}
	*ret = g_steal_pointer(&commit);
	return true;
}

bool repository_prepare_ref(Repository *repository, const char *commit, GError **error)
{
	int fd = openat(repository->heads_fd, BRANCH_LOCK,
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);

	g_assert(is_object_name(commit));
	g_assert(repository->lock_fd < 0);
	if (fd < 0) {
		return error_set_errno(error, "cannot make %s", BRANCH_LOCK);
	}
	repository->lock_fd = fd;
	if (!io_write_all(fd, commit, OBJECT_HEX, error) || !io_write_all(fd, "\n", 1, error)) {
		return false;
	}
	sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return true;
}

bool repository_move_ref(Repository *repository, GError **error)
{
	int fd = repository->heads_fd;

	if (fchmod(repository->lock_fd, FILE_MODE) < 0 || fsync(repository->lock_fd) < 0) {
		return error_set_errno(error, "cannot sync %s", BRANCH_LOCK);
	}
	if (renameat(fd, BRANCH_LOCK, fd, BRANCH) < 0) {
		return error_set_errno(error, "cannot move %s", LAYOUT_REF);
	}
	fd_close(&repository->lock_fd);
	return fsync(fd) == 0 || error_set_errno(error, "cannot sync %s", LAYOUT_REF);
}

void repository_drop_ref(Repository *repository)
{
	if (repository->lock_fd >= 0) {
		unlinkat(repository->heads_fd, BRANCH_LOCK, 0);
		fd_close(&repository->lock_fd);
	}
}
