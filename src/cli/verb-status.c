/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve status: is it watching, and is the machine as agreed? Exit 0 clean, 1 drift, 2 trouble or
 * not ready. With --wait it is a barrier: every hint the kernel had queued before the call is
 * journaled and indexed when the answer comes.
 */
#include "cli/ctl.h"
#include "cli/health.h"
#include "cli/moment.h"
#include "cli/overview.h"
#include "cli/paint.h"
#include "cli/pick.h"
#include "cli/verb.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRIFT_SHOWN 5
#define RETRY_USEC 50000
#define SECOND G_GINT64_CONSTANT(1000000)
#define DAY (24 * 3600 * SECOND)

/*
 * A daemon that is just starting has no ctl yet. It is waited for as long as it lives; without one,
 * as long as --timeout says.
 */
static bool wait_for_barrier(const Context *context, int timeout_s, GError **error)
{
	gint64 deadline = clock_mono_usec() + timeout_s * SECOND;

	for (;;) {
		g_autoptr(GError) problem = NULL;
		gint64 left = deadline - clock_mono_usec();
		int ms = timeout_s == 0 ? -1 : (int)(MAX(left, 0) / 1000);
		json_t *answer =
			ctl_call(context, json_pack("{s:s}", "op", "barrier"), ms, &problem);

		json_decref(answer);
		if (answer != NULL) {
			return true;
		}
		if (!g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE) ||
		    (timeout_s > 0 ? left <= 0 : !health_daemon_runs(context))) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
		g_usleep(RETRY_USEC);
	}
}

static void put_label(const Paint *paint, GString *out, const char *label)
{
	paint_format(paint, out, STYLE_DIM, "%-10s ", label);
}

static char *join(const json_t *words)
{
	GString *out = g_string_new(NULL);
	size_t i;
	const json_t *word;

	json_array_foreach ((json_t *)words, i, word) {
		g_string_append_printf(out, "%s%s", i == 0 ? "" : ", ",
				       json_is_string(word) ? json_string_value(word) : "?");
	}
	return g_string_free(out, FALSE);
}

static bool is_degraded(const json_t *overview, const char *stage)
{
	const json_t *facts = pick_object(pick_object(overview, "stages"), stage);

	return g_strcmp0(pick_text(facts, "state"), "degraded") == 0;
}

/* The first of the stages that cannot do its part says what does not happen; the trouble lines say
 * why. */
static const char *what_fails(const json_t *overview)
{
	return is_degraded(overview, "recorder") ? "cannot record"
	       : is_degraded(overview, "judge")  ? "recording, but cannot judge"
	       : is_degraded(overview, "relay")  ? "recording, but cannot publish"
						 : "not watching";
}

static void put_state(const Paint *paint, GString *out, const json_t *overview, bool is_ready)
{
	const json_t *daemon = pick_object(pick_object(overview, "stages"), "reeved");

	if (is_ready) {
		paint_format(paint, out, STYLE_GOOD, "%s watching", paint_sign(paint, SIGN_BULLET));
	} else if (g_strcmp0(pick_text(daemon, "state"), "starting") == 0) {
		paint_format(paint, out, STYLE_MEDIUM, "%s starting", paint_sign(paint, SIGN_RING));
	} else {
		paint_format(paint, out, STYLE_CRITICAL, "%s %s", paint_sign(paint, SIGN_CROSS),
			     what_fails(overview));
	}
}

/* Who can be told, in a word; nothing where nobody can. */
static void put_source(const Paint *paint, GString *out, const json_t *actors)
{
	const char *source = pick_text(actors, "source"), *reach = pick_text(actors, "reach");

	if (source != NULL && reach != NULL && strcmp(reach, "unknown") != 0) {
		paint_format(paint, out, STYLE_PLAIN, ", who by %s (%s)", source, reach);
	}
}

static void put_headline(const Paint *paint, GString *out, const json_t *overview)
{
	bool is_ready = pick_true(overview, "ready");
	g_autofree char *roots = join(pick_array(overview, "roots"));
	g_autofree char *entries = paint_count((guint64)pick_number(overview, "entries", 0));
	const char *backend = pick_text(overview, "backend");
	const json_t *baseline = pick_object(overview, "baseline");

	put_state(paint, out, overview, is_ready);
	if (backend != NULL) {
		g_string_append_c(out, ' ');
		paint_foreign(paint, out, STYLE_BOLD, roots);
		g_string_append_printf(out, "   %s entries, %s", entries, backend);
		put_source(paint, out, pick_object(overview, "actors"));
	}
	if (baseline != NULL) {
		g_autofree char *done = paint_count((guint64)pick_number(baseline, "done", 0));

		g_string_append_printf(out, "   baseline: %s so far", done);
	}
	g_string_append_c(out, '\n');
}

static void put_trouble(const Paint *paint, GString *out, const json_t *overview)
{
	size_t i;
	const json_t *text;

	json_array_foreach ((json_t *)pick_array(overview, "trouble"), i, text) {
		paint_format(paint, out, STYLE_HIGH, "%-10s ", i == 0 ? "trouble" : "");
		paint_wrap(paint, out, STYLE_PLAIN, json_string_value(text), 11, 11);
		g_string_append_c(out, '\n');
	}
}

/* What a package run has changed is told when it has ended. */
static void put_waiting(const Paint *paint, GString *out, const json_t *overview)
{
	const json_t *waiting = pick_object(overview, "waiting");
	gint64 count = pick_number(waiting, "count", 0);
	g_autofree char *n = paint_count((guint64)count);
	g_autofree char *since = NULL;
	const char *manager = pick_text(waiting, "for");

	if (count == 0) {
		return;
	}
	since = moment_short(pick_time(waiting, "since"), clock_wall_usec());
	put_label(paint, out, "waiting");
	g_string_append_printf(out, "%s %s since %s for what ", n,
			       count == 1 ? "change" : "changes", since);
	paint_foreign(paint, out, STYLE_PLAIN, manager == NULL ? "the package manager" : manager);
	g_string_append(out, " says of it\n");
}

static void put_drift(const Paint *paint, GString *out, const json_t *overview)
{
	const json_t *drift = pick_object(overview, "drift");
	gint64 count = pick_number(drift, "count", 0), now = clock_wall_usec();
	g_autofree char *n = paint_count((guint64)count);
	size_t i;
	const json_t *path;

	put_label(paint, out, "drift");
	if (pick_text(pick_object(overview, "snapshots"), "commit") == NULL && count == 0) {
		g_string_append(out, "not known: nothing has been recorded yet\n");
		return;
	}
	if (count == 0) {
		paint_put(paint, out, STYLE_GOOD, "none: everything is as approved");
		g_string_append_c(out, '\n');
		return;
	}
	paint_format(paint, out, STYLE_BOLD, "%s %s", n, count == 1 ? "path" : "paths");
	g_string_append(out, count == 1 ? " is" : " are");
	g_string_append(out, " not as approved; `reeve diff` shows how\n");
	json_array_foreach ((json_t *)pick_array(drift, "paths"), i, path) {
		g_autofree char *since = moment_short(pick_time(path, "since"), now);
		g_autofree char *safe = paint_safe(pick_text(path, "path"));
		g_autofree char *fitted =
			paint_fit_middle(paint, safe, paint->width > 60 ? paint->width - 48 : 0);

		if (i == DRIFT_SHOWN) {
			g_autofree char *more = paint_count((guint64)count - DRIFT_SHOWN);

			paint_indent(out, 11);
			paint_format(paint, out, STYLE_DIM, "%s %s more",
				     paint_sign(paint, SIGN_MORE), more);
			g_string_append_c(out, '\n');
			break;
		}
		paint_indent(out, 11);
		g_string_append_printf(out, "%-13s ", pick_text(path, "severity"));
		paint_format(paint, out, STYLE_DIM, "since %s  ", since);
		g_string_append_printf(out, "%s\n", fitted);
	}
}

static void put_gaps(const Paint *paint, GString *out, const json_t *overview)
{
	gint64 open = pick_number(overview, "gaps_open", 0);
	gint64 all = pick_number(pick_object(overview, "journal"), "gaps", 0);

	put_label(paint, out, "gaps");
	if (open > 0) {
		paint_format(paint, out, STYLE_MEDIUM, "%" G_GINT64_FORMAT " open", open);
	} else {
		g_string_append(out, "none open");
	}
	g_string_append_printf(out, ", %" G_GINT64_FORMAT " recorded\n", all);
}

/* How long ago all was compared last, and how much of the content has been read again. */
static void put_scrub(const Paint *paint, GString *out, const json_t *overview)
{
	const json_t *scrub = pick_object(overview, "scrub");
	gint64 swept = pick_time(scrub, "swept"), rotated = pick_time(scrub, "rotated");
	gint64 now = clock_wall_usec();
	g_autofree char *since_swept = moment_span(MAX(now - swept, 0));
	g_autofree char *since_rotated = moment_span(MAX(now - rotated, 0));

	if (scrub == NULL) {
		return;
	}
	put_label(paint, out, "scrub");
	if (swept == 0) {
		g_string_append(out, "nothing compared yet since the start");
	} else {
		g_string_append_printf(out, "everything compared %s ago", since_swept);
	}
	if (rotated == 0) {
		gint64 all = pick_number(scrub, "to_reread", 0);
		gint64 done = MIN(pick_number(scrub, "reread", 0), all);

		g_string_append_printf(out, ", %" G_GINT64_FORMAT " %% read again\n",
				       all > 0 ? done * 100 / all : 0);
	} else {
		g_string_append_printf(out, ", all read again %s ago\n", since_rotated);
	}
}

/* With their caret: the columns must stay where they are. */
static void put_problems(const Paint *paint, GString *out, const json_t *problems)
{
	size_t i;
	const json_t *problem;

	json_array_foreach ((json_t *)problems, i, problem) {
		const char *text = json_is_string(problem) ? json_string_value(problem) : "?";
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

		for (char **line = lines; *line != NULL; line++) {
			paint_indent(out, **line == '\0' ? 0 : 11);
			paint_foreign(paint, out, line == lines ? STYLE_MEDIUM : STYLE_PLAIN,
				      *line);
			g_string_append_c(out, '\n');
		}
	}
}

static void put_rules(const Paint *paint, GString *out, const json_t *overview)
{
	const json_t *rules = pick_object(overview, "rules");
	const json_t *problems = pick_array(rules, "problems");

	if (rules == NULL) {
		return;
	}
	put_label(paint, out, "rules");
	g_string_append_printf(out, "%" G_GINT64_FORMAT " loaded", pick_number(rules, "count", 0));
	if (json_array_size(problems) > 0) {
		paint_format(paint, out, STYLE_MEDIUM, ", %u with problems",
			     (guint)json_array_size(problems));
	}
	g_string_append_c(out, '\n');
	put_problems(paint, out, problems);
}

/* Only where something is wrong with them. */
static void put_requests(const Paint *paint, GString *out, const json_t *overview)
{
	const json_t *problems = pick_array(pick_object(overview, "requests"), "problems");

	if (json_array_size(problems) > 0) {
		put_label(paint, out, "requests");
		paint_format(paint, out, STYLE_MEDIUM, "%u with problems",
			     (guint)json_array_size(problems));
		g_string_append_c(out, '\n');
		put_problems(paint, out, problems);
	}
}

/* What a day of watching has taken on average; not said of the first day. */
static char *growth(const json_t *overview, guint64 bytes)
{
	gint64 since = pick_time(pick_object(overview, "journal"), "since");
	gint64 days = since == 0 ? 0 : (clock_wall_usec() - since) / DAY;
	g_autofree char *a_day = days < 1 ? NULL : paint_bytes(bytes / (guint64)days);

	return a_day == NULL ? g_strdup("") : g_strdup_printf(", about %s a day so far", a_day);
}

static void put_stores(const Paint *paint, GString *out, const json_t *overview)
{
	const json_t *journal = pick_object(overview, "journal");
	const json_t *snapshots = pick_object(overview, "snapshots");
	guint64 journal_bytes = (guint64)pick_number(journal, "bytes", 0);
	guint64 snapshot_bytes = (guint64)pick_number(snapshots, "bytes", 0);
	guint64 catalog_bytes = (guint64)pick_number(pick_object(overview, "catalog"), "bytes", 0);
	g_autofree char *events = paint_count((guint64)pick_number(journal, "events", 0));
	g_autofree char *alerts = paint_count((guint64)pick_number(journal, "alerts", 0));
	g_autofree char *j = paint_bytes(journal_bytes), *s = paint_bytes(snapshot_bytes);
	g_autofree char *c = paint_bytes(catalog_bytes);
	g_autofree char *grows = growth(overview, journal_bytes + snapshot_bytes);
	const char *head = pick_text(journal, "head"), *commit = pick_text(snapshots, "commit");

	put_label(paint, out, "journal");
	g_string_append_printf(out, "%s %s, %s %s", events,
			       strcmp(events, "1") == 0 ? "event" : "events", alerts,
			       strcmp(alerts, "1") == 0 ? "alert" : "alerts");
	paint_format(paint, out, STYLE_DIM, "   head %.12s", head != NULL ? head : "none");
	g_string_append_c(out, '\n');
	put_label(paint, out, "snapshots");
	paint_format(paint, out, STYLE_PLAIN, "head %.12s", commit != NULL ? commit : "none");
	g_string_append_c(out, '\n');
	put_label(paint, out, "stores");
	g_string_append_printf(out, "journal %s, snapshots %s, catalog %s%s\n", j, s, c, grows);
}

/* "12 s", "5 min", "3 h", "2 d" */
static char *age_words(gint64 usec)
{
	static const struct {
		gint64 seconds;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	gint64 seconds = usec / G_USEC_PER_SEC;

	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		if (seconds >= 2 * units[i].seconds || units[i].seconds == 1) {
			return g_strdup_printf("%" G_GINT64_FORMAT " %s",
					       seconds / units[i].seconds, units[i].unit);
		}
	}
	g_assert_not_reached();
}

/* One that is elsewhere: how old what is known of it is. */
static void put_register(const Paint *paint, GString *out, const json_t *overview)
{
	const json_t *told = pick_object(overview, "register");
	const char *fetched = pick_text(told, "fetched"), *remote = pick_text(told, "remote");
	gint64 usec = 0;

	if (remote == NULL) {
		return;
	}
	put_label(paint, out, "register");
	if (fetched != NULL && clock_parse(fetched, &usec)) {
		g_autofree char *age = age_words(MAX(clock_wall_usec() - usec, 0));

		g_string_append_printf(out, "fetched %s ago from ", age);
	} else {
		g_string_append(out, "not fetched yet from ");
	}
	paint_foreign(paint, out, STYLE_PLAIN, remote);
	g_string_append_c(out, '\n');
}

static void put_stages(const Paint *paint, GString *out, const json_t *overview)
{
	const json_t *stages = pick_object(overview, "stages");

	put_label(paint, out, "stages");
	for (gsize i = 0; health_stages[i] != NULL; i++) {
		const char *state = pick_text(pick_object(stages, health_stages[i]), "state");
		bool is_well = g_strcmp0(state, "ready") == 0 || g_strcmp0(state, "running") == 0 ||
			       g_strcmp0(state, "busy") == 0;

		g_string_append_printf(out, "%s%s ", i == 0 ? "" : "   ", health_stages[i]);
		paint_foreign(paint, out, is_well ? STYLE_GOOD : STYLE_HIGH,
			      state != NULL ? state : "absent");
	}
	g_string_append_c(out, '\n');
}

static void print_text(const Context *context, const json_t *overview)
{
	Paint paint = paint_of(context);
	g_autoptr(GString) out = g_string_new(NULL);

	put_headline(&paint, out, overview);
	put_trouble(&paint, out, overview);
	put_waiting(&paint, out, overview);
	put_drift(&paint, out, overview);
	put_gaps(&paint, out, overview);
	put_scrub(&paint, out, overview);
	put_rules(&paint, out, overview);
	put_requests(&paint, out, overview);
	put_register(&paint, out, overview);
	put_stores(&paint, out, overview);
	put_stages(&paint, out, overview);
	fputs(out->str, stdout);
}

static void print_json(const json_t *overview)
{
	char *text = json_dumps(overview, JSON_COMPACT);

	puts(text);
	free(text);
}

static int verdict_on(const json_t *overview)
{
	if (!pick_true(overview, "ready") || json_array_size(pick_array(overview, "trouble")) > 0) {
		return CLI_TROUBLE;
	}
	return pick_number(pick_object(overview, "drift"), "count", 0) > 0 ? CLI_YES : CLI_OK;
}

int verb_status(const Context *context, int argc, char **argv)
{
	gboolean wait = FALSE;
	gint timeout_s = 0;
	const GOptionEntry entries[] = {
		{"wait", 'w', 0, G_OPTION_ARG_NONE, &wait,
		 "Until everything that happened before the call is journaled", NULL},
		{"timeout", 't', 0, G_OPTION_ARG_INT, &timeout_s,
		 "Give up waiting after this many seconds", "SECONDS"},
		G_OPTION_ENTRY_NULL,
	};
	GError *error = NULL;
	json_t *overview;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (argc > 1 || timeout_s < 0) {
		return verb_usage("status", argc > 1 ? "it takes no arguments"
						     : "--timeout takes a number from 1");
	}
	if (wait && !wait_for_barrier(context, timeout_s, &error)) {
		return verb_fail(error);
	}
	overview = overview_gather(context, &error);
	if (overview == NULL) {
		return verb_fail(error);
	}
	if (context->is_json) {
		print_json(overview);
	} else {
		print_text(context, overview);
	}
	status = verdict_on(overview);
	json_decref(overview);
	return status;
}
