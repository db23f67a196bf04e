/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Paths: see path.h. */
#include "base/path.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool path_is_canonical(const char *path)
{
	if (path[0] != '/') {
		return false;
	}
	if (path[1] == '\0') {
		return true;
	}
	for (const char *p = path; *p != '\0';) {
		const char *name = p + 1;
		gsize length = strcspn(name, "/");

		if (length == 0 || (length == 1 && name[0] == '.') ||
		    (length == 2 && name[0] == '.' && name[1] == '.')) {
			return false;
		}
		p = name + length;
	}
	return true;
}

char *path_canonicalize(const char *path)
{
	g_auto(GStrv) names = NULL;
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	g_autofree char *joined = NULL;

	if (path[0] != '/') {
		return NULL;
	}
	names = g_strsplit(path, "/", -1);
	for (char **name = names; *name != NULL; name++) {
		if (**name == '\0' || g_str_equal(*name, ".")) {
			continue;
		}
		if (!g_str_equal(*name, "..")) {
			g_ptr_array_add(kept, *name);
		} else if (kept->len == 0) {
			return NULL;
		} else {
			g_ptr_array_set_size(kept, (int)kept->len - 1);
		}
	}
	g_ptr_array_add(kept, NULL);
	joined = g_strjoinv("/", (char **)kept->pdata);
	return g_strconcat("/", joined, NULL);
}

bool path_is_beneath(const char *path, const char *ancestor)
{
	gsize length = strlen(ancestor);

	if (length == 1) {
		return true;
	}
	return strncmp(path, ancestor, length) == 0 &&
	       (path[length] == '\0' || path[length] == '/');
}

char *path_join(const char *directory, const char *name)
{
	return g_strconcat(directory[1] == '\0' ? "" : directory, "/", name, NULL);
}

const char *path_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

char *path_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == path ? g_strdup("/") : g_strndup(path, (gsize)(slash - path));
}

static int open_beneath(int dir_fd, const char *relative, int flags)
{
	struct open_how how = {
		.flags = (guint64)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, dir_fd, relative, &how, sizeof(how));
}

/* A path longer than one system call takes is walked in steps that fit. */
static int open_long(int root_fd, const char *path, int flags)
{
	auto_fd int dir = fcntl(root_fd, F_DUPFD_CLOEXEC, 0);

	while (dir >= 0 && strlen(path) >= PATH_MAX) {
		char step[PATH_MAX];
		char *slash;
		int next;

		memcpy(step, path, PATH_MAX - 1);
		step[PATH_MAX - 1] = '\0';
		slash = strrchr(step, '/');
		if (slash == NULL) {
			errno = ENAMETOOLONG;
			return -1;
		}
		*slash = '\0';
		next = open_beneath(dir, step, O_PATH | O_DIRECTORY);
		fd_close(&dir);
		dir = next;
		path += strlen(step) + 1;
	}
	return dir < 0 ? -1 : open_beneath(dir, path, flags);
}

int path_open(int root_fd, const char *path, int flags)
{
	const char *relative = path[1] == '\0' ? "." : path + 1;

	if (strlen(relative) >= PATH_MAX) {
		return open_long(root_fd, relative, flags);
	}
	return open_beneath(root_fd, relative, flags);
}
