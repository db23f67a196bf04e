/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan: see plan.h. */
#include "daemon/plan.h"
#include "daemon/canary.h"
#include "daemon/keys.h"

#include "base/escape.h"

#include <grp.h>

const char *stage_name(StageKind kind)
{
	static const char *const names[] = {"recorder", "judge", "relay"};

	return names[kind];
}

static void add_option(GPtrArray *line, const char *option, const char *value)
{
	g_assert(value != NULL); /* it would end the line */
	g_ptr_array_add(line, g_strdup(option));
	g_ptr_array_add(line, g_strdup(value));
}

static void add_options(GPtrArray *line, const char *option, const char *const *values)
{
	for (; values != NULL && *values != NULL; values++) {
		add_option(line, option, *values);
	}
}

static void add_number(GPtrArray *line, const char *option, int value)
{
	if (value != -1) {
		g_ptr_array_add(line, g_strdup(option));
		g_ptr_array_add(line, g_strdup_printf("%d", value));
	}
}

static GPtrArray *line_new(const Config *config, int uid, int gid, const Users *users)
{
	GPtrArray *line = g_ptr_array_new_with_free_func(g_free);

	add_option(line, "--state", config->state_dir);
	add_option(line, "--runtime", config->runtime_dir);
	add_number(line, "--user", uid);
	add_number(line, "--group", gid);
	add_number(line, "--reader-group", users->readers_gid);
	add_option(line, "--host", config->host);
	return line;
}

static GStrv line_end(GPtrArray *line)
{
	g_ptr_array_add(line, NULL);
	return (GStrv)g_ptr_array_free(line, FALSE);
}

static void add_canary(GPtrArray *line, const DaemonOptions *options, const Config *config)
{
	const char *root = options->root != NULL ? options->root : "/";
	g_autofree char *path = canary_path(root, config->runtime_dir);

	if (path != NULL && options->canary_seconds > 0) {
		add_option(line, "--canary", path);
	}
}

/*
 * The package database says what belongs to the system, so it is recorded, too: the judge takes its
 * evidence from snapshots alone. Not what dpkg only keeps copies, locks and work in.
 */
static void add_package_database(GPtrArray *line, const char *root)
{
	static const char *const ignored[] = {
		"/var/lib/dpkg/*-old",           "/var/lib/dpkg/*-new",
		"/var/lib/dpkg/lock*",           "/var/lib/dpkg/available",
		"/var/lib/dpkg/tmp.ci/**",       "/var/lib/dpkg/parts/**",
		"/var/lib/dpkg/tmp.ci",          "/var/lib/dpkg/triggers/**",
		"/var/lib/dpkg/alternatives/**", NULL,
	};
	g_autofree char *status = g_build_filename(root, "var/lib/dpkg/status", NULL);

	if (g_file_test(status, G_FILE_TEST_EXISTS)) {
		add_option(line, "--watch", "/var/lib/dpkg");
		add_options(line, "--ignore", ignored);
	}
}

static GStrv plan_recorder(const DaemonOptions *options, const Config *config, const Users *users)
{
	GPtrArray *line = line_new(config, -1, -1, users);

	add_option(line, "--root", options->root != NULL ? options->root : "/");
	add_option(line, "--backend", options->backend != NULL ? options->backend : "auto");
	add_canary(line, options, config);
	add_option(line, "--actors", options->actors != NULL ? options->actors : "auto");
	add_options(line, "--watch", (const char *const *)config->watch);
	add_options(line, "--ignore", (const char *const *)config->ignore);
	add_package_database(line, options->root != NULL ? options->root : "/");
	add_options(line, "--secret", (const char *const *)config->secrets);
	return line_end(line);
}

static GStrv plan_judge(const DaemonOptions *options, const Config *config, const Users *users,
			const Identity *identity)
{
	GPtrArray *line = line_new(config, users->judge_uid, users->judge_gid, users);
	g_auto(GStrv) policies = config_policy_folders(config);

	add_canary(line, options, config);
	add_options(line, "--policy", (const char *const *)policies);
	if (config->register_trust != NULL) {
		add_option(line, "--trust", config->register_trust);
	}
	if (config->register_path != NULL) {
		add_option(line, "--register", config->register_path);
	}
	if (config->register_self_approval) {
		add_option(line, "--self-approval", config->register_one_person);
	}
	add_option(line, "--register-branch", config->register_branch);
	add_option(line, "--machine-id", identity->machine_id);
	add_option(line, "--boot-id", identity->boot_id);
	return line_end(line);
}

/* The group whose members may know but not read. */
static bool find_notice_group(const Config *config, int *ret, GError **error)
{
	const struct group *group =
		config->bus_notice == NULL ? NULL : getgrnam(config->bus_notice);

	*ret = group == NULL ? -1 : (int)group->gr_gid;
	if (config->bus_notice != NULL && group == NULL) {
		g_autofree char *shown = escape_path(config->bus_notice);

		g_set_error(error, REEVE_ERROR, REEVE_ERROR_NOT_FOUND,
			    "bus.notice: there is no group %s on this machine", shown);
		return false;
	}
	return true;
}

static GStrv plan_relay(const Config *config, const Users *users, GStrv live, GStrv replay,
			int notice_gid)
{
	GPtrArray *line = line_new(config, users->relay_uid, users->relay_gid, users);

	add_options(line, "--live", (const char *const *)live);
	add_options(line, "--replay", (const char *const *)replay);
	if (config->bus_notice != NULL) {
		g_autofree char *notice = config_notice_endpoint(config);

		add_option(line, "--notice", notice);
		add_number(line, "--notice-group", notice_gid);
	}
	return line_end(line);
}

static void plan_fetch(FetchPlan *fetch, const Config *config, const Users *users)
{
	*fetch = (FetchPlan){
		.remote = g_strdup(config->register_remote),
		.branch = g_strdup(config->register_branch),
		.place = config->register_path != NULL
				 ? g_strdup(config->register_path)
				 : g_build_filename(config->state_dir, "register.git", NULL),
		.is_in_state = config->register_path == NULL,
		.ssh = g_strdup(config->register_ssh),
		.uid = users->fetch_uid,
		.gid = users->fetch_gid,
		.readers_gid = users->readers_gid,
		.every_usec = config->register_every_seconds * G_USEC_PER_SEC,
	};
}

Plan *plan_new(const DaemonOptions *options, const Config *config, const Users *users,
	       const Identity *identity, GError **error)
{
	g_auto(GStrv) live = NULL, replay = NULL;
	g_autoptr(Plan) plan = NULL;
	int notice_gid;

	if (config->watch[0] == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "nothing to watch: name paths under `watch` or with --watch");
		return NULL;
	}
	if (!config_endpoints(config, &live, &replay, error) ||
	    !find_notice_group(config, &notice_gid, error)) {
		return NULL;
	}
	plan = g_new0(Plan, 1);
	if (!keys_read(&plan->keys, config, error)) {
		return NULL;
	}
	plan_fetch(&plan->fetch, config, users);
	plan->arguments[STAGE_RECORDER] = plan_recorder(options, config, users);
	plan->arguments[STAGE_JUDGE] = plan_judge(options, config, users, identity);
	plan->arguments[STAGE_RELAY] = plan_relay(config, users, live, replay, notice_gid);
	return g_steal_pointer(&plan);
}

void plan_free(Plan *plan)
{
	if (plan == NULL) {
		return;
	}
	for (int i = 0; i < _STAGE_N; i++) {
		g_strfreev(plan->arguments[i]);
	}
	bus_sheet_clear(&plan->keys);
	fetch_plan_clear(&plan->fetch);
	g_free(plan);
}

Config *plan_configuration(const DaemonOptions *options, GError **error)
{
	g_autoptr(Config) config = config_new();

	if (!config_read(config, options->config_file, error)) {
		return NULL;
	}
	config_places(config, options->state_dir, options->runtime_dir);
	if (options->watch != NULL) {
		g_strfreev(config->watch);
		config->watch = g_strdupv(options->watch);
	}
	if (options->host != NULL || config->host == NULL) {
		g_free(config->host);
		config->host = options->host != NULL ? g_strdup(options->host) : identity_host();
	}
	return g_steal_pointer(&config);
}
