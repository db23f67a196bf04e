/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hooks: see hook-scripts.h. */
#include "cli/hook-scripts.h"

#include "cli/stock-git.h"

#include "base/fd.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRIPT_MAX_BYTES (16 * 1024)
#define OURS "Put in place by `reeve hooks install`"

static const char *const names[][4] = {
	[HOOKS_SERVER] = {"pre-receive", "post-receive"},
	[HOOKS_CLIENT] = {"pre-push", "prepare-commit-msg", "commit-msg"},
};

/* True when the name is free: nothing there, ours, or moved out of the way. */
static bool make_room(int folder, const char *name, GError **error)
{
	g_autoptr(GError) missing = NULL;
	g_autoptr(GBytes) present = io_read_file(folder, name, 1024 * 1024, &missing);
	g_autofree char *kept = g_strconcat(name, ".local", NULL);
	g_autofree char *text = NULL;

	if (g_error_matches(missing, REEVE_ERROR, REEVE_ERROR_NOT_FOUND)) {
		return true;
	}
	text = present == NULL
		       ? g_strdup("")
		       : g_strndup(g_bytes_get_data(present, NULL), g_bytes_get_size(present));
	if (strstr(text, OURS) != NULL) {
		return true;
	}
	if (faccessat(folder, kept, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "there is a hook %s, and a %s as well: join them by hand first", name,
			    kept);
		return false;
	}
	return renameat(folder, name, folder, kept) == 0 ||
	       error_set_errno(error, "cannot keep %s as %s", name, kept);
}

static bool install_one(int folder, const char *name, GError **error)
{
	g_autofree char *source = config_hooks_folder();
	g_autofree char *file = g_build_filename(source, name, NULL);
	g_autoptr(GBytes) script = io_read_file(AT_FDCWD, file, SCRIPT_MAX_BYTES, error);

	if (script == NULL) {
		g_prefix_error(error, "%s: ", file);
		return false;
	}
	return make_room(folder, name, error) &&
	       io_replace_file(folder, name, g_bytes_get_data(script, NULL),
			       g_bytes_get_size(script), 0755, error);
}

static bool set(const Git *git, const char *key, const char *value, GError **error)
{
	return value == NULL || stock_git_run(git, NULL, NULL, error, "config", key, value, NULL);
}

/* Only what differs from what an installed Reeve would find by itself. */
static bool write_settings(const Context *context, const Git *git, GError **error)
{
	g_autofree char *build = config_build_folder();
	g_autofree char *program = build == NULL ? NULL : g_build_filename(build, "reeve", NULL);
	g_autofree char *config = context->config_file == NULL
					  ? NULL
					  : g_canonicalize_filename(context->config_file, NULL);

	return set(git, "reeve.program", program, error) &&
	       set(git, "reeve.config", config, error) &&
	       set(git, "reeve.state", context->state_given ? context->config->state_dir : NULL,
		   error) &&
	       set(git, "reeve.runtime",
		   context->runtime_given ? context->config->runtime_dir : NULL, error);
}

bool hook_scripts_install(const Context *context, const char *repository, HookSide side,
			  GError **error)
{
	g_auto(Git) git = {NULL};
	g_autofree char *relative = NULL, *hooks = NULL;
	auto_fd int folder = -1;

	stock_git_open_place(repository, false, &git);
	relative = stock_git_ask(&git, "rev-parse", "--git-path", "hooks", NULL);
	if (relative == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "%s is no git repository (or git does not trust its owner)",
			    repository);
		return false;
	}
	hooks = g_canonicalize_filename(relative, repository);
	if (g_mkdir_with_parents(hooks, 0755) < 0) {
		return error_set_errno(error, "cannot make %s", hooks);
	}
	folder = open(hooks, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) {
		return error_set_errno(error, "cannot open %s", hooks);
	}
	for (guint i = 0; names[side][i] != NULL; i++) {
		if (!install_one(folder, names[side][i], error)) {
			return false;
		}
	}
	return write_settings(context, &git, error) &&
	       (side != HOOKS_SERVER || set(&git, "receive.advertisePushOptions", "true", error));
}
