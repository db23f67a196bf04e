/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/plan.h"

#include <glib/gstdio.h>
#include <string.h>

static const Users nobody = {-1, -1, -1, -1, -1};
static const Users somebody = {1001, 1002, 1003, 1004, 1005};
static const Identity identity = {(char *)"0123456789abcdef0123456789abcdef",
				  (char *)"11111111-2222-3333-4444-555555555555"};

static GStrv words(const char *line)
{
	return g_strsplit(line, " ", -1);
}

static Config *some_config(void)
{
	Config *config = config_new();

	config->host = g_strdup("web-1");
	g_strfreev(config->ignore);
	config->ignore = words("/etc/.git/**");
	g_strfreev(config->watch);
	config->watch = words("/etc /root");
	config->policies = words("/p /q");
	config_places(config, "/s", "/r");
	return config;
}

static void expect(const Plan *plan, StageKind kind, const char *line)
{
	g_autofree char *have = g_strjoinv(" ", plan->arguments[kind]);

	g_assert_cmpstr(have, ==, line);
}

static void test_of_root(void)
{
	DaemonOptions options = {
		.root = (char *)"/image", .backend = (char *)"inotify", .actors = (char *)"proc"};
	g_autoptr(Config) config = some_config();
	g_autoptr(GError) error = NULL;
	g_autoptr(Plan) plan = plan_new(&options, config, &somebody, &identity, &error);

	g_assert_no_error(error);
	expect(plan, STAGE_RECORDER,
	       "--state /s --runtime /r --reader-group 1005 --host web-1 --root /image "
	       "--backend inotify --actors proc --watch /etc --watch /root --ignore /etc/.git/**");
	expect(plan, STAGE_JUDGE,
	       "--state /s --runtime /r --user 1001 --group 1002 --reader-group 1005 "
	       "--host web-1 --policy /p --policy /q --trust /s/allowed_signers "
	       "--register-branch main --machine-id "
	       "0123456789abcdef0123456789abcdef --boot-id "
	       "11111111-2222-3333-4444-555555555555");
	expect(plan, STAGE_RELAY,
	       "--state /s --runtime /r --user 1003 --group 1004 --reader-group 1005 "
	       "--host web-1 --live ipc:///r/live --replay ipc:///r/replay");
}

static void test_of_user(void)
{
	DaemonOptions options = {0};
	g_autoptr(Config) config = some_config();
	g_autoptr(Plan) plan = plan_new(&options, config, &nobody, &identity, NULL);

	g_autofree char *have = g_strjoinv(" ", plan->arguments[STAGE_RECORDER]);

	/* what follows depends on whether this machine has a package database */
	g_assert_true(g_str_has_prefix(
		have, "--state /s --runtime /r --host web-1 --root / --backend auto --actors auto "
		      "--watch /etc --watch /root --ignore /etc/.git/**"));
}

/* The package database is watched where there is one. */
static void test_package_database(void)
{
	g_autofree char *root = g_dir_make_tmp("reeve-plan-XXXXXX", NULL);
	g_autofree char *folder = g_build_filename(root, "var/lib/dpkg", NULL);
	g_autofree char *status = g_build_filename(folder, "status", NULL);
	g_autofree char *remove = g_strdup_printf("rm -r '%s'", root);
	DaemonOptions options = {.root = root};
	g_autoptr(Config) config = some_config();
	g_autoptr(Plan) without = plan_new(&options, config, &nobody, &identity, NULL);
	g_autoptr(Plan) with = NULL;

	g_assert_false(g_strv_contains((const char *const *)without->arguments[STAGE_RECORDER],
				       "/var/lib/dpkg"));
	g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
	g_assert_true(g_file_set_contents(status, "", 0, NULL));
	with = plan_new(&options, config, &nobody, &identity, NULL);
	g_assert_true(g_strv_contains((const char *const *)with->arguments[STAGE_RECORDER],
				      "/var/lib/dpkg"));
	g_assert_true(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL));
}

static void test_nothing_to_watch(void)
{
	DaemonOptions options = {0};
	g_autoptr(Config) config = some_config();
	g_autoptr(GError) error = NULL;

	g_clear_pointer(&config->watch[0], g_free);
	g_clear_pointer(&config->watch[1], g_free);
	g_assert_null(plan_new(&options, config, &nobody, &identity, &error));
	g_assert_nonnull(strstr(error->message, "nothing to watch"));
}

/* What the command line says wins over the file. */
static void test_options_win(void)
{
	g_autofree char *file = g_build_filename(g_get_tmp_dir(), "reeve-plan-XXXXXX", NULL);
	int fd = g_mkstemp(file);
	g_auto(GStrv) watch = words("/srv");
	DaemonOptions options = {.config_file = file, .watch = watch, .state_dir = (char *)"/s"};
	g_autoptr(Config) config = NULL, with_host = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(fd, >=, 0);
	g_close(fd, NULL);
	g_assert_true(g_file_set_contents(file, "host: file\nwatch: [/etc]\n", -1, NULL));
	config = plan_configuration(&options, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(config->watch[0], ==, "/srv");
	g_assert_cmpstr(config->host, ==, "file");
	g_assert_cmpstr(config->state_dir, ==, "/s");
	options.host = (char *)"line";
	with_host = plan_configuration(&options, NULL);
	g_assert_cmpstr(with_host->host, ==, "line");
	g_assert_true(g_file_set_contents(file, "hots: file\n", -1, NULL));
	g_assert_null(plan_configuration(&options, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
	g_remove(file);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/plan/root", test_of_root);
	g_test_add_func("/plan/user", test_of_user);
	g_test_add_func("/plan/package-database", test_package_database);
	g_test_add_func("/plan/nothing", test_nothing_to_watch);
	g_test_add_func("/plan/options-win", test_options_win);
	return g_test_run();
}
