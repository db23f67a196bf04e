/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stock git as the judge of what we write, for the tests of this folder. Git reads no
 * configuration but the repository's.
 */
#pragma once

#include <glib.h>
#include <string.h>

/* Runs `git -C dir ARGUMENTS...` (blank-separated), which must succeed; gives its output. */
static inline char *stock_git(const char *dir, const char *arguments)
{
	g_autofree char *line = g_strdup_printf("git -C '%s' %s", dir, arguments);
	g_auto(GStrv) argv = NULL;
	g_auto(GStrv) env = g_get_environ();
	g_autoptr(GError) error = NULL;
	g_autofree char *trouble = NULL;
	char *output = NULL;
	int status;

	g_assert_true(g_shell_parse_argv(line, NULL, &argv, &error));
	env = g_environ_setenv(env, "GIT_CONFIG_GLOBAL", "/dev/null", TRUE);
	env = g_environ_setenv(env, "GIT_CONFIG_NOSYSTEM", "1", TRUE);
	env = g_environ_setenv(env, "LC_ALL", "C", TRUE);
	g_spawn_sync(NULL, argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &trouble, &status,
		     &error);
	g_assert_no_error(error);
	if (!g_spawn_check_wait_status(status, NULL)) {
		g_test_message("%s: %s", line, trouble);
		g_assert_not_reached();
	}
	g_assert_cmpstr(trouble, ==, "");
	return output;
}

/* Plain fsck has nothing to say. */
static inline void stock_git_fsck(const char *dir)
{
	g_autofree char *output = stock_git(dir, "fsck --strict --full --no-dangling");

	g_assert_cmpstr(output, ==, "");
}

/* Deletes a folder and all in it. */
static inline void remove_folder(const char *dir)
{
	g_autofree char *quoted = g_shell_quote(dir);
	g_autofree char *line = g_strconcat("rm -rf ", quoted, NULL);

	g_assert_true(g_spawn_command_line_sync(line, NULL, NULL, NULL, NULL));
}
