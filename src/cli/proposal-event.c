/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has happened, as a proposal: see proposal-event.h. */
#include "cli/proposal-event.h"
#include "cli/history.h"

#include "base/clock.h"
#include "base/escape.h"

#include <string.h>

#define TITLE_MAX_BYTES 160

/* A path's way through the events. */
typedef struct {
	char *path;           /* raw */
	char *before, *after; /* snapshots; `before` NULL: there was none */
} Way;

/* When all of it happened. */
typedef struct {
	gint64 first_usec, last_usec; /* 0: not known */
} Times;

static void way_free(Way *way)
{
	g_free(way->path);
	g_free(way->before);
	g_free(way->after);
	g_free(way);
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void add_time(Times *times, const char *text)
{
	gint64 usec;

	if (text == NULL || !clock_parse(text, &usec)) {
		return;
	}
	times->first_usec = times->first_usec == 0 ? usec : MIN(times->first_usec, usec);
	times->last_usec = MAX(times->last_usec, usec);
}

static void add_way(GPtrArray *ways, const json_t *event, const json_t *file)
{
	const char *shown = text_of(file, "path");
	g_autofree char *path = shown == NULL ? NULL : unescape_path(shown, NULL);
	Way *way;

	for (guint i = 0; path != NULL && i < ways->len; i++) {
		way = ways->pdata[i];
		if (g_str_equal(way->path, path)) {
			g_free(way->after);
			way->after = g_strdup(text_of(event, "commit"));
			return;
		}
	}
	if (path != NULL) {
		way = g_new0(Way, 1);
		way->path = g_steal_pointer(&path);
		way->before = g_strdup(text_of(event, "parent"));
		way->after = g_strdup(text_of(event, "commit"));
		g_ptr_array_add(ways, way);
	}
}

static bool add_files(GPtrArray *ways, Times *times, const json_t *event, const char *id,
		      GError **error)
{
	const json_t *files = json_object_get(event, "files"), *file;
	gsize i;

	if (json_array_size(files) == 0 || text_of(event, "commit") == NULL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "event %s tells of no change that could be asked for", id);
		return false;
	}
	json_array_foreach (files, i, file) {
		const char *op = text_of(file, "op");

		/* (of what came and went nothing is left to be asked for) */
		if (g_strcmp0(op, "transient") != 0) {
			add_way(ways, event, file);
			add_time(times, text_of(file, "time"));
		}
	}
	return true;
}

/* Up to a whole character. */
static char *title_from(const char *summary)
{
	gsize size = strlen(summary);
	const char *end;

	if (size > TITLE_MAX_BYTES) {
		size = TITLE_MAX_BYTES;
	}
	g_utf8_validate(summary, (gssize)size, &end);
	return g_strndup(summary, (gsize)(end - summary));
}

/* What is left open is so only for the time in which it happened. */
static void close_window(Request *request, const Times *times)
{
	for (guint i = 0; request->end_usec == 0 && i < request->changes->len; i++) {
		const RequestChange *change = g_ptr_array_index(request->changes, i);

		if (change->content_any && times->first_usec > 0) {
			request->start_usec =
				times->first_usec - times->first_usec % G_USEC_PER_SEC;
			request->end_usec = times->last_usec - times->last_usec % G_USEC_PER_SEC +
					    G_USEC_PER_SEC;
		}
	}
}

static bool add_event(const char *id, History *history, Proposal *proposal, GPtrArray *ways,
		      Times *times, bool is_last, GError **error)
{
	Request *request = proposal->request;
	JournalLine line;
	json_t *event = NULL;
	goffset offset;
	bool is_added;

	if (!history_find(history, id, &offset, error) ||
	    !history_read(history, offset, &line, &event, error)) {
		return false;
	}
	is_added = add_files(ways, times, event, id, error);
	if (is_added && is_last && request->title == NULL && text_of(event, "summary") != NULL) {
		request->title = title_from(text_of(event, "summary"));
	}
	json_decref(event);
	return is_added;
}

bool proposal_add_events(Proposal *proposal, const Context *context, GStrv ids, GError **error)
{
	g_autoptr(History) history = history_open(context, error);
	g_autoptr(GPtrArray) ways = g_ptr_array_new_with_free_func((GDestroyNotify)way_free);

	Times times = {0};

	if (history == NULL) {
		return false;
	}
	for (guint i = 0; ids[i] != NULL; i++) {
		if (!add_event(ids[i], history, proposal, ways, &times, ids[i + 1] == NULL,
			       error)) {
			return false;
		}
	}
	for (guint i = 0; i < ways->len; i++) {
		const Way *way = ways->pdata[i];

		if (!proposal_happened(proposal, way->path, way->before, way->after, error)) {
			return false;
		}
	}
	close_window(proposal->request, &times);
	return true;
}
