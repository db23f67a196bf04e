/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event as a person reads it: see alert.h. What is not a change is in alert-line.c. */
#include "cli/alert.h"

#include "base/clock.h"
#include "cli/alert-facts.h"
#include "cli/alert-line.h"
#include "cli/alert-rules.h"
#include "cli/file-block.h"
#include "cli/grade.h"
#include "cli/moment.h"
#include "cli/pick.h"

#include <string.h>

#define LIVE_DIFF_LINES 12
#define LIVE_FILES 8
#define BRIEF_FILES 4
#define ID_SHORT 12

struct AlertView {
	Paint paint;
	AlertForm form;
	gint64 now_usec;    /* 0: the clock's */
	bool is_after_line; /* the last thing shown was a single line */
	bool is_waiting;    /* and it said that changes wait */
	char *told_commit;  /* of the last event with files */
	/* the gap seen last, and how many its commit has: they are parts of it as well */
	guint gap_count;
	char *gap_commit, *gap_cause;
	gint64 gap_start_usec, gap_end_usec;
};

AlertView *alert_view_new(const Paint *paint, AlertForm form)
{
	AlertView *view = g_new0(AlertView, 1);

	view->paint = *paint;
	view->form = form;
	return view;
}

void alert_view_free(AlertView *view)
{
	if (view == NULL) {
		return;
	}
	g_free(view->told_commit);
	g_free(view->gap_commit);
	g_free(view->gap_cause);
	g_free(view);
}

void alert_view_set_now(AlertView *view, gint64 now_usec)
{
	view->now_usec = now_usec;
}

void alert_view_note(AlertView *view, const json_t *event)
{
	if (g_strcmp0(pick_text(event, "kind"), "gap") != 0) {
		return;
	}
	if (g_strcmp0(view->gap_commit, pick_text(event, "commit")) != 0) {
		view->gap_count = 0;
	}
	view->gap_count++;
	g_free(view->gap_commit);
	g_free(view->gap_cause);
	view->gap_commit = g_strdup(pick_text(event, "commit"));
	view->gap_cause = g_strdup(pick_text(event, "cause"));
	view->gap_start_usec = pick_time(event, "start");
	view->gap_end_usec = pick_time(event, "end");
}

static gint64 now_of(const AlertView *view)
{
	return view->now_usec != 0 ? view->now_usec : clock_wall_usec();
}

/* When it happened, as far as known: the hint of its first file, else when it was judged. */
static gint64 moment_of(const json_t *event)
{
	const json_t *first = json_array_get(pick_array(event, "files"), 0);
	gint64 usec = pick_time(first, "time");

	return usec != 0 ? usec : pick_time(event, "time");
}

/* The parts that have files: to a person, the gaps before them are something else. */
static void put_part(const AlertView *view, GString *out, const json_t *event)
{
	const json_t *part = pick_object(event, "part");
	bool has_gaps = g_strcmp0(view->gap_commit, pick_text(event, "commit")) == 0;
	gint64 gaps = has_gaps ? view->gap_count : 0;
	gint64 n = pick_number(part, "n", 1) - gaps, of = pick_number(part, "of", 1) - gaps;

	if (of > 1) {
		paint_format(&view->paint, out, STYLE_DIM,
			     "  part %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, n, of);
	}
}

static void put_header(const AlertView *view, GString *out, const json_t *event, const char *id)
{
	const Paint *paint = &view->paint;
	Severity severity = grade_severity(event, "severity");
	Verdict verdict = grade_verdict(event);
	bool is_good = verdict < VERDICT_EMERGENCY && severity < SEVERITY_HIGH;
	Style style = is_good ? STYLE_GOOD : grade_style(severity);
	g_autofree char *when = moment_short(moment_of(event), now_of(view));
	const char *host = pick_text(pick_object(event, "host"), "name");

	paint_format(paint, out, style, "%s %-8s",
		     paint_sign(paint, is_good ? SIGN_TICK : SIGN_BULLET), grade_label(severity));
	g_string_append(out, "  ");
	paint_format(paint, out, is_good ? STYLE_GOOD : STYLE_PLAIN, "%-10s",
		     verdict_word(verdict));
	g_string_append_printf(out, "  %s", when);
	if (host != NULL) {
		g_string_append(out, "  ");
		paint_foreign(paint, out, STYLE_DIM, host);
	}
	put_part(view, out, event);
	if (view->form == ALERT_BRIEF) {
		paint_format(paint, out, STYLE_DIM, "  %.*s", ID_SHORT, id);
	}
}

static gint compare_severity(gconstpointer a, gconstpointer b)
{
	Severity sa = grade_severity(*(const json_t *const *)a, "severity"),
		 sb = grade_severity(*(const json_t *const *)b, "severity");

	return (gint)sb - (gint)sa;
}

/* The files, the worst first; the order among equals stays that of the event (by path). */
static GPtrArray *files_by_severity(const json_t *event)
{
	GPtrArray *files = g_ptr_array_new();
	size_t i;
	json_t *file;

	json_array_foreach ((json_t *)pick_array(event, "files"), i, file) {
		if (json_is_object(file)) {
			g_ptr_array_add(files, file);
		}
	}
	g_ptr_array_sort(files, compare_severity);
	return files;
}

static guint files_shown(const AlertView *view, guint n)
{
	guint max = view->form == ALERT_FULL   ? n
		    : view->form == ALERT_LIVE ? LIVE_FILES
					       : BRIEF_FILES;

	/* "1 more file" would take the line it saves. */
	return n <= max + 1 ? n : max;
}

/* What a package brought is not read line by line. */
static bool is_routine(const json_t *event)
{
	return grade_verdict(event) == VERDICT_STANDARD &&
	       grade_severity(event, "severity") == SEVERITY_INFORMATIONAL;
}

static void put_files(const AlertView *view, GString *out, const json_t *event,
		      const GPtrArray *files)
{
	const Paint *paint = &view->paint;
	FileBlockRoom room = {
		.is_brief = view->form == ALERT_BRIEF,
		.is_full = view->form == ALERT_FULL,
		.diff_lines = is_routine(event) ? 0 : LIVE_DIFF_LINES,
	};
	guint shown = files_shown(view, files->len);

	for (guint i = 0; i < shown; i++) {
		file_block_put(paint, out, g_ptr_array_index(files, i), &room);
	}
	if (shown < files->len) {
		g_autofree char *count = paint_count(files->len - shown);

		paint_indent(out, FACTS_INDENT);
		paint_format(paint, out, STYLE_DIM, "%s %s more files",
			     paint_sign(paint, SIGN_MORE), count);
		g_string_append_c(out, '\n');
	}
}

/* Since when to when an offline change may have happened. */
static void put_offline(const AlertView *view, GString *out, const json_t *event)
{
	const Paint *paint = &view->paint;
	const json_t *first = json_array_get(pick_array(event, "files"), 0);
	g_autofree char *text = NULL;

	if (!pick_true(first, "offline")) {
		return;
	}
	if (view->gap_start_usec > 0 && view->gap_end_usec > 0 &&
	    g_strcmp0(view->gap_commit, pick_text(event, "commit")) == 0) {
		g_autofree char *from = moment_short(view->gap_start_usec, now_of(view));
		g_autofree char *to = moment_short(view->gap_end_usec, now_of(view));

		text = g_strdup_printf("offline, between %s and %s (%s)", from, to,
				       view->gap_cause != NULL ? view->gap_cause : "gap");
	}
	facts_put_label(paint, out, "when");
	paint_wrap(paint, out, STYLE_MEDIUM,
		   text != NULL ? text : "offline: Reeve was not watching, the time is not known",
		   FACTS_COLUMN, FACTS_COLUMN);
	g_string_append_c(out, '\n');
}

/* What only `show` tells: the exact time, the commits, what it was judged by. */
static void put_origin(const AlertView *view, GString *out, const json_t *event)
{
	const Paint *paint = &view->paint;
	gint64 usec = pick_time(event, "time");
	g_autofree char *judged = usec == 0 ? NULL : moment_full(usec);
	g_autofree char *seq = g_strdup_printf("%" G_GINT64_FORMAT, pick_number(event, "seq", 0));

	facts_put(paint, out, "judged", judged);
	facts_put(paint, out, "commit", pick_text(event, "commit"));
	facts_put(paint, out, "parent", pick_text(event, "parent"));
	facts_put(paint, out, "policy", pick_text(event, "policy"));
	facts_put(paint, out, "seq", seq);
}

static void put_id(const AlertView *view, GString *out, const char *id)
{
	const Paint *paint = &view->paint;

	facts_put_label(paint, out, "id");
	if (view->form == ALERT_FULL) {
		paint_put(paint, out, STYLE_DIM, id);
	} else {
		paint_format(paint, out, STYLE_DIM, "%.*s   reeve show %.*s", ID_SHORT, id,
			     ID_SHORT, id);
	}
	g_string_append_c(out, '\n');
}

/*
 * The parts behind the one shown of a large change-set, where nothing in them is worse than low: a
 * line each, or a thousand new files would push everything else off the screen.
 */
static bool is_dull(const AlertView *view, const json_t *event, const GPtrArray *files)
{
	return view->form == ALERT_LIVE && pick_object(event, "part") != NULL &&
	       g_strcmp0(view->told_commit, pick_text(event, "commit")) == 0 &&
	       grade_severity(g_ptr_array_index(files, 0), "severity") <= SEVERITY_LOW;
}

/* What is standing without a request is Reeve's own canary, every few minutes: a line. */
static bool is_canary(const AlertView *view, const json_t *event, const GPtrArray *files)
{
	return view->form == ALERT_LIVE && is_routine(event) && files->len == 1 &&
	       pick_text(g_ptr_array_index(files, 0), "request") == NULL;
}

static void put_canary(const AlertView *view, GString *out, const json_t *event)
{
	g_autofree char *when = moment_short(moment_of(event), now_of(view));

	paint_format(&view->paint, out, STYLE_DIM,
		     "%s canary  %s  a change of Reeve's own was recorded, judged and told\n",
		     paint_sign(&view->paint, SIGN_TICK), when);
}

static void put_dull(const AlertView *view, GString *out, const json_t *event,
		     const GPtrArray *files, const char *id)
{
	g_autofree char *count = paint_count(files->len);

	put_header(view, out, event, id);
	paint_format(&view->paint, out, STYLE_DIM, "  %s file%s  %.*s", count,
		     files->len == 1 ? "" : "s", ID_SHORT, id);
	g_string_append_c(out, '\n');
}

static void put_block(const AlertView *view, GString *out, const json_t *event,
		      const GPtrArray *files, const char *id)
{
	const Paint *paint = &view->paint;

	put_header(view, out, event, id);
	g_string_append_c(out, '\n');
	put_files(view, out, event, files);
	put_offline(view, out, event);
	alert_rules_put(paint, out, files, view->form != ALERT_BRIEF);
	if (view->form != ALERT_BRIEF) {
		facts_put_reasons(paint, out, files, view->form == ALERT_FULL);
		facts_put_request(paint, out, files);
		facts_put_actors(paint, out, files);
		if (view->form == ALERT_FULL) {
			put_origin(view, out, event);
		}
		put_id(view, out, id);
	}
	g_string_append_c(out, '\n');
}

/* A package run that goes on: more changes wait, and that some do was said. */
static bool is_waiting_still(AlertView *view, const json_t *event, const GPtrArray *files)
{
	bool was_waiting = view->is_waiting;

	view->is_waiting = files->len == 0 && pick_object(event, "waiting") != NULL;
	return view->form == ALERT_LIVE && was_waiting && view->is_waiting;
}

char *alert_render(AlertView *view, const json_t *event, const char *id)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GPtrArray) files = files_by_severity(event);
	bool is_own = is_canary(view, event, files);
	bool is_line = files->len == 0 || is_own || is_dull(view, event, files);

	alert_view_note(view, event);
	if (is_waiting_still(view, event, files)) {
		return g_string_free(out, FALSE);
	}
	g_string_append(out, view->is_after_line && !is_line ? "\n" : "");
	view->is_after_line = is_line;
	if (files->len > 0) {
		g_free(view->told_commit);
		view->told_commit = g_strdup(pick_text(event, "commit"));
	}
	if (!is_line) {
		put_block(view, out, event, files, id);
	} else if (is_own) {
		put_canary(view, out, event);
	} else if (files->len > 0) {
		put_dull(view, out, event, files, id);
	} else {
		alert_line_put(&view->paint, out, event, now_of(view));
		if (view->form == ALERT_FULL) {
			put_origin(view, out, event);
			put_id(view, out, id);
		}
	}
	return g_string_free(out, FALSE);
}
