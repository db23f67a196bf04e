/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve watch: the quick start. Starts a reeved of its own in the foreground, shows its baseline,
 * then every event as it comes, until ^C, which ends the daemon cleanly. Beside a daemon that runs
 * already it only follows that one.
 */
#include "cli/daemon-child.h"
#include "cli/health.h"
#include "cli/history.h"
#include "cli/moment.h"
#include "cli/paint.h"
#include "cli/pick.h"
#include "cli/progress.h"
#include "cli/tail.h"
#include "cli/verb.h"
#include "cli/watched-path.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/path.h"
#include "event/event.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STOP_MS 15000
#define LOOK_USEC 50000

typedef struct {
	char *root, *backend, *host;
} WatchOptions;

static void watch_options_clear(WatchOptions *options)
{
	g_free(options->root);
	g_free(options->backend);
	g_free(options->host);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WatchOptions, watch_options_clear)

/* One watching, from the start of the daemon to its end. */
typedef struct {
	const Context *context;
	Paint paint;
	DaemonChild *daemon;
	char *since;       /* head of the journal when we began; "": everything */
	gint64 begun_usec; /* monotonic */
	guint alerts[_SEVERITY_N], others;
} Watching;

static volatile sig_atomic_t asked_to_end;

static void ask_to_end(int signal)
{
	asked_to_end = 1;
}

static void catch_signals(void)
{
	const struct sigaction action = {.sa_handler = ask_to_end};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* To a person, not to whoever reads our events. */
static void say(const Watching *watching, Style style, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void say(const Watching *watching, Style style, const char *format, ...)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *text = NULL;
	va_list args;

	if (watching->context->is_json) {
		return;
	}
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	paint_put(&watching->paint, out, style, text);
	g_string_append_c(out, '\n');
	fputs(out->str, stdout);
	fflush(stdout);
}

/* The head of now: what comes behind it is told. "": of an empty journal, or none we may read. */
static char *head_of_journal(const Context *context)
{
	g_autoptr(History) history = history_open(context, NULL);
	IndexTotals totals = {0};

	if (history == NULL || !index_totals(history_index(history), &totals, NULL)) {
		return g_strdup("");
	}
	return g_strdup(totals.head_id);
}

/* Beside a daemon */

static bool is_below_any(const char *path, const json_t *roots)
{
	size_t i;
	const json_t *root;

	json_array_foreach ((json_t *)roots, i, root) {
		g_autofree char *raw =
			json_is_string(root) ? unescape_path(json_string_value(root), NULL) : NULL;

		if (raw != NULL && path_is_beneath(path, raw)) {
			return true;
		}
	}
	return false;
}

/* Its list is its own: say which of the paths named here it does not look at. */
static void warn_unwatched(const Context *context, GStrv paths)
{
	g_auto(Health) recorder = {0};

	health_read(context, "recorder", &recorder);
	for (; recorder.line != NULL && *paths != NULL; paths++) {
		g_autofree char *escaped = escape_path(*paths);

		if (!is_below_any(*paths, pick_array(recorder.line, "roots"))) {
			g_printerr(
				"reeve: that daemon does not watch %s; add it to `watch:` in its "
				"configuration\n",
				escaped);
		}
	}
}

/* From the head of now, which is taken first: what changes once we have spoken is told. */
static int follow_running(const Context *context, GStrv paths)
{
	g_autofree char *since = head_of_journal(context);
	GError *error = NULL;

	g_printerr("reeve: a daemon runs on %s already; following it (as `reeve tail`)\n",
		   context->config->runtime_dir);
	warn_unwatched(context, paths);
	if (!tail_check(context, &error)) {
		return verb_fail(error);
	}
	return tail_follow(context, &(TailOptions){.since = *since != '\0' ? since : NULL});
}

/* Starting one */

static void add_option(GStrvBuilder *arguments, const char *option, const char *value)
{
	if (value != NULL) {
		g_strv_builder_add_many(arguments, option, value, NULL);
	}
}

/* Only what was said here; the rest is reeved's to decide, and comes out the same. */
static GStrv daemon_arguments(const Context *context, const WatchOptions *options, GStrv paths)
{
	g_autoptr(GStrvBuilder) arguments = g_strv_builder_new();
	const Config *config = context->config;

	add_option(arguments, "--config", context->config_file);
	add_option(arguments, "--root", options->root);
	add_option(arguments, "--state", context->state_given ? config->state_dir : NULL);
	add_option(arguments, "--runtime", context->runtime_given ? config->runtime_dir : NULL);
	add_option(arguments, "--backend", options->backend);
	add_option(arguments, "--host", options->host);
	for (; *paths != NULL; paths++) {
		add_option(arguments, "--watch", *paths);
	}
	return g_strv_builder_end(arguments);
}

/* Its warnings and errors; how it is otherwise, we show better ourselves. */
static void relay_words(const Watching *watching)
{
	for (;;) {
		int level;
		g_autofree char *line = daemon_child_line(watching->daemon, &level);
		g_autofree char *safe = line == NULL ? NULL : paint_safe(line);

		if (line == NULL) {
			return;
		}
		if (level <= DAEMON_CHILD_WARNING) {
			g_printerr("%s\n", safe);
		}
	}
}

static void show_start(Progress *progress, const Watching *watching)
{
	g_auto(Health) recorder = {0}, judge = {0};
	const json_t *baseline;
	g_autofree char *span = moment_span(clock_mono_usec() - watching->begun_usec);
	g_autofree char *text = NULL, *done = NULL;
	const char *what = "starting";

	health_read(watching->context, "recorder", &recorder);
	health_read(watching->context, "judge", &judge);
	baseline = recorder.is_alive ? pick_object(recorder.line, "baseline") : NULL;
	if (baseline != NULL) {
		done = paint_count((guint64)pick_number(baseline, "done", 0));
		text = g_strdup_printf("baseline: %s files, %s", done, span);
	} else {
		if (recorder.is_alive && strcmp(health_state(&judge), "ready") != 0) {
			what = "judging what changed meanwhile";
		}
		text = g_strdup_printf("%s, %s", what, span);
	}
	progress_say(progress, text);
}

static bool daemon_is_ready(const Watching *watching)
{
	g_auto(Health) daemon = {0};

	health_read(watching->context, "reeved", &daemon);
	return daemon.pid == daemon_child_pid(watching->daemon) &&
	       strcmp(health_state(&daemon), "ready") == 0;
}

/* False: it ended, or we were asked to. */
static bool wait_until_ready(Watching *watching)
{
	Progress progress = progress_on(watching->context);

	while (!asked_to_end && daemon_child_runs(watching->daemon)) {
		if (daemon_is_ready(watching)) {
			progress_end(&progress);
			relay_words(watching);
			return true;
		}
		show_start(&progress, watching);
		g_usleep(LOOK_USEC);
	}
	progress_end(&progress);
	return false;
}

static char *join_roots(const json_t *roots)
{
	GString *out = g_string_new(NULL);
	size_t i;
	const json_t *root;

	json_array_foreach ((json_t *)roots, i, root) {
		g_autofree char *safe =
			paint_safe(json_is_string(root) ? json_string_value(root) : "?");

		g_string_append_printf(out, "%s%s", i == 0 ? "" : ", ", safe);
	}
	return g_string_free(out, FALSE);
}

static void say_watching(const Watching *watching)
{
	g_auto(Health) recorder = {0};
	g_autofree char *entries = NULL, *roots = NULL;
	const char *backend;
	gint64 n, uncovered;

	health_read(watching->context, "recorder", &recorder);
	n = pick_number(recorder.line, "entries", 0);
	uncovered = pick_number(recorder.line, "uncovered", 0);
	entries = paint_count((guint64)MAX(n, 0));
	roots = join_roots(pick_array(recorder.line, "roots"));
	backend = pick_text(recorder.line, "backend");
	say(watching, STYLE_BOLD, "watching %s %s under %s (%s) %s ^C stops", entries,
	    n == 1 ? "file" : "files", roots, backend != NULL ? backend : "?",
	    paint_sign(&watching->paint, SIGN_DASH));
	if (uncovered > 0) {
		say(watching, STYLE_MEDIUM,
		    "%" G_GINT64_FORMAT " directories have no watch and are scanned every minute; "
		    "`reeve doctor` says what to do",
		    uncovered);
	}
	say(watching, STYLE_PLAIN, "%s", "");
}

/* Following */

static bool goes_on(void *who)
{
	Watching *watching = who;

	relay_words(watching);
	return !asked_to_end && daemon_child_runs(watching->daemon);
}

static void count(void *who, const json_t *event)
{
	Watching *watching = who;
	const char *word = pick_text(event, "severity");
	Severity severity = SEVERITY_LOW;

	if (!event_is_alert(event)) {
		watching->others++;
		return;
	}
	if (word != NULL && !severity_from_word(word, &severity)) {
		severity = SEVERITY_LOW;
	}
	watching->alerts[severity]++;
}

static void say_summary(const Watching *watching)
{
	g_autofree char *span = moment_span(clock_mono_usec() - watching->begun_usec);
	g_autoptr(GString) worst = g_string_new(NULL);
	guint alerts = 0;

	for (int i = _SEVERITY_N - 1; i >= 0; i--) {
		alerts += watching->alerts[i];
		if (watching->alerts[i] > 0) {
			g_string_append_printf(worst, "%s%u %s", worst->len > 0 ? ", " : " (",
					       watching->alerts[i], severity_word((Severity)i));
		}
	}
	g_string_append(worst, worst->len > 0 ? ")" : "");
	say(watching, STYLE_BOLD, "stopped after %s: %u alert%s%s", span, alerts,
	    alerts == 1 ? "" : "s", worst->str);
	say(watching, STYLE_DIM, "kept in %s; `reeve log` tells them again",
	    watching->context->config->state_dir);
}

/* It ended without having been asked: what it said last says why. */
static int report_end(Watching *watching)
{
	relay_words(watching);
	return verb_trouble("reeved has ended; nothing is being watched any more");
}

static int follow(Watching *watching)
{
	TailOptions options = {
		.since = watching->since,
		.all = true,
		.goes_on = goes_on,
		.seen = count,
		.who = watching,
	};
	int status;

	say_watching(watching);
	status = tail_follow(watching->context, &options);
	if (status == CLI_OK && !asked_to_end) {
		return report_end(watching);
	}
	return status;
}

static int watch(Watching *watching)
{
	bool is_ready = wait_until_ready(watching);
	int status = is_ready ? follow(watching) : CLI_OK;

	if (!is_ready && !asked_to_end) {
		relay_words(watching);
		return CLI_TROUBLE;
	}
	daemon_child_stop(watching->daemon, STOP_MS);
	relay_words(watching);
	if (!is_ready) {
		say(watching, STYLE_BOLD, "stopped before everything had been looked at");
	} else if (status == CLI_OK) {
		say_summary(watching);
	}
	return status;
}

static int start_and_watch(const Context *context, const WatchOptions *options, GStrv paths)
{
	g_autoptr(DaemonChild) daemon = NULL;
	g_auto(GStrv) arguments = daemon_arguments(context, options, paths);
	g_autofree char *since = head_of_journal(context);
	GError *error = NULL;
	g_autofree char *program = daemon_child_program(&error);
	Watching watching = {
		.context = context,
		.paint = paint_of(context),
		.since = since,
		.begun_usec = clock_mono_usec(),
	};

	catch_signals();
	daemon = program == NULL
			 ? NULL
			 : daemon_child_start(program, (const char *const *)arguments, &error);
	if (daemon == NULL) {
		return verb_fail(error);
	}
	watching.daemon = daemon;
	return watch(&watching);
}

int verb_watch(const Context *context, int argc, char **argv)
{
	g_auto(WatchOptions) options = {0};
	const GOptionEntry entries[] = {
		{"root", 0, 0, G_OPTION_ARG_FILENAME, &options.root,
		 "Root of the watched system; paths are as seen from inside it", "DIR"},
		{"backend", 0, 0, G_OPTION_ARG_STRING, &options.backend,
		 "How to watch: auto, fanotify or inotify", "NAME"},
		{"host", 0, 0, G_OPTION_ARG_STRING, &options.host, "Name of this host in events",
		 "NAME"},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) paths = NULL;
	GError *error = NULL;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	paths = watched_paths(options.root, argv + 1, &error);
	if (paths == NULL) {
		return verb_fail(error);
	}
	if (health_daemon_runs(context)) {
		return follow_running(context, paths);
	}
	return start_and_watch(context, &options, paths);
}
