/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/options.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static bool parse(DaemonOptions *options, const char *line, GError **error)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	g_autofree char **argv = g_memdup2(words, (g_strv_length(words) + 1) * sizeof(char *));
	int argc = (int)g_strv_length(words);

	return options_parse(options, &argc, &argv, error);
}

static void test_given(void)
{
	g_auto(DaemonOptions) options;
	g_autoptr(GError) error = NULL;
	g_autofree char *here = g_get_current_dir();
	g_autofree char *state = g_build_filename(here, "s", NULL);

	parse(&options,
	      "reeved --config /c.yaml --root /nowhere --state s --runtime /r/ --watch /etc/ "
	      "--watch /a/../b --backend inotify --host web-1",
	      &error);
	g_assert_no_error(error);
	g_assert_cmpstr(options.config_file, ==, "/c.yaml");
	g_assert_cmpstr(options.root, ==, "/nowhere");
	g_assert_cmpstr(options.state_dir, ==, state);
	g_assert_cmpstr(options.runtime_dir, ==, "/r");
	g_assert_cmpstr(options.watch[0], ==, "/etc");
	g_assert_cmpstr(options.watch[1], ==, "/b");
	g_assert_null(options.watch[2]);
	g_assert_cmpstr(options.backend, ==, "inotify");
	g_assert_cmpstr(options.host, ==, "web-1");
}

static void test_nothing(void)
{
	g_auto(DaemonOptions) options;

	g_assert_true(parse(&options, "reeved", NULL));
	g_assert_null(options.config_file);
	g_assert_null(options.root);
	g_assert_null(options.watch);
	g_assert_false(options.version);
}

static void test_usage(void)
{
	static const char *const bad[] = {
		"reeved --bogus",
		"reeved more",
		"reeved --root",
		"reeved --host a/b",
		"reeved --root /nowhere --watch etc",
		"reeved --root /nowhere --watch /../etc",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_auto(DaemonOptions) options;
		g_autoptr(GError) error = NULL;

		g_assert_false(parse(&options, bad[i], &error));
		g_assert_nonnull(error);
	}
}

/* Given by hand, a link stands for what it leads to; beneath another root it stays what it is. */
static void test_links(void)
{
	g_autofree char *made = g_dir_make_tmp("reeve-options-XXXXXX", NULL);
	g_autofree char *folder = realpath(made, NULL);
	g_autofree char *link = g_build_filename(folder, "link", NULL);
	g_autofree char *ours = g_strdup_printf("reeved --watch %s", link);
	g_autofree char *theirs = g_strdup_printf("reeved --root /nowhere --watch %s", link);
	g_auto(DaemonOptions) here, there;

	g_assert_no_errno(symlink(folder, link));
	g_assert_true(parse(&here, ours, NULL));
	g_assert_cmpstr(here.watch[0], ==, folder);
	g_assert_true(parse(&there, theirs, NULL));
	g_assert_cmpstr(there.watch[0], ==, link);
	g_unlink(link);
	g_rmdir(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/options/given", test_given);
	g_test_add_func("/options/nothing", test_nothing);
	g_test_add_func("/options/usage", test_usage);
	g_test_add_func("/options/links", test_links);
	return g_test_run();
}
