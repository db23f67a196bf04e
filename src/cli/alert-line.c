/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events without files as one line each: see alert-line.h. */
#include "cli/alert-line.h"

#include "cli/moment.h"
#include "cli/pick.h"
#include "event/event.h"

#include <string.h>

/* Texts are foreign and made safe as a whole by the caller. */
typedef char *(*LineText)(const Paint *paint, const json_t *event, gint64 now_usec);

static char *baseline_text(const Paint *paint, const json_t *event, gint64 now_usec)
{
	gint64 count = pick_number(event, "count", 0);
	g_autofree char *entries = paint_count((guint64)MAX(count, 0));

	return g_strdup_printf("%s %s, taken as they stand", entries,
			       count == 1 ? "entry" : "entries");
}

static void append_paths(GString *out, const char *verb, const json_t *paths)
{
	size_t i;
	const json_t *path;

	json_array_foreach ((json_t *)paths, i, path) {
		const char *text = json_string_value(path);

		if (text != NULL) {
			g_string_append_printf(out, "%s%s%s%s", out->len > 0 ? ", " : "",
					       i == 0 ? verb : "", i == 0 ? " " : "", text);
		}
	}
}

static char *scope_text(const Paint *paint, const json_t *event, gint64 now_usec)
{
	GString *out = g_string_new(NULL);

	append_paths(out, "now watching", pick_array(event, "added"));
	append_paths(out, "no longer watching", pick_array(event, "removed"));
	return g_string_free(out, FALSE);
}

/* What a cause of one word means. */
static const struct {
	const char *cause, *text;
} causes[] = {
	{"stopped", "not running"},
	{"crash", "ended without warning"},
	{"reboot", "the machine was restarted"},
	{"overflow", "the kernel dropped hints"},
	{"queue-full", "more hints than could be kept"},
	{"watch-budget", "out of kernel watches"},
	{"root-lost", "a watched tree disappeared"},
	{"clock", "the clock was moved"},
	{"disk-full", "the disk was full"},
	{"no-inodes", "the disk had no room for another file"},
	{"read-only", "the disk could not be written to"},
	{"no-descriptors", "too many open files"},
	{"trouble", "recording failed"},
	{"store-removed", "snapshots.git was removed"},
	{"store-replaced", "snapshots.git was exchanged or set back"},
	{"store-damaged", "snapshots.git was damaged"},
};

static char *gap_text(const Paint *paint, const json_t *event, gint64 now_usec)
{
	const char *cause = pick_text(event, "cause"), *scope = pick_text(event, "scope");
	gint64 start = pick_time(event, "start"), end = pick_time(event, "end");
	GString *out = g_string_new(NULL);

	for (gsize i = 0; cause != NULL && i < G_N_ELEMENTS(causes); i++) {
		cause = strcmp(cause, causes[i].cause) == 0 ? causes[i].text : cause;
	}
	g_string_append(out, cause != NULL ? cause : "unknown cause");
	if (start > 0 && end > 0) {
		g_autofree char *from = moment_short(start, now_usec);
		g_autofree char *to = moment_short(end, now_usec);
		g_autofree char *span = moment_span(end - start);

		g_string_append_printf(out, ", %s %s %s (%s)", from, paint_sign(paint, SIGN_DASH),
				       to, span);
	}
	if (scope != NULL && strcmp(scope, "/") != 0) {
		g_string_append_printf(out, ", below %s", scope);
	}
	return g_string_free(out, FALSE);
}

static char *remark_text(const Paint *paint, const json_t *event, gint64 now_usec)
{
	const char *who = pick_text(event, "who"), *note = pick_text(event, "note");
	const char *id = json_string_value(json_array_get(pick_array(event, "refers"), 0));
	GString *out = g_string_new(who != NULL ? who : "");

	if (id != NULL) {
		g_string_append_printf(out, " about %.12s", id);
	}
	if (note != NULL && *note != '\0') {
		g_string_append_printf(out, ": %s", note);
	}
	return g_string_free(out, FALSE);
}

static char *summary_text(const Paint *paint, const json_t *event, gint64 now_usec)
{
	const char *summary = pick_text(event, "summary");

	return g_strdup(summary != NULL ? summary : "");
}

static const struct {
	EventKind kind;
	Sign sign;
	LineText text;
} lines[] = {
	{EVENT_BASELINE, SIGN_RING, baseline_text}, {EVENT_SCOPE, SIGN_RING, scope_text},
	{EVENT_GAP, SIGN_DASH, gap_text},           {EVENT_ACK, SIGN_TICK, remark_text},
	{EVENT_REVIEW, SIGN_TICK, remark_text},
};

static Style line_style(const json_t *event)
{
	const char *word = pick_text(event, "severity");

	if (event_is_alert(event)) {
		return STYLE_HIGH;
	}
	return g_strcmp0(word, "medium") == 0 ? STYLE_MEDIUM : STYLE_DIM;
}

void alert_line_put(const Paint *paint, GString *out, const json_t *event, gint64 now_usec)
{
	const char *kind = pick_text(event, "kind");
	g_autofree char *when = moment_short(pick_time(event, "time"), now_usec);
	g_autofree char *head = NULL, *line = NULL, *safe = NULL, *text = NULL;
	Sign sign = SIGN_RING;
	LineText make = summary_text;
	EventKind known;

	if (kind != NULL && event_kind_from_word(kind, &known)) {
		for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
			if (lines[i].kind == known) {
				sign = lines[i].sign;
				make = lines[i].text;
			}
		}
	}
	text = make(paint, event, now_usec);
	head = g_strdup_printf("%s %s  %s  %s", paint_sign(paint, sign), kind != NULL ? kind : "?",
			       when, *text != '\0' ? text : "-");
	safe = paint_safe(head);
	line = paint_fit(paint, safe, paint->width);
	paint_put(paint, out, line_style(event), line);
	g_string_append_c(out, '\n');
}
