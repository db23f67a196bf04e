/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event as a person reads it: see alert.h. What is not a change is in alert-line.c. */
#include "cli/alert.h"

#include "base/clock.h"
#include "cli/alert-line.h"
#include "cli/file-block.h"
#include "cli/moment.h"
#include "cli/pick.h"
#include "event/verdict.h"

#include <string.h>

#define INDENT 2
#define LABEL_COLUMNS 7
#define LIVE_DIFF_LINES 12
#define LIVE_FILES 8
#define BRIEF_FILES 4
#define ID_SHORT 12

struct AlertView {
	Paint paint;
	AlertForm form;
	gint64 now_usec;    /* 0: the clock's */
	bool is_after_line; /* the last thing shown was a single line */
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

static void put_label(const AlertView *view, GString *out, const char *label)
{
	paint_indent(out, INDENT);
	paint_format(&view->paint, out, STYLE_DIM, "%-*s", LABEL_COLUMNS, label);
}

static Severity severity_at(const json_t *object, const char *key)
{
	const char *word = pick_text(object, key);
	Severity severity;

	return word != NULL && severity_from_word(word, &severity) ? severity : SEVERITY_LOW;
}

static Severity severity_of(const json_t *object)
{
	return severity_at(object, "severity");
}

static Verdict verdict_of(const json_t *object)
{
	const char *word = pick_text(object, "verdict");
	Verdict verdict;

	return word != NULL && verdict_from_word(word, &verdict) ? verdict : VERDICT_NONE;
}

static Style severity_style(Severity severity)
{
	switch (severity) {
	case SEVERITY_CRITICAL:
		return STYLE_CRITICAL;
	case SEVERITY_HIGH:
		return STYLE_HIGH;
	case SEVERITY_MEDIUM:
		return STYLE_MEDIUM;
	case SEVERITY_LOW:
		return STYLE_LOW;
	case SEVERITY_INFORMATIONAL:
	case _SEVERITY_N:
		return STYLE_DIM;
	}
	g_assert_not_reached();
}

static const char *severity_label(Severity severity)
{
	switch (severity) {
	case SEVERITY_CRITICAL:
		return "CRITICAL";
	case SEVERITY_HIGH:
		return "HIGH";
	case SEVERITY_MEDIUM:
		return "MEDIUM";
	case SEVERITY_LOW:
		return "LOW";
	case SEVERITY_INFORMATIONAL:
	case _SEVERITY_N:
		return "INFO";
	}
	g_assert_not_reached();
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
	Severity severity = severity_of(event);
	Verdict verdict = verdict_of(event);
	bool is_good = verdict < VERDICT_EMERGENCY && severity < SEVERITY_HIGH;
	Style style = is_good ? STYLE_GOOD : severity_style(severity);
	g_autofree char *when = moment_short(moment_of(event), now_of(view));
	const char *host = pick_text(pick_object(event, "host"), "name");

	paint_format(paint, out, style, "%s %-8s",
		     paint_sign(paint, is_good ? SIGN_TICK : SIGN_BULLET),
		     severity_label(severity));
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
	Severity sa = severity_of(*(const json_t *const *)a),
		 sb = severity_of(*(const json_t *const *)b);

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

static void put_files(const AlertView *view, GString *out, const GPtrArray *files)
{
	const Paint *paint = &view->paint;
	FileBlockRoom room = {
		.is_brief = view->form == ALERT_BRIEF,
		.is_full = view->form == ALERT_FULL,
		.diff_lines = LIVE_DIFF_LINES,
	};
	guint shown = files_shown(view, files->len);

	for (guint i = 0; i < shown; i++) {
		file_block_put(paint, out, g_ptr_array_index(files, i), &room);
	}
	if (shown < files->len) {
		g_autofree char *count = paint_count(files->len - shown);

		paint_indent(out, INDENT);
		paint_format(paint, out, STYLE_DIM, "%s %s more files",
			     paint_sign(paint, SIGN_MORE), count);
		g_string_append_c(out, '\n');
	}
}

/* A rule and how many files it fired for. */
typedef struct {
	const json_t *rule;
	const json_t *file; /* the first */
	guint files;
} Fired;

static void add_fired(GArray *all, const json_t *rule, const json_t *file)
{
	for (guint i = 0; i < all->len; i++) {
		Fired *fired = &g_array_index(all, Fired, i);

		if (g_strcmp0(pick_text(fired->rule, "id"), pick_text(rule, "id")) == 0 &&
		    g_strcmp0(pick_text(fired->rule, "title"), pick_text(rule, "title")) == 0) {
			fired->files++;
			return;
		}
	}
	g_array_append_val(all, ((Fired){.rule = rule, .file = file, .files = 1}));
}

static GArray *rules_fired(const GPtrArray *files)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(Fired));

	for (guint i = 0; i < files->len; i++) {
		size_t k;
		const json_t *rule;

		json_array_foreach ((json_t *)pick_array(g_ptr_array_index(files, i), "rules"), k,
				    rule) {
			add_fired(all, rule, g_ptr_array_index(files, i));
		}
	}
	return all;
}

/* "attack.t1021.004": the tag that says most. */
static const char *technique_of(const json_t *rule)
{
	size_t i;
	const json_t *tag;

	json_array_foreach ((json_t *)pick_array(rule, "tags"), i, tag) {
		const char *text = json_string_value(tag);

		if (text != NULL && g_str_has_prefix(text, "attack.t")) {
			return text;
		}
	}
	return NULL;
}

static void put_rule(const AlertView *view, GString *out, const Fired *fired, bool of_many)
{
	const Paint *paint = &view->paint;
	const char *title = pick_text(fired->rule, "title");
	const char *advice = pick_text(fired->rule, "advice");
	const char *technique = technique_of(fired->rule);

	put_label(view, out, "rule");
	paint_foreign(paint, out, severity_style(severity_at(fired->rule, "level")),
		      title != NULL ? title : "?");
	if (technique != NULL) {
		g_autofree char *safe = paint_safe(technique);

		paint_format(paint, out, STYLE_DIM, "  (%s)", safe);
	}
	if (of_many && fired->files > 1) {
		paint_format(paint, out, STYLE_DIM, "  %u files", fired->files);
	} else if (of_many) {
		const char *path = pick_text(fired->file, "path");

		g_string_append(out, "  ");
		paint_foreign(paint, out, STYLE_DIM, path != NULL ? path : "?");
	}
	g_string_append_c(out, '\n');
	if (advice != NULL && view->form != ALERT_BRIEF) {
		paint_indent(out, INDENT + LABEL_COLUMNS);
		paint_wrap(paint, out, STYLE_DIM, advice, INDENT + LABEL_COLUMNS,
			   INDENT + LABEL_COLUMNS);
		g_string_append_c(out, '\n');
	}
}

static void put_rules(const AlertView *view, GString *out, const GPtrArray *files)
{
	g_autoptr(GArray) all = rules_fired(files);

	for (guint i = 0; i < all->len; i++) {
		put_rule(view, out, &g_array_index(all, Fired, i), files->len > 1);
	}
}

/* Why the verdict is what it is; "unapproved" alone says it all, unless everything is asked for. */
static void put_reasons(const AlertView *view, GString *out, const GPtrArray *files)
{
	g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < files->len; i++) {
		const json_t *file = g_ptr_array_index(files, i);
		size_t k;
		const json_t *reason;

		if (view->form != ALERT_FULL && verdict_of(file) == VERDICT_UNAPPROVED) {
			continue;
		}
		json_array_foreach ((json_t *)pick_array(file, "reasons"), k, reason) {
			const char *text = json_string_value(reason);

			if (text == NULL || !g_hash_table_add(told, (gpointer)text)) {
				continue;
			}
			put_label(view, out, g_hash_table_size(told) == 1 ? "why" : "");
			paint_wrap(&view->paint, out, STYLE_PLAIN, text, INDENT + LABEL_COLUMNS,
				   INDENT + LABEL_COLUMNS);
			g_string_append_c(out, '\n');
		}
	}
}

/* "alice as root (sed), pts/3"; "unknown". Caller frees. */
static char *describe_actor(const json_t *actor)
{
	const char *login = pick_text(actor, "login_user"), *user = pick_text(actor, "user");
	const char *exe = pick_text(actor, "exe"), *tty = pick_text(actor, "tty");
	GString *out = g_string_new(login != NULL ? login : user != NULL ? user : "");

	if (login != NULL && user != NULL && strcmp(login, user) != 0) {
		g_string_append_printf(out, " as %s", user);
	}
	if (exe != NULL) {
		const char *slash = strrchr(exe, '/');

		g_string_append_printf(out, "%s(%s)", out->len > 0 ? " " : "",
				       slash != NULL ? slash + 1 : exe);
	}
	if (tty != NULL) {
		g_string_append_printf(out, ", %s", tty);
	}
	if (out->len == 0) {
		g_string_append(out, "unknown");
	} else if (g_strcmp0(pick_text(actor, "confidence"), "inferred") == 0) {
		g_string_append(out, ", inferred");
	}
	return g_string_free(out, FALSE);
}

static void put_actors(const AlertView *view, GString *out, const GPtrArray *files)
{
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < files->len; i++) {
		const json_t *actor = pick_object(g_ptr_array_index(files, i), "actor");
		char *text = describe_actor(actor);

		if (!g_hash_table_contains(told, text)) {
			put_label(view, out, "by");
			paint_foreign(&view->paint, out, actor == NULL ? STYLE_DIM : STYLE_PLAIN,
				      text);
			g_string_append_c(out, '\n');
		}
		g_hash_table_add(told, text);
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
	put_label(view, out, "when");
	paint_wrap(paint, out, STYLE_MEDIUM,
		   text != NULL ? text : "offline: Reeve was not watching, the time is not known",
		   INDENT + LABEL_COLUMNS, INDENT + LABEL_COLUMNS);
	g_string_append_c(out, '\n');
}

static void put_fact(const AlertView *view, GString *out, const char *label, const char *text)
{
	if (text != NULL) {
		put_label(view, out, label);
		paint_foreign(&view->paint, out, STYLE_DIM, text);
		g_string_append_c(out, '\n');
	}
}

static void put_request(const AlertView *view, GString *out, const GPtrArray *files)
{
	const char *request =
		files->len == 0 ? NULL : pick_text(g_ptr_array_index(files, 0), "request");

	if (request != NULL) {
		put_label(view, out, "request");
		paint_foreign(&view->paint, out, STYLE_GOOD, request);
		g_string_append_c(out, '\n');
	}
}

/* What only `show` tells: the exact time, the commits, what it was judged by. */
static void put_origin(const AlertView *view, GString *out, const json_t *event)
{
	gint64 usec = pick_time(event, "time");
	g_autofree char *judged = usec == 0 ? NULL : moment_full(usec);
	g_autofree char *seq = g_strdup_printf("%" G_GINT64_FORMAT, pick_number(event, "seq", 0));

	put_fact(view, out, "judged", judged);
	put_fact(view, out, "commit", pick_text(event, "commit"));
	put_fact(view, out, "parent", pick_text(event, "parent"));
	put_fact(view, out, "policy", pick_text(event, "policy"));
	put_fact(view, out, "seq", seq);
}

static void put_id(const AlertView *view, GString *out, const char *id)
{
	put_label(view, out, "id");
	if (view->form == ALERT_FULL) {
		paint_put(&view->paint, out, STYLE_DIM, id);
	} else {
		paint_format(&view->paint, out, STYLE_DIM, "%.*s   reeve show %.*s", ID_SHORT, id,
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
	       severity_of(g_ptr_array_index(files, 0)) <= SEVERITY_LOW;
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
	put_header(view, out, event, id);
	g_string_append_c(out, '\n');
	put_files(view, out, files);
	put_offline(view, out, event);
	put_rules(view, out, files);
	if (view->form != ALERT_BRIEF) {
		put_reasons(view, out, files);
		put_request(view, out, files);
		put_actors(view, out, files);
		if (view->form == ALERT_FULL) {
			put_origin(view, out, event);
		}
		put_id(view, out, id);
	}
	g_string_append_c(out, '\n');
}

char *alert_render(AlertView *view, const json_t *event, const char *id)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GPtrArray) files = files_by_severity(event);
	bool is_line = files->len == 0 || is_dull(view, event, files);

	alert_view_note(view, event);
	g_string_append(out, view->is_after_line && !is_line ? "\n" : "");
	view->is_after_line = is_line;
	if (files->len > 0) {
		g_free(view->told_commit);
		view->told_commit = g_strdup(pick_text(event, "commit"));
	}
	if (!is_line) {
		put_block(view, out, event, files, id);
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
