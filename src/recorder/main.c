/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve-recorder: records every change below the watched roots in STATE/snapshots.git. Options,
 * stores, wall, watch, run; torn down in reverse.
 */
#include "base/barrier.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/stage.h"
#include "recorder/recorder.h"
#include "recorder/walls.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_USAGE 64

/* What the command line says beyond base/stage.h. */
typedef struct {
	char *root, *backend, *actors, *host;
	char *canary; /* a file of our own, watched as well; NULL */
	GStrv watch, ignore, secret;
} Arguments;

/* Everything that main owns, in the order of opening. */
typedef struct {
	StageOptions options;
	Arguments arguments;
	Scope *scope;
	GPtrArray *told_roots; /* of char *, NULL-ended: borrowed from the scope */
	int root_fd, health_fd, signals, state_fd;
	Barrier *barrier;
	Mounts *mounts;
	Alive alive;
	Snapshot *snapshot;
	bool catalog_rebuilt;
	Catalog *catalog;
	Secrets *secrets;
	Watch *watch;
	Witness *witness;
	Status status;
} Program;

/* What is asked for, and the canary; people are told of the former alone. */
static bool make_scope(Program *program, GError **error)
{
	const Arguments *a = &program->arguments;
	g_autoptr(GPtrArray) roots = g_ptr_array_new();

	for (char **path = a->watch; path != NULL && *path != NULL; path++) {
		g_ptr_array_add(roots, *path);
	}
	if (roots->len > 0 && a->canary != NULL) {
		g_ptr_array_add(roots, a->canary);
	}
	g_ptr_array_add(roots, NULL);
	program->scope =
		scope_new((const char *const *)roots->pdata, (const char *const *)a->ignore, error);
	if (program->scope == NULL) {
		return false;
	}
	program->told_roots = g_ptr_array_new();
	for (char **path = program->scope->roots; *path != NULL; path++) {
		if (g_strcmp0(*path, a->canary) != 0) {
			g_ptr_array_add(program->told_roots, *path);
		}
	}
	g_ptr_array_add(program->told_roots, NULL);
	return true;
}

static bool parse_options(Program *program, int *argc, char ***argv, GError **error)
{
	Arguments *a = &program->arguments;
	const GOptionEntry own[] = {
		{"root", 0, 0, G_OPTION_ARG_FILENAME, &a->root, "root of the watched system",
		 "DIR"},
		{"backend", 0, 0, G_OPTION_ARG_STRING, &a->backend, "auto, fanotify or inotify",
		 "NAME"},
		{"actors", 0, 0, G_OPTION_ARG_STRING, &a->actors,
		 "who did it: auto, bpf, connector, proc or none", "NAME"},
		{"canary", 0, 0, G_OPTION_ARG_FILENAME, &a->canary,
		 "record this file of our own, too", "PATH"},
		{"host", 0, 0, G_OPTION_ARG_STRING, &a->host, "name of this host", "NAME"},
		{"watch", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a->watch, "record this path", "PATH"},
		{"ignore", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a->ignore, "but not these", "GLOB"},
		{"secret", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a->secret,
		 "never store their content", "GLOB"},
		{0},
	};

	if (!stage_options_parse(&program->options, "reeve-recorder", own, argc, argv, error)) {
		return false;
	}
	return make_scope(program, error);
}

static bool open_signals(Program *program, GError **error)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	if (sigprocmask(SIG_BLOCK, &wanted, NULL) < 0) {
		return error_set_errno(error, "cannot block signals");
	}
	program->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	return program->signals >= 0 || error_set_errno(error, "cannot receive signals");
}

/* What descends from reeved, or from us where nobody has started us, is Reeve's own doing. */
static bool open_witness(Program *program, GError **error)
{
	const char *source = program->arguments.actors;
	pid_t own = program->options.lifeline >= 0 ? getppid() : getpid();

	/* inotify has no pids to ask about */
	if (g_str_equal(watch_backend(program->watch), "inotify")) {
		source = "none";
	}
	program->witness = witness_open(source == NULL ? "auto" : source, own, error);
	if (program->witness == NULL) {
		return false;
	}
	witness_set_root(program->witness, program->root_fd);
	return true;
}

/* What needs privileges or lies outside the wall. */
static bool open_world(Program *program, GError **error)
{
	const StageOptions *options = &program->options;
	const char *root = program->arguments.root == NULL ? "/" : program->arguments.root;
	const char *backend = program->arguments.backend;

	program->root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (program->root_fd < 0) {
		return error_set_errno(error, "cannot open the root %s", root);
	}
	program->health_fd = stage_health_open(options, "recorder", error);
	if (program->health_fd < 0 || !open_signals(program, error)) {
		return false;
	}
	if (options->barrier >= 0) {
		program->barrier = barrier_map(options->barrier, error);
		if (program->barrier == NULL) {
			return false;
		}
	}
	program->mounts = mounts_open(root, error);
	if (program->mounts == NULL) {
		return false;
	}
	program->watch = watch_open(backend == NULL ? "auto" : backend, error);
	return program->watch != NULL && open_witness(program, error);
}

static bool open_stores(Program *program, GError **error)
{
	const char *state_dir = program->options.state_dir;
	const char *const *globs = (const char *const *)program->arguments.secret;

	program->state_fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (program->state_fd < 0) {
		return error_set_errno(error, "cannot open %s", state_dir);
	}
	if (!alive_open(&program->alive, state_dir, error)) {
		return false;
	}
	program->snapshot = snapshot_open(state_dir, error);
	if (program->snapshot == NULL) {
		return false;
	}
	program->catalog = catalog_open(state_dir, &program->catalog_rebuilt, error);
	if (program->catalog == NULL) {
		return false;
	}
	if (program->catalog_rebuilt) {
		log_warning("the catalog was damaged; it is made again from what is there");
	}
	program->secrets = secrets_open(state_dir, globs, error);
	return program->secrets != NULL;
}

static void close_program(Program *program)
{
	Arguments *a = &program->arguments;

	g_clear_pointer(&program->witness, witness_close);
	g_clear_pointer(&program->watch, watch_close);
	g_clear_pointer(&program->mounts, mounts_close);
	g_clear_pointer(&program->secrets, secrets_free);
	g_clear_pointer(&program->catalog, catalog_close);
	g_clear_pointer(&program->snapshot, snapshot_close);
	alive_close(&program->alive);
	status_clear(&program->status);
	fd_close(&program->signals);
	fd_close(&program->health_fd);
	fd_close(&program->root_fd);
	fd_close(&program->state_fd);
	g_clear_pointer(&program->told_roots, g_ptr_array_unref);
	g_clear_pointer(&program->scope, scope_free);
	g_free(a->root);
	g_free(a->backend);
	g_free(a->actors);
	g_free(a->canary);
	g_free(a->host);
	g_strfreev(a->watch);
	g_strfreev(a->ignore);
	g_strfreev(a->secret);
	stage_options_clear(&program->options);
}

static void set_excluded(LookWorld *world, const StageOptions *options)
{
	if (stat(options->state_dir, &world->excluded[0]) < 0) {
		world->excluded[0] = (struct stat){0};
	}
	if (stat(options->runtime_dir, &world->excluded[1]) < 0) {
		world->excluded[1] = (struct stat){0};
	}
}

static bool run(Program *program, GError **error)
{
	g_auto(Recorder) recorder = {
		.options = &program->options,
		.world =
			{
				.root_fd = program->root_fd,
				.watch = program->watch,
				.catalog = program->catalog,
				.snapshot = program->snapshot,
				.secrets = program->secrets,
				.scope = program->scope,
				.mounts = program->mounts,
				.tick = recorder_tick,
				.is_being_written = recorder_is_being_written,
				.actors = recorder_actors,
				.context = &recorder,
			},
		.alive = &program->alive,
		.status = &program->status,
		.mounts = program->mounts,
		.witness = program->witness,
		.barrier = program->barrier,
		.signals = program->signals,
		.state_fd = program->state_fd,
	};

	set_excluded(&recorder.world, &program->options);
	program->status.fd = program->health_fd;
	program->status.backend = watch_backend(program->watch);
	program->status.witness = program->witness;
	program->status.roots = (const char *const *)program->told_roots->pdata;
	program->status.canary = program->arguments.canary;
	if (program->status.canary != NULL &&
	    !scope_has_root(program->scope, program->status.canary)) {
		program->status.canary = NULL; /* hidden by a root above it, where RUNTIME is not */
	}
	status_set_text(&program->status, "looking at everything for the first time");
	recorder_init(&recorder);
	return recorder_run(&recorder, error);
}

/* Why we end, for whoever asks `reeve status` while reeved starts us again and again. */
static void say_last_word(Program *program, const GError *error)
{
	program->status.fd = program->health_fd;
	program->status.backend = program->arguments.backend;
	program->status.state = STATUS_DEGRADED;
	status_set_text(&program->status, "%s", error->message);
	status_write(&program->status);
}

int main(int argc, char **argv)
{
	Program program = {
		.root_fd = -1, .health_fd = -1, .signals = -1, .state_fd = -1, .alive = {.fd = -1}};
	g_autoptr(GError) error = NULL;
	bool ok;

	log_init("reeve-recorder");
	if (!parse_options(&program, &argc, &argv, &error)) {
		log_error("%s", error->message);
		close_program(&program);
		return EXIT_USAGE;
	}
	ok = open_world(&program, &error) && recorder_build_walls(&program.options, &error) &&
	     open_stores(&program, &error) && watch_start(program.watch, &error) &&
	     witness_start(program.witness, &error) && run(&program, &error);
	if (!ok) {
		log_error("%s", error->message);
		say_last_word(&program, error);
	}
	close_program(&program);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
