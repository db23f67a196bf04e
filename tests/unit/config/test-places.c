/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config.h"

#include <string.h>
#include <unistd.h>

static void test_given(void)
{
	static const char *const other[] = {"ipc:///elsewhere/live", NULL};
	g_autoptr(Config) config = config_new();
	g_auto(GStrv) live = NULL, replay = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *here = g_get_current_dir();
	g_autofree char *runtime = g_build_filename(here, "r", NULL);

	config->bus_live = g_strdupv((char **)other);
	config->register_path = g_strdup("/elsewhere/register.git");
	config_places(config, "/s/", "r");
	g_assert_cmpstr(config->state_dir, ==, "/s");
	g_assert_cmpstr(config->runtime_dir, ==, runtime);
	g_assert_null(config->register_path);
	config_endpoints(config, &live, &replay, &error);
	g_assert_no_error(error);
	g_assert_true(g_str_has_prefix(live[0], "ipc:///"));
	g_assert_true(g_str_has_suffix(live[0], "/r/live"));
	g_assert_true(g_str_has_suffix(replay[0], "/r/replay"));
}

static void test_configured(void)
{
	static const char *const other[] = {"ipc:///elsewhere/live", NULL};
	g_autoptr(Config) config = config_new();
	g_auto(GStrv) live = NULL, replay = NULL;

	config->bus_live = g_strdupv((char **)other);
	config_places(config, NULL, NULL);
	g_assert_true(config_endpoints(config, &live, &replay, NULL));
	g_assert_cmpstr(live[0], ==, "ipc:///elsewhere/live");
}

/* As root the system's places, as anyone else those of the session. */
static void test_defaults(void)
{
	g_autoptr(Config) config = config_new();

	config_places(config, NULL, NULL);
	if (geteuid() == 0) {
		g_assert_cmpstr(config->state_dir, ==, "/var/lib/reeve");
		g_assert_cmpstr(config->runtime_dir, ==, "/run/reeve");
	} else {
		g_assert_cmpstr(config->state_dir, ==, "/xdg/state/reeve");
		g_assert_cmpstr(config->runtime_dir, ==, "/xdg/runtime/reeve");
	}
}

static void test_long_runtime(void)
{
	g_autoptr(Config) config = config_new();
	g_auto(GStrv) live = NULL, replay = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *name = g_strnfill(100, 'r');
	g_autofree char *runtime = g_strdup_printf("/%s", name);

	config_places(config, "/s", runtime);
	g_assert_false(config_endpoints(config, &live, &replay, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX);
	g_assert_nonnull(strstr(error->message, "at most 107 bytes, this one has 108"));
}

/* The machine's own programs always have a socket, and it comes first. */
static void test_tcp(void)
{
	static const char *const tcp[] = {"tcp://*:5555", NULL};
	static const char *const both[] = {"tcp://*:5556", "ipc:///r/x", NULL};
	g_autoptr(Config) config = config_new();
	g_auto(GStrv) live = NULL, replay = NULL;

	config->bus_live = g_strdupv((char **)tcp);
	config->bus_replay = g_strdupv((char **)both);
	config_places(config, "/s", NULL);
	config->runtime_dir = (g_free(config->runtime_dir), g_strdup("/r"));
	g_assert_true(config_endpoints(config, &live, &replay, NULL));
	g_assert_cmpstr(live[0], ==, "ipc:///r/live");
	g_assert_cmpstr(live[1], ==, "tcp://*:5555");
	g_assert_cmpstr(replay[0], ==, "ipc:///r/x");
	g_assert_cmpstr(replay[1], ==, "tcp://*:5556");
	g_assert_null(replay[2]);
	g_assert_cmpstr(config->bus_keys, ==, "/s/keys");
}

/* A runtime folder that was given has its own sockets; the network stays as configured. */
static void test_tcp_elsewhere(void)
{
	static const char *const both[] = {"ipc:///x", "tcp://*:5556", NULL};
	g_autoptr(Config) config = config_new();
	g_auto(GStrv) live = NULL, replay = NULL;

	config->bus_live = g_strdupv((char **)both);
	config_places(config, "/s", "/r");
	g_assert_true(config_endpoints(config, &live, &replay, NULL));
	g_assert_cmpstr(live[0], ==, "ipc:///r/live");
	g_assert_cmpstr(live[1], ==, "tcp://*:5556");
	g_assert_null(replay[1]);
}

static void test_policies(void)
{
	static const char *const own[] = {"/p", NULL};
	g_autoptr(Config) config = config_new();
	g_auto(GStrv) given = NULL, found = NULL;

	found = config_policy_folders(config);
	g_assert_nonnull(found[0]);
	config->policies = g_strdupv((char **)own);
	given = config_policy_folders(config);
	g_assert_cmpstr(given[0], ==, "/p");
	g_assert_null(given[1]);
}

int main(int argc, char **argv)
{
	g_setenv("XDG_STATE_HOME", "/xdg/state", TRUE);
	g_setenv("XDG_RUNTIME_DIR", "/xdg/runtime", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/places/given", test_given);
	g_test_add_func("/places/configured", test_configured);
	g_test_add_func("/places/defaults", test_defaults);
	g_test_add_func("/places/long-runtime", test_long_runtime);
	g_test_add_func("/places/tcp", test_tcp);
	g_test_add_func("/places/tcp-elsewhere", test_tcp_elsewhere);
	g_test_add_func("/places/policies", test_policies);
	return g_test_run();
}
