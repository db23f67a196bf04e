/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve-bridge: carries events from the bus to where others collect them: files, the system's
 * logger, a log server, a SIEM. Each output is a thread with a filter, a format and a cursor of its
 * own.
 */
#include "base/fd.h"
#include "base/log.h"
#include "bridge/output.h"
#include "bridge/walls.h"
#include "build-config.h"
#include "config/bus-key.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define EXIT_USAGE 64
#define EXIT_TROUBLE 2

typedef struct {
	char *config;
	gboolean check, version;
} Options;

/* Everything that lasts as long as the program. */
typedef struct {
	Settings *settings;
	char *server_key, *secret_key;
	OutputBus bus;
	int cursors, signals;
	int ended; /* eventfd: no output is at work any more */
	GPtrArray *outputs, *threads;
	gint is_over, has_failed, at_work;
} Bridge;

typedef struct {
	Bridge *bridge;
	Output *output;
} Work;

static bool parse(Options *options, int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &options->config,
		 "what to carry where (default: beside reeve.yaml, bridge.yaml)", "FILE"},
		{"check", 0, 0, G_OPTION_ARG_NONE, &options->check, "only read it", NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "print the version", NULL},
		{0},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, error)) {
		return false;
	}
	if (options->config == NULL && !options->version) {
		g_autofree char *folder = g_path_get_dirname(REEVE_CONFIG_FILE);

		options->config = g_build_filename(folder, "bridge.yaml", NULL);
	}
	return true;
}

static bool read_keys(Bridge *bridge, GError **error)
{
	const Settings *settings = bridge->settings;

	if (settings->key == NULL || settings->server_key == NULL) {
		return true;
	}
	bridge->server_key = bus_key_read(BUS_KEY_PUBLIC, settings->server_key, error);
	bridge->secret_key = bridge->server_key == NULL
				     ? NULL
				     : bus_key_read(BUS_KEY_SECRET, settings->key, error);
	return bridge->secret_key != NULL;
}

static bool open_places(Bridge *bridge, GError **error)
{
	const char *cursors = bridge->settings->cursors;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	bridge->signals = signalfd(-1, &set, SFD_CLOEXEC);
	bridge->ended = eventfd(0, EFD_CLOEXEC);
	if (g_mkdir_with_parents(cursors, 0750) < 0 ||
	    (bridge->cursors = open(cursors, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		return error_set_errno(error, "cannot use %s", cursors);
	}
	return (bridge->signals >= 0 && bridge->ended >= 0) ||
	       error_set_errno(error, "cannot wait for signals");
}

/* Passwords and keys, which nobody can open afterwards. */
static bool load_peers(Bridge *bridge, GError **error)
{
	for (guint i = 0; i < bridge->settings->outputs->len; i++) {
		OutputSettings *output = g_ptr_array_index(bridge->settings->outputs, i);

		if (!peer_load(&output->peer, output->has_tls && sink_is_by_tls(output->to),
			       error)) {
			g_prefix_error(error, "%s: ", output->name);
			return false;
		}
	}
	return true;
}

/* What libraries read when they are used for the first time, while it can be opened. */
static void warm_up(void)
{
	void *zmq = zmq_ctx_new();

	sink_warm_up();

	json_object_seed(0);
	tzset();
	zmq_ctx_term(zmq);
}

static bool prepare(Bridge *bridge, GError **error)
{
	bridge->bus = (OutputBus){bridge->settings->live, bridge->settings->replay,
				  bridge->server_key, bridge->secret_key, bridge->settings->people};
	for (guint i = 0; i < bridge->settings->outputs->len; i++) {
		Output *output = output_new(g_ptr_array_index(bridge->settings->outputs, i),
					    &bridge->bus, bridge->cursors, error);

		if (output == NULL) {
			return false;
		}
		g_ptr_array_add(bridge->outputs, output);
	}
	return true;
}

static gpointer work(gpointer data)
{
	g_autofree Work *own = data;

	if (!output_run(own->output, &own->bridge->is_over)) {
		g_atomic_int_set(&own->bridge->has_failed, 1);
	}
	if (g_atomic_int_dec_and_test(&own->bridge->at_work)) {
		eventfd_write(own->bridge->ended, 1);
	}
	return NULL;
}

static void wait_for_the_end(const Bridge *bridge)
{
	struct pollfd on[] = {{bridge->signals, POLLIN, 0}, {bridge->ended, POLLIN, 0}};

	while (poll(on, G_N_ELEMENTS(on), -1) < 0 && errno == EINTR) {
	}
}

/* An output that cannot go on is said; the others do not stop for it. When none goes on, we do not
 * either: whoever started us is to know. */
static void run(Bridge *bridge)
{
	bridge->at_work = (gint)bridge->outputs->len;
	for (guint i = 0; i < bridge->outputs->len; i++) {
		Work *own = g_new(Work, 1);

		*own = (Work){bridge, g_ptr_array_index(bridge->outputs, i)};
		g_ptr_array_add(bridge->threads, g_thread_new("output", work, own));
	}
	wait_for_the_end(bridge);
	g_atomic_int_set(&bridge->is_over, 1);
	for (guint i = 0; i < bridge->threads->len; i++) {
		g_thread_join(g_ptr_array_index(bridge->threads, i));
	}
}

static void bridge_clear(Bridge *bridge)
{
	g_ptr_array_unref(bridge->outputs);
	g_ptr_array_unref(bridge->threads);
	settings_free(bridge->settings);
	g_free(bridge->server_key);
	g_free(bridge->secret_key);
	fd_close(&bridge->cursors);
	fd_close(&bridge->signals);
	fd_close(&bridge->ended);
}

static int start(Bridge *bridge, const Options *options, GError **error)
{
	bridge->settings = settings_read(options->config, error);
	if (bridge->settings == NULL) {
		return EXIT_USAGE;
	}
	if (options->check) {
		return 0;
	}
	if (!read_keys(bridge, error) || !load_peers(bridge, error) ||
	    !open_places(bridge, error)) {
		return EXIT_TROUBLE;
	}
	warm_up();
	if (!bridge_wall(bridge->settings, bridge->cursors, error) || !prepare(bridge, error)) {
		return EXIT_TROUBLE;
	}
	run(bridge);
	return g_atomic_int_get(&bridge->has_failed) ? EXIT_TROUBLE : 0;
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(bridge_clear))) Bridge bridge = {
		.cursors = -1,
		.signals = -1,
		.ended = -1,
		.outputs = g_ptr_array_new_with_free_func((GDestroyNotify)output_free),
		.threads = g_ptr_array_new(),
	};
	g_autoptr(GError) error = NULL;
	Options options = {0};
	int code;

	setlocale(LC_ALL, "");
	log_init("reeve-bridge");
	if (!parse(&options, &argc, &argv, &error)) {
		log_error("%s", error->message);
		return EXIT_USAGE;
	}
	if (options.version) {
		puts("reeve-bridge " REEVE_VERSION);
		return 0;
	}
	code = start(&bridge, &options, &error);
	if (error != NULL) {
		log_error("%s", error->message);
	}
	g_free(options.config);
	return code;
}
