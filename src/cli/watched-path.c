/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The paths named to `reeve watch`: see watched-path.h. */
#include "cli/watched-path.h"

#include "base/escape.h"
#include "base/fd.h"
#include "base/path.h"
#include "cli/context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool complain_missing(const char *root, const char *path, GError **error)
{
	int problem = errno;
	g_autofree char *escaped = escape_path(path);
	char *real = root == NULL ? realpath(path, NULL) : NULL;
	g_autofree char *escaped_real = real == NULL ? NULL : escape_path(real);

	free(real);
	if (problem == ELOOP) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s is a symbolic link or lies behind one, and Reeve follows none; "
			    "watch %s instead",
			    escaped, escaped_real != NULL ? escaped_real : "what it points to");
	} else if (problem == ENOENT || problem == ENOTDIR) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND, "there is no %s%s%s",
			    escaped, root != NULL ? " in " : "", root != NULL ? root : "");
	} else {
		errno = problem;
		error_set_errno(error, "cannot watch %s", escaped);
	}
	return false;
}

/* A folder we may not list would be a baseline of nothing. */
static bool check_readable(int fd, const char *path, GError **error)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		return error_set_errno(error, "cannot look at %s", path);
	}
	if (faccessat(fd, "", S_ISDIR(st.st_mode) ? R_OK | X_OK : R_OK, AT_EMPTY_PATH) != 0 &&
	    errno == EACCES) {
		g_autofree char *escaped = escape_path(path);

		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "you may not read %s; try `sudo reeve watch %s`", escaped, escaped);
		return false;
	}
	return true;
}

static char *watched_path(int root_fd, const char *root, const char *typed, GError **error)
{
	g_autofree char *path = root == NULL ? verb_path(typed, error) : path_canonicalize(typed);
	auto_fd int fd = -1;

	if (path == NULL) {
		if (root != NULL) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "`%s` is no absolute path; with --root, paths are as seen from "
				    "inside it",
				    typed);
		}
		return NULL;
	}
	fd = path_open(root_fd, path, O_PATH);
	if (fd < 0) {
		complain_missing(root, path, error);
		return NULL;
	}
	return check_readable(fd, path, error) ? g_steal_pointer(&path) : NULL;
}

GStrv watched_paths(const char *root, char *const *typed, GError **error)
{
	auto_fd int root_fd = open(root != NULL ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_autoptr(GStrvBuilder) paths = g_strv_builder_new();

	if (root_fd < 0) {
		error_set_errno(error, "--root: cannot open %s", root);
		return NULL;
	}
	for (; *typed != NULL; typed++) {
		g_autofree char *path = watched_path(root_fd, root, *typed, error);

		if (path == NULL) {
			return NULL;
		}
		g_strv_builder_add(paths, path);
	}
	return g_strv_builder_end(paths);
}
