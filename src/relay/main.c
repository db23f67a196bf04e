/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve-relay: the third wall. Tells what stands in the journal to whoever may hear it: publishes
 * new events, replays old ones, says that the host is alive. Keeps no state of its own.
 */
#include "base/escape.h"
#include "base/fd.h"
#include "base/log.h"
#include "relay/door.h"
#include "relay/endpoint.h"
#include "relay/relay.h"
#include "relay/walls.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <zmq.h>

#define EXIT_BROKEN 70
#define EXIT_USAGE 64

typedef struct {
	char **live, **replay; /* addresses */
	char **notice;         /* NULL: none */
	int notice_group;
	char *host;
	int sheet; /* -1: none */
} OwnOptions;

static void own_options_clear(OwnOptions *own)
{
	g_strfreev(own->live);
	g_strfreev(own->replay);
	g_strfreev(own->notice);
	g_free(own->host);
	fd_close(&own->sheet);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OwnOptions, own_options_clear)

static bool parse(StageOptions *options, OwnOptions *own, int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"live", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &own->live, "publish here", "URL"},
		{"replay", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &own->replay, "answer here", "URL"},
		{"notice", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &own->notice,
		 "tell here that something happened, not what", "URL"},
		{"notice-group", 0, 0, G_OPTION_ARG_INT, &own->notice_group,
		 "group that may know that much", "GID"},
		{"host", 0, 0, G_OPTION_ARG_FILENAME, &own->host, "name of this host", "NAME"},
		{"keys", 0, 0, G_OPTION_ARG_INT, &own->sheet, "who may listen over the network",
		 "FD"},
		{0},
	};

	if (!stage_options_parse(options, "reeve-relay", entries, argc, argv, error)) {
		return false;
	}
	if (own->live == NULL || own->replay == NULL || own->host == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "--live URL, --replay URL and --host NAME are needed");
		return false;
	}
	if (own->sheet != -1 && fcntl(own->sheet, F_SETFD, FD_CLOEXEC) < 0) {
		return error_set_errno(error, "--keys %d is no descriptor of this process",
				       own->sheet);
	}
	return true;
}

/* Nothing leaves the machine unencrypted, and nobody comes in unknown. */
static bool check_keys(const Keyring *keyring, const char *const *urls, GError **error)
{
	for (; *urls != NULL; urls++) {
		if (endpoint_is_network(*urls) && keyring_secret(keyring) == NULL) {
			g_autofree char *shown = escape_path(*urls);

			g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
				    "%s: tcp needs CURVE keys, and there are none; nothing leaves "
				    "the machine unencrypted. `reeve keys new --server` makes them",
				    shown);
			return false;
		}
	}
	return true;
}

static int open_journal(const StageOptions *options, GError **error)
{
	g_autofree char *path =
		g_build_filename(options->state_dir, "journal", "events.ndjson", NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) {
		error_set_errno(error, "cannot open %s", path);
	}
	return fd;
}

/* SIGTERM and SIGINT become something to poll. */
static int open_signals(GError **error)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		error_set_errno(error, "cannot wait for signals");
	}
	return fd;
}

/* Everything from the first thread on: the wall stands, foreign bytes may come. */
static bool run(Relay *relay, void *zmq, GPtrArray *live_at, GPtrArray *replay_at,
		GPtrArray *notice_at, int journal, const char *host, GError **error)
{
	g_autoptr(Tape) tape = tape_new(journal);
	g_autoptr(Heartbeat) heartbeat = heartbeat_new(host);
	g_autoptr(Gate) gate = gate_open(zmq, relay->keyring, relay->access, error);
	g_autoptr(Live) live = gate == NULL ? NULL : live_open(zmq, live_at, gate, error);
	g_autoptr(Replay) replay =
		live == NULL ? NULL : replay_open(zmq, replay_at, gate, tape, error);

	g_autoptr(Live) notice = replay == NULL || notice_at->len == 0
					 ? NULL
					 : live_open(zmq, notice_at, gate, error);

	if (replay == NULL || (notice == NULL && notice_at->len > 0)) {
		return false;
	}
	relay->notice = notice;
	relay->tape = tape;
	relay->heartbeat = heartbeat;
	relay->gate = gate;
	relay->live = live;
	relay->replay = replay;
	return relay_run(relay, error);
}

/*
 * What libraries read when they are used for the first time, while files can still be opened:
 * jansson the seed of its hash tables (/dev/urandom; without it, the clock must do), glibc the time
 * zone, OpenSSL its configuration, ZeroMQ the names of protocols and the number of processors. The
 * context starts its threads only with the first socket.
 */
static void *warm_up(void)
{
	char id[EVENT_ID_HEX + 1];

	json_object_seed(0);
	tzset();
	event_id("", 0, id);
	return zmq_ctx_new();
}

/* Opens all there is to open, builds the wall, runs. */
static bool start(const StageOptions *options, const OwnOptions *own, GError **error)
{
	auto_fd int journal = open_journal(options, error);
	auto_fd int signals = journal < 0 ? -1 : open_signals(error);
	g_autoptr(Access) access = signals < 0 ? NULL : access_open(options, error);
	g_autoptr(Health) health = access == NULL ? NULL : health_open(options, error);
	g_autoptr(Keyring) keyring = keyring_new(own->sheet);
	g_autoptr(GPtrArray) live = NULL, replay = NULL, notice = NULL;
	Relay relay = {
		.options = options,
		.live_urls = (const char *const *)own->live,
		.replay_urls = (const char *const *)own->replay,
		.signals = signals,
		.health = health,
		.keyring = keyring,
		.access = access,
	};
	void *zmq;
	bool ok;

	keyring_look(keyring);
	if (health == NULL || !check_keys(keyring, relay.live_urls, error) ||
	    !check_keys(keyring, relay.replay_urls, error)) {
		return false;
	}
	live = endpoints_listen(relay.live_urls, options->reader_group, error);
	replay = live == NULL ? NULL
			      : endpoints_listen(relay.replay_urls, options->reader_group, error);
	notice = replay == NULL ? NULL
				: endpoints_listen((const char *const *)own->notice,
						   own->notice_group, error);
	if (notice == NULL) {
		return false;
	}
	zmq = warm_up();
	ok = door_open(error) && relay_wall(options, error) &&
	     run(&relay, zmq, live, replay, notice, journal, own->host, error);
	zmq_ctx_term(zmq);
	return ok;
}

int main(int argc, char **argv)
{
	g_auto(StageOptions) options = {0};
	g_auto(OwnOptions) own = {.sheet = -1, .notice_group = -1};
	g_autoptr(GError) error = NULL;

	log_init("reeve-relay");
	if (!parse(&options, &own, &argc, &argv, &error)) {
		log_error("%s", error->message);
		return EXIT_USAGE;
	}
	if (!start(&options, &own, &error)) {
		log_error("%s", error->message);
		return EXIT_BROKEN;
	}
	return 0;
}
