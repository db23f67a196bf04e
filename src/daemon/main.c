/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeved: reads the configuration, prepares the places, takes the lock, and supervises the stages.
 * It never looks at the watched tree (but for its machine-id), and speaks to no one but the service
 * manager.
 */
#include "base/fd.h"
#include "base/io.h"
#include "base/log.h"
#include "base/stage.h"
#include "build-config.h"
#include "daemon/canary.h"
#include "daemon/fetcher.h"
#include "daemon/keys.h"
#include "daemon/lock.h"
#include "daemon/options.h"
#include "daemon/notary.h"
#include "daemon/plan.h"
#include "daemon/prepare.h"
#include "daemon/supervisor.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_TROUBLE 2
#define EXIT_USAGE 64
#define LOCK_WAIT_MS 15000
#define PID_FILE "reeved.pid"
#define HEALTH_FILE "health/reeved"

/* Everything that lasts as long as the program. */
typedef struct {
	DaemonOptions options;
	Config *config;
	int state_fd, runtime_fd, lock, health;
	Users users;
	Identity identity;
	Plan *plan;
	Notify *notify;
	Canary canary;
	Notary *notary;
	Fetcher fetcher;
} Daemon;

static void daemon_clear(Daemon *daemon)
{
	canary_clear(&daemon->canary);
	fetcher_clear(&daemon->fetcher);
	g_clear_pointer(&daemon->notary, notary_free);
	g_clear_pointer(&daemon->notify, notify_close);
	g_clear_pointer(&daemon->plan, plan_free);
	identity_clear(&daemon->identity);
	fd_close(&daemon->health);
	fd_close(&daemon->runtime_fd);
	fd_close(&daemon->lock);
	fd_close(&daemon->state_fd);
	g_clear_pointer(&daemon->config, config_free);
	options_clear(&daemon->options);
}

static bool take_places(Daemon *daemon, GError **error)
{
	umask(022); /* for parents; what is ours gets its mode said */
	daemon->state_fd = prepare_folder(daemon->config->state_dir, error);
	if (daemon->state_fd < 0) {
		return false;
	}
	daemon->lock = lock_take(daemon->state_fd, LOCK_WAIT_MS, error);
	if (daemon->lock < 0 || !users_find(&daemon->users, daemon->state_fd, error) ||
	    !prepare_state(daemon->state_fd, &daemon->users, error)) {
		return false;
	}
	daemon->runtime_fd = prepare_folder(daemon->config->runtime_dir, error);
	umask(027);
	return daemon->runtime_fd >= 0 &&
	       prepare_runtime(daemon->runtime_fd, &daemon->users, error);
}

/* Who cannot be seen (RUNTIME is full, say) works all the same. */
static void show_presence(Daemon *daemon)
{
	g_autofree char *pid = g_strdup_printf("%d\n", (int)getpid());
	StageOptions places = {.runtime_dir = daemon->config->runtime_dir,
			       .reader_group = daemon->users.readers_gid};
	g_autoptr(GError) no_health = NULL, no_pid = NULL;

	daemon->health = stage_health_open(&places, "reeved", &no_health);
	if (daemon->health < 0) {
		log_warning("%s", no_health->message);
	}
	if (!io_replace_file(daemon->runtime_fd, PID_FILE, pid, strlen(pid), 0644, &no_pid)) {
		log_warning("%s: %s", PID_FILE, no_pid->message);
	}
}

static void hide_presence(const Daemon *daemon)
{
	unlinkat(daemon->runtime_fd, PID_FILE, 0);
	unlinkat(daemon->runtime_fd, HEALTH_FILE, 0);
}

static void start_canary(Daemon *daemon, const char *root)
{
	const Config *config = daemon->config;
	g_autofree char *path = canary_path(root, config->runtime_dir);

	canary_init(&daemon->canary, config->state_dir, config->runtime_dir,
		    path == NULL ? 0 : daemon->options.canary_seconds);
}

static bool build(Daemon *daemon, GError **error)
{
	const char *root = daemon->options.root != NULL ? daemon->options.root : "/";

	daemon->config = plan_configuration(&daemon->options, error);
	if (daemon->config == NULL || !take_places(daemon, error) ||
	    !identity_read(&daemon->identity, root, daemon->state_fd, error)) {
		return false;
	}
	daemon->plan = plan_new(&daemon->options, daemon->config, &daemon->users, &daemon->identity,
				error);
	daemon->notify = notify_open();
	if (daemon->plan == NULL) {
		return false;
	}
	daemon->notary = notary_new(daemon->state_fd, daemon->config->runtime_dir,
				    daemon->config->host, error);
	if (daemon->notary == NULL) {
		return false;
	}
	start_canary(daemon, root);
	fetcher_init(&daemon->fetcher, &daemon->plan->fetch, daemon->state_fd);
	show_presence(daemon);
	return true;
}

/* SIGHUP: the configuration as it is now; places and identity stay. */
static Plan *replan(void *context, GError **error)
{
	const Daemon *daemon = context;
	g_autoptr(Config) config = plan_configuration(&daemon->options, error);

	return config == NULL ? NULL
			      : plan_new(&daemon->options, config, &daemon->users,
					 &daemon->identity, error);
}

/* SIGUSR1: the keys of the bus, and nothing else. */
static bool rekey(void *context, BusSheet *ret, GError **error)
{
	const Daemon *daemon = context;
	g_autoptr(Config) config = plan_configuration(&daemon->options, error);

	return config != NULL && keys_read(ret, config, error);
}

static int run(Daemon *daemon, GError **error)
{
	SupervisorWorld world = {
		.lock = daemon->lock,
		.health = daemon->health,
		.notify = daemon->notify,
		.canary = &daemon->canary,
		.notary = daemon->notary,
		.fetcher = &daemon->fetcher,
		.replan = replan,
		.rekey = rekey,
		.context = daemon,
	};
	g_autoptr(Supervisor) supervisor = supervisor_new(&world, daemon->plan, error);
	int code = supervisor != NULL ? supervisor_run(supervisor) : EXIT_TROUBLE;

	hide_presence(daemon);
	return code;
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(daemon_clear))) Daemon daemon = {.state_fd = -1,
								.runtime_fd = -1,
								.lock = -1,
								.health = -1,
								.fetcher = {.said = -1}};
	g_autoptr(GError) error = NULL;
	int code = EXIT_TROUBLE;

	log_init("reeved");
	if (!options_parse(&daemon.options, &argc, &argv, &error)) {
		log_error("%s\nTry `reeved --help`.", error->message);
		return EXIT_USAGE;
	}
	if (daemon.options.version) {
		puts("reeved " REEVE_VERSION);
		return 0;
	}
	if (build(&daemon, &error)) {
		code = run(&daemon, &error);
	}
	if (error != NULL) {
		log_error("%s", error->message);
	}
	return code;
}
