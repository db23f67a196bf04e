/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proposals from edited text: see proposal-patch.h. */
#include "cli/proposal-patch.h"

#include "cli/editor.h"
#include "cli/stock-git.h"
#include "cli/program.h"

#include "base/io.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The third column of `git apply --numstat -z`: NUL-ended, paths raw. */
static GPtrArray *paths_of_patch(GBytes *numstat)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	gsize size;
	const char *at = g_bytes_get_data(numstat, &size), *end = at + size;

	while (at < end) {
		const char *last = memchr(at, '\0', (gsize)(end - at));
		const char *tab = memchr(at, '\t', (gsize)(end - at));
		const char *path = tab == NULL ? NULL : strchr(tab + 1, '\t');

		if (last == NULL || path == NULL) {
			break;
		}
		g_ptr_array_add(paths, g_strconcat("/", path + 1, NULL));
		at = last + 1;
	}
	return paths;
}

/* An empty file where there is none: a patch that creates it would be refused, so leave it out. */
static bool lay_out(Proposal *proposal, const char *tree, const char *path, GError **error)
{
	g_autoptr(GBytes) present = proposal_present(proposal, path, error);
	g_autofree char *file = g_build_filename(tree, path, NULL);
	g_autofree char *folder = g_path_get_dirname(file);
	g_auto(FileState) now = {0};

	if (present == NULL || !store_state(proposal->store, proposal->head, path, &now, error)) {
		return false;
	}
	if (now.type == FILE_ABSENT) {
		return true;
	}
	return (g_mkdir_with_parents(folder, 0700) == 0 ||
		error_set_errno(error, "cannot make %s", folder)) &&
	       g_file_set_contents(file, g_bytes_get_data(present, NULL),
				   (gssize)g_bytes_get_size(present), error);
}

static bool take_back(Proposal *proposal, const char *tree, const char *path, GError **error)
{
	g_autofree char *file = g_build_filename(tree, path, NULL);
	g_autoptr(GBytes) content = NULL;
	struct stat st;

	if (lstat(file, &st) < 0 && errno == ENOENT) {
		return proposal_remove(proposal, path, error);
	}
	content = io_read_file(AT_FDCWD, file, PROPOSAL_CONTENT_MAX_BYTES, error);
	return content != NULL &&
	       proposal_put(proposal, path, content, (st.st_mode & 0100) != 0 ? 0755 : -1, error);
}

bool proposal_add_patch(Proposal *proposal, const char *file, GError **error)
{
	g_auto(Git) git = {NULL};
	g_autofree char *patch = g_canonicalize_filename(file, NULL);
	g_autofree char *tree = NULL;
	g_autoptr(GBytes) numstat = NULL;
	g_autoptr(GPtrArray) paths = NULL;

	if (!stock_git_open_workshop(NULL, &git, error)) {
		return false;
	}
	tree = g_build_filename(git.folder, "tree", NULL);
	g_mkdir_with_parents(tree, 0700);
	if (!stock_git_run(&git, NULL, &numstat, error, "-C", tree, "apply", "--numstat", "-z",
			   patch, NULL)) {
		return false;
	}
	paths = paths_of_patch(numstat);
	for (guint i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);

		if (!path_is_canonical(path)) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "the patch names %s, which is no path of a machine", path);
			return false;
		}
		if (!lay_out(proposal, tree, path, error)) {
			return false;
		}
	}
	if (!stock_git_run(&git, NULL, NULL, error, "-C", tree, "apply", "--whitespace=nowarn",
			   patch, NULL)) {
		g_prefix_error(error, "the patch does not fit what is there now: ");
		return false;
	}
	for (guint i = 0; i < paths->len; i++) {
		if (!take_back(proposal, tree, g_ptr_array_index(paths, i), error)) {
			return false;
		}
	}
	return true;
}

bool proposal_add_edited(Proposal *proposal, const char *path, GError **error)
{
	g_autoptr(GBytes) before = proposal_present(proposal, path, error);
	g_autoptr(GBytes) after = NULL;
	g_autofree char *folder = before == NULL ? NULL : g_dir_make_tmp("reeve-XXXXXX", error);
	g_autofree char *file = NULL;
	bool is_edited;

	if (folder == NULL) {
		return false;
	}
	file = g_build_filename(folder, path_name(path), NULL);
	is_edited = g_file_set_contents(file, g_bytes_get_data(before, NULL),
					(gssize)g_bytes_get_size(before), error) &&
		    editor_run(file, error);
	after = is_edited ? io_read_file(AT_FDCWD, file, PROPOSAL_CONTENT_MAX_BYTES, error) : NULL;
	unlink(file);
	rmdir(folder);
	if (after == NULL) {
		return false;
	}
	if (g_bytes_equal(before, after)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s was left as it is: nothing to ask for", path);
		return false;
	}
	return proposal_put(proposal, path, after, -1, error);
}
