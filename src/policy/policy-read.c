/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects the files of a policy, beneath the folders given and nowhere else; parses nothing. */
#include "policy/policy-read.h"

#include "base/escape.h"
#include "base/fd.h"
#include "base/io.h"
#include "policy/policy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_FILES 10000
#define MAX_FILE_BYTES (1024 * 1024)
#define MAX_BYTES (64 * 1024 * 1024)
#define MAX_DEPTH 8

typedef struct {
	int root;              /* the folder given; nothing outside of it is opened */
	const char *root_name; /* as given */
	bool (*is_wanted)(const char *name);
	GPtrArray *sources;
	gsize *bytes; /* read so far */
} Walk;

void policy_source_free(PolicySource *source)
{
	if (source != NULL) {
		g_free(source->name);
		g_clear_pointer(&source->bytes, g_bytes_unref);
		g_free(source->problem);
		g_free(source);
	}
}

bool policy_is_case_file(const char *name)
{
	return name[0] != '.' && g_str_has_suffix(name, ".cases.yaml");
}

bool policy_is_rule_file(const char *name)
{
	return name[0] != '.' && !policy_is_case_file(name) &&
	       (g_str_has_suffix(name, ".yml") || g_str_has_suffix(name, ".yaml"));
}

/* `path` is relative to the root; "." is the root itself. */
static int open_beneath(const Walk *walk, const char *path, guint64 flags)
{
	struct open_how how = {
		/* a FIFO named x.yml must not hold us up */
		.flags = flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	int fd = (int)syscall(SYS_openat2, walk->root, path, &how, sizeof(how));

	if (fd < 0 && errno == ENOSYS) {
		/* an old kernel, or valgrind: then links are not followed at all */
		fd = openat(walk->root, path, (int)how.flags | O_NOFOLLOW);
	}
	return fd;
}

static char *shown_name(const Walk *walk, const char *path)
{
	g_autofree char *whole = g_str_equal(path, ".")
					 ? g_strdup(walk->root_name)
					 : g_build_filename(walk->root_name, path, NULL);

	return escape_path(whole);
}

static GBytes *read_bytes(int fd, GError **error)
{
	struct stat st;

	if (fd < 0) {
		error_set_errno(error, "cannot open it");
		return NULL;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		g_set_error_literal(error, REEVE_ERROR, REEVE_ERROR_IO, "it is not a regular file");
		return NULL;
	}
	return io_read_fd(fd, MAX_FILE_BYTES, error);
}

/* Adds a file; what is wrong with it alone stays with it. False when a cap of the whole is hit. */
static bool add_file(Walk *walk, int fd, const char *path, GError **error)
{
	PolicySource *source = g_new0(PolicySource, 1);
	g_autoptr(GError) reason = NULL;

	source->name = shown_name(walk, path);
	source->bytes = read_bytes(fd, &reason);
	g_ptr_array_add(walk->sources, source);
	if (source->bytes == NULL) {
		source->problem = g_strdup_printf("%s: %s", source->name, reason->message);
		return true;
	}
	*walk->bytes += g_bytes_get_size(source->bytes);
	if (*walk->bytes > MAX_BYTES || walk->sources->len > MAX_FILES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    "%s: a policy has at most %d files and %d MiB together",
			    walk->root_name, MAX_FILES, MAX_BYTES / 1024 / 1024);
		return false;
	}
	return true;
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder, sorted; takes the descriptor. NULL and *error. */
static GPtrArray *list_folder(int fd, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	DIR *folder = fdopendir(fd);
	const struct dirent *entry;

	if (folder == NULL) {
		close(fd);
		error_set_errno(error, "cannot list it");
		return NULL;
	}
	while ((entry = readdir(folder)) != NULL && names->len <= 2 * MAX_FILES) {
		if (entry->d_name[0] != '.') {
			g_ptr_array_add(names, g_strdup(entry->d_name));
		}
	}
	closedir(folder);
	g_ptr_array_sort(names, compare_names);
	return g_steal_pointer(&names);
}

static bool walk_folder(Walk *walk, const char *path, guint depth, GError **error);

static bool walk_entry(Walk *walk, const char *path, guint depth, GError **error)
{
	auto_fd int folder = open_beneath(walk, path, O_DIRECTORY | O_NOFOLLOW);
	const char *slash = strrchr(path, '/');

	if (folder >= 0) {
		return walk_folder(walk, path, depth + 1, error);
	}
	if (walk->is_wanted(slash != NULL ? slash + 1 : path)) {
		auto_fd int fd = open_beneath(walk, path, 0);

		return add_file(walk, fd, path, error);
	}
	return true;
}

static bool walk_folder(Walk *walk, const char *path, guint depth, GError **error)
{
	int fd = open_beneath(walk, path, O_DIRECTORY);
	g_autoptr(GPtrArray) names = NULL;

	if (depth > MAX_DEPTH) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    "%s: folders of rules are nested more than %d deep", walk->root_name,
			    MAX_DEPTH);
		return false;
	}
	if (fd < 0) {
		return error_set_errno(error, "%s: cannot open %s", walk->root_name, path);
	}
	names = list_folder(fd, error);
	if (names == NULL) {
		return false;
	}
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *child = g_str_equal(path, ".")
						 ? g_strdup(name)
						 : g_strconcat(path, "/", name, NULL);

		if (!walk_entry(walk, child, depth, error)) {
			return false;
		}
	}
	return true;
}

static bool read_one(Walk *walk, bool missing_ok, GError **error)
{
	auto_fd int fd = open(walk->root_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && missing_ok && errno == ENOENT) {
		return true;
	}
	if (fd < 0 || fstat(fd, &st) != 0) {
		g_autofree char *name = escape_path(walk->root_name);

		return error_set_errno(error, "cannot read rules from %s", name);
	}
	if (!S_ISDIR(st.st_mode)) {
		const char *slash = strrchr(walk->root_name, '/');

		return !walk->is_wanted(slash != NULL ? slash + 1 : walk->root_name) ||
		       add_file(walk, fd, ".", error);
	}
	walk->root = fd;
	return walk_folder(walk, ".", 0, error);
}

GPtrArray *policy_read_wanted(const char *const *folders, bool missing_ok,
			      bool (*is_wanted)(const char *name), GError **error)
{
	g_autoptr(GPtrArray) sources =
		g_ptr_array_new_with_free_func((GDestroyNotify)policy_source_free);
	gsize bytes = 0;

	for (guint i = 0; folders != NULL && folders[i] != NULL; i++) {
		Walk walk = {-1, folders[i], is_wanted, sources, &bytes};

		if (!read_one(&walk, missing_ok, error)) {
			return NULL;
		}
	}
	return g_steal_pointer(&sources);
}

GPtrArray *policy_read(const char *const *folders, bool missing_ok, GError **error)
{
	return policy_read_wanted(folders, missing_ok, policy_is_rule_file, error);
}
