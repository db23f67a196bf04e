/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reeve log: events of the past from the journal, found through its index, oldest first.
 */
#include "cli/access-log.h"
#include "cli/alert.h"
#include "cli/gap-before.h"
#include "cli/history.h"
#include "cli/moment.h"
#include "cli/verb.h"

#include "base/clock.h"
#include "base/escape.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
	char *since, *until, *verdict, *severity;
	gboolean all, patch, access;
	gint limit;
} LogOptions;

static void log_options_clear(LogOptions *options)
{
	g_free(options->since);
	g_free(options->until);
	g_free(options->verdict);
	g_free(options->severity);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LogOptions, log_options_clear)

static bool read_words(const LogOptions *options, IndexQuery *query, GError **error)
{
	Verdict verdict;
	Severity severity;

	if (options->verdict != NULL) {
		if (!verdict_from_word(options->verdict, &verdict)) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "there is no verdict `%s`; there are approved, standard, "
				    "restored, emergency, unverifiable, mismatch, unapproved",
				    options->verdict);
			return false;
		}
		query->verdict = (int)verdict;
	}
	if (options->severity != NULL) {
		if (!severity_from_word(options->severity, &severity)) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "there is no severity `%s`; there are informational, low, "
				    "medium, high, critical",
				    options->severity);
			return false;
		}
		query->min_severity = (int)severity;
	}
	return true;
}

static bool read_query(const LogOptions *options, IndexQuery *query, GError **error)
{
	gint64 now = clock_wall_usec();

	*query = (IndexQuery){.verdict = -1, .min_severity = -1};
	if (options->limit < 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "-n takes a number from 1");
		return false;
	}
	/* Who asks for a verdict by name wants it, alert or not. */
	query->alerts_only = !options->all && options->verdict == NULL;
	query->limit = (guint)options->limit;
	return (options->since == NULL ||
		moment_parse(options->since, now, &query->since_usec, error)) &&
	       (options->until == NULL ||
		moment_parse(options->until, now, &query->until_usec, error)) &&
	       read_words(options, query, error);
}

static gint compare_offsets(gconstpointer a, gconstpointer b)
{
	goffset x = *(const goffset *)a, y = *(const goffset *)b;

	return x < y ? -1 : x > y;
}

/* Several paths are several queries; an event that answers two of them is shown once. */
static GArray *merge(GArray *all, guint limit)
{
	GArray *merged = g_array_new(FALSE, FALSE, sizeof(goffset));
	guint first;

	g_array_sort(all, compare_offsets);
	for (guint i = 0; i < all->len; i++) {
		goffset offset = g_array_index(all, goffset, i);

		if (merged->len == 0 || g_array_index(merged, goffset, merged->len - 1) != offset) {
			g_array_append_val(merged, offset);
		}
	}
	first = limit == 0 || merged->len <= limit ? 0 : merged->len - limit;
	g_array_remove_range(merged, 0, first);
	return merged;
}

static GArray *find(History *history, IndexQuery *query, char **paths, GError **error)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(goffset));

	if (*paths == NULL) {
		return index_query(history_index(history), query, error);
	}
	for (; *paths != NULL; paths++) {
		g_autofree char *raw = verb_path(*paths, error);
		g_autofree char *path = raw == NULL ? NULL : escape_path(raw);
		g_autoptr(GArray) found = NULL;

		query->path = path;
		found = path == NULL ? NULL : index_query(history_index(history), query, error);
		if (found == NULL) {
			return NULL;
		}
		g_array_append_vals(all, found->data, found->len);
	}
	return merge(all, query->limit);
}

static bool print_text(History *history, AlertView *view, const JournalLine *line,
		       const json_t *event, GError **error)
{
	g_autofree char *text = NULL;
	char id[EVENT_ID_HEX + 1];

	g_strlcpy(id, line->id, sizeof(id));
	if (!gap_before_note(history, view, event, error)) {
		return false;
	}
	text = alert_render(view, event, id);
	fputs(text, stdout);
	return true;
}

static bool print_all(const Context *context, History *history, const GArray *offsets,
		      AlertForm form, GError **error)
{
	Paint paint = paint_of(context);
	g_autoptr(AlertView) view = alert_view_new(&paint, form);
	bool is_printed = true;

	for (guint i = 0; is_printed && i < offsets->len; i++) {
		JournalLine line;
		json_t *event;

		if (!history_read(history, g_array_index(offsets, goffset, i), &line, &event,
				  error)) {
			return false;
		}
		if (context->is_json) {
			g_autofree char *body = event_body_with_id(line.body, line.size, line.id);

			puts(body);
		} else {
			is_printed = print_text(history, view, &line, event, error);
		}
		json_decref(event);
	}
	return is_printed;
}

/* An empty answer looks like a broken program; say that it is one, to whoever looks. */
static void say_none(const Context *context, History *history, const IndexQuery *query)
{
	IndexTotals totals;
	g_autofree char *events = NULL;

	if (context->is_json || !index_totals(history_index(history), &totals, NULL)) {
		return;
	}
	if (totals.events == 0) {
		g_printerr("reeve: nothing has been recorded in %s yet\n",
			   context->config->state_dir);
		return;
	}
	events = paint_count(totals.events);
	g_printerr("reeve: no %s among %s events%s\n", query->alerts_only ? "alert" : "match",
		   events, query->alerts_only ? "; --all shows everything" : "");
}

static int print_access(const Context *context, const IndexQuery *query)
{
	const AccessQuery access = {query->since_usec, query->until_usec, query->limit};
	GError *error = NULL;

	return access_log_print(context, &access, &error) ? CLI_OK : verb_fail(error);
}

int verb_log(const Context *context, int argc, char **argv)
{
	g_auto(LogOptions) options = {0};
	const GOptionEntry entries[] = {
		{"since", 's', 0, G_OPTION_ARG_STRING, &options.since,
		 "From then on: 2h, 3d, today, yesterday, 2026-11-22, RFC 3339", "TIME"},
		{"until", 'u', 0, G_OPTION_ARG_STRING, &options.until, "Until then", "TIME"},
		{"verdict", 0, 0, G_OPTION_ARG_STRING, &options.verdict,
		 "Only this verdict, alert or not", "WORD"},
		{"severity", 0, 0, G_OPTION_ARG_STRING, &options.severity, "At least this severity",
		 "WORD"},
		{"all", 'a', 0, G_OPTION_ARG_NONE, &options.all, "Every event, not alerts alone",
		 NULL},
		{"patch", 'p', 0, G_OPTION_ARG_NONE, &options.patch,
		 "With the differences and the advice of the rules", NULL},
		{"limit", 'n', 0, G_OPTION_ARG_INT, &options.limit, "The newest N", "N"},
		{"access", 0, 0, G_OPTION_ARG_NONE, &options.access,
		 "Who connected to the bus, what they wanted, whether they got it", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(History) history = NULL;
	g_autoptr(GArray) offsets = NULL;
	GError *error = NULL;
	IndexQuery query;
	int status;

	if (verb_parse(entries, &argc, &argv, &status) == VERB_DONE) {
		return status;
	}
	if (!read_query(&options, &query, &error)) {
		return verb_usage_error("log", error);
	}
	if (options.access) {
		return print_access(context, &query);
	}
	history = history_open(context, &error);
	offsets = history == NULL ? NULL : find(history, &query, argv + 1, &error);
	if (offsets == NULL || !print_all(context, history, offsets,
					  options.patch ? ALERT_LIVE : ALERT_BRIEF, &error)) {
		return verb_fail(error);
	}
	if (offsets->len == 0) {
		say_none(context, history, &query);
	}
	return CLI_OK;
}
