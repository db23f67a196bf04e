/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things are: see config.h. */
#include "build-config.h"
#include "config/config.h"
#include "config/schema.h"

#include <string.h>
#include <unistd.h>

static char *default_state(void)
{
	return geteuid() == 0 ? g_strdup("/var/lib/reeve")
			      : g_build_filename(g_get_user_state_dir(), "reeve", NULL);
}

/* Without a runtime folder of the session, the sockets lie beside the stores. */
static char *default_runtime(const char *state_dir)
{
	const char *session = g_getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0) {
		return g_strdup("/run/reeve");
	}
	return session != NULL && session[0] == '/' ? g_build_filename(session, "reeve", NULL)
						    : g_build_filename(state_dir, "run", NULL);
}

/* The system's stores go with the system's keys, however they were named. */
static char *default_beside(const char *given_state, const char *name)
{
	bool is_system =
		given_state == NULL ? geteuid() == 0 : g_str_equal(given_state, "/var/lib/reeve");
	g_autofree char *system = g_path_get_dirname(REEVE_CONFIG_FILE);
	g_autofree char *own = g_build_filename(g_get_user_config_dir(), "reeve", NULL);

	if (is_system) {
		return g_build_filename(system, name, NULL);
	}
	return g_build_filename(given_state != NULL ? given_state : own, name, NULL);
}

static bool is_local(const char *endpoint)
{
	return g_str_has_prefix(endpoint, "ipc://");
}

/* Sockets of files lie in the runtime folder that was given; addresses of the network stay. */
static void keep_network(GStrv *endpoints)
{
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();

	for (char **endpoint = *endpoints; endpoint != NULL && *endpoint != NULL; endpoint++) {
		if (!is_local(*endpoint)) {
			g_strv_builder_add(kept, *endpoint);
		}
	}
	g_strfreev(*endpoints);
	*endpoints = g_strv_builder_end(kept);
}

void config_places(Config *config, const char *state_dir, const char *runtime_dir)
{
	g_clear_pointer(&config->state_dir, g_free);
	g_clear_pointer(&config->runtime_dir, g_free);
	if (state_dir != NULL) {
		config->state_dir = g_canonicalize_filename(state_dir, NULL);
		g_clear_pointer(&config->register_path, g_free);
	} else {
		config->state_dir = default_state();
	}
	if (config->register_trust == NULL) {
		config->register_trust = default_beside(
			state_dir == NULL ? NULL : config->state_dir, "allowed_signers");
	}
	if (config->bus_keys == NULL) {
		config->bus_keys =
			default_beside(state_dir == NULL ? NULL : config->state_dir, "keys");
	}
	if (runtime_dir != NULL) {
		config->runtime_dir = g_canonicalize_filename(runtime_dir, NULL);
		keep_network(&config->bus_live);
		keep_network(&config->bus_replay);
	} else {
		config->runtime_dir = default_runtime(config->state_dir);
	}
}

static bool check_endpoints(const char *key, GStrv endpoints, GError **error)
{
	for (; *endpoints != NULL; endpoints++) {
		const char *advice;
		g_autofree char *problem = schema_endpoint_problem(*endpoints, &advice);

		if (problem != NULL) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s: %s: %s; %s", key,
				    *endpoints, problem, advice);
			return false;
		}
	}
	return true;
}

/* The machine's own programs first: without a socket configured for them, the one in RUNTIME. */
static GStrv endpoints_of(const Config *config, GStrv configured, const char *name)
{
	g_autoptr(GStrvBuilder) endpoints = g_strv_builder_new();
	bool has_local = false;

	for (char **endpoint = configured; endpoint != NULL && *endpoint != NULL; endpoint++) {
		if (is_local(*endpoint)) {
			has_local = true;
			g_strv_builder_add(endpoints, *endpoint);
		}
	}
	if (!has_local) {
		g_autofree char *own = g_strdup_printf("ipc://%s/%s", config->runtime_dir, name);

		g_strv_builder_add(endpoints, own);
	}
	for (char **endpoint = configured; endpoint != NULL && *endpoint != NULL; endpoint++) {
		if (!is_local(*endpoint)) {
			g_strv_builder_add(endpoints, *endpoint);
		}
	}
	return g_strv_builder_end(endpoints);
}

char *config_notice_endpoint(const Config *config)
{
	return g_strconcat("ipc://", config->runtime_dir, "/notice", NULL);
}

bool config_endpoints(const Config *config, GStrv *ret_live, GStrv *ret_replay, GError **error)
{
	g_auto(GStrv) live = endpoints_of(config, config->bus_live, "live");
	g_auto(GStrv) replay = endpoints_of(config, config->bus_replay, "replay");

	if (!check_endpoints("bus.live", live, error) ||
	    !check_endpoints("bus.replay", replay, error)) {
		return false;
	}
	*ret_live = g_steal_pointer(&live);
	*ret_replay = g_steal_pointer(&replay);
	return true;
}

char *config_build_folder(void)
{
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = program != NULL ? g_path_get_dirname(program) : NULL;
	g_autofree char *build = folder != NULL ? g_path_get_dirname(folder) : NULL;
	g_autofree char *ninja =
		build != NULL ? g_build_filename(build, "build.ninja", NULL) : NULL;

	/* <build>/src/<program> beside <build>/build.ninja; the tests lie a level deeper */
	return ninja != NULL && g_file_test(ninja, G_FILE_TEST_IS_REGULAR)
		       ? g_steal_pointer(&folder)
		       : NULL;
}

/* What the build wrote down for its own programs (config/policies-folder.in); NULL: installed. */
static char *source_policies(void)
{
	g_autofree char *folder = config_build_folder();
	g_autofree char *file = NULL;
	char *policies = NULL;

	if (folder == NULL) {
		return NULL;
	}
	file = g_build_filename(folder, "config", "policies-folder", NULL);
	if (!g_file_get_contents(file, &policies, NULL, NULL)) {
		return NULL;
	}
	return g_strchomp(policies);
}

static char *beside_the_policies(const char *name)
{
	g_autofree char *source = source_policies();
	g_autofree char *folder = g_path_get_dirname(source != NULL ? source : REEVE_POLICY_DIR);

	return g_build_filename(folder, name, NULL);
}

char *config_hooks_folder(void)
{
	return beside_the_policies("hooks");
}

char *config_maps_folder(void)
{
	return beside_the_policies("maps");
}

GStrv config_policy_folders(const Config *config)
{
	g_autofree char *source = source_policies();
	g_autofree char *configuration = g_path_get_dirname(REEVE_CONFIG_FILE);
	g_autofree char *own = g_build_filename(configuration, "policies", NULL);
	g_autoptr(GStrvBuilder) folders = g_strv_builder_new();

	if (config->policies != NULL) {
		return g_strdupv(config->policies);
	}
	g_strv_builder_add(folders, source != NULL ? source : REEVE_POLICY_DIR);
	if (g_file_test(own, G_FILE_TEST_IS_DIR)) {
		g_strv_builder_add(folders, own);
	}
	return g_strv_builder_end(folders);
}
