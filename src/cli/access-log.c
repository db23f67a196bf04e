/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The access log, shown: see access-log.h. */
#include "cli/access-log.h"
#include "cli/moment.h"
#include "cli/paint.h"

#include "base/clock.h"
#include "base/io.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX_BYTES (16 * 1024 * 1024)

typedef struct {
	gint64 usec;
	char *line;
	json_t *object;
} Entry;

static void entry_free(Entry *entry)
{
	g_free(entry->line);
	json_decref(entry->object);
	g_free(entry);
}

static gint compare(gconstpointer a, gconstpointer b)
{
	const Entry *x = *(Entry *const *)a, *y = *(Entry *const *)b;

	return x->usec < y->usec ? -1 : x->usec > y->usec;
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void take_line(GPtrArray *entries, const AccessQuery *query, const char *line)
{
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const char *time = text_of(object, "time");
	gint64 usec;
	Entry *entry;

	if (time == NULL || !clock_parse(time, &usec) ||
	    (query->since_usec != 0 && usec < query->since_usec) ||
	    (query->until_usec != 0 && usec > query->until_usec)) {
		json_decref(object);
		return;
	}
	entry = g_new0(Entry, 1);
	*entry = (Entry){usec, g_strdup(line), object};
	g_ptr_array_add(entries, entry);
}

/* A file that is missing has nothing in it. */
static bool read_entries(const Context *context, const char *name, GPtrArray *entries,
			 const AccessQuery *query, GError **error)
{
	g_autofree char *path = context_state(context, name);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!io_read_text(AT_FDCWD, path, FILE_MAX_BYTES, &text, error)) {
		return false;
	}
	if (text == NULL) {
		return true;
	}
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		take_line(entries, query, lines[i]);
	}
	return true;
}

/* What was wanted, in words. */
static void describe(const Entry *entry, GString *out)
{
	const char *topic = text_of(entry->object, "topic");
	const char *since = text_of(entry->object, "since");

	g_string_append(out, text_of(entry->object, "what"));
	if (topic != NULL) {
		g_string_append_printf(out, " %s", *topic == '\0' ? "everything" : topic);
	}
	if (since != NULL && *since == '\0') {
		g_string_append(out, " since the beginning");
	} else if (since != NULL) {
		g_string_append_printf(out, " since %.12s", since);
	}
}

static void print_text(const Paint *paint, const Entry *entry)
{
	g_autofree char *when = moment_long(entry->usec);
	const char *who = text_of(entry->object, "who"), *key = text_of(entry->object, "key");
	const char *from = text_of(entry->object, "from"), *why = text_of(entry->object, "why");
	json_t *granted = json_object_get(entry->object, "granted");
	g_autoptr(GString) out = g_string_new(when);

	g_string_append(out, "  ");
	if (granted == NULL) {
		g_string_append_printf(out, "%" JSON_INTEGER_FORMAT " more in one second",
				       json_integer_value(json_object_get(entry->object, "count")));
		puts(out->str);
		return;
	}
	paint_foreign(paint, out, STYLE_BOLD, who != NULL ? who : "unknown");
	if (who == NULL && key != NULL) {
		g_string_append_printf(out, " (key %s)", key);
	}
	if (from != NULL) {
		g_string_append_printf(out, " from %s", from);
	}
	g_string_append(out, "  ");
	describe(entry, out);
	if (why != NULL) {
		g_string_append_printf(out, "%s: %s", json_is_true(granted) ? "" : ": refused",
				       why);
	}
	puts(out->str);
}

bool access_log_print(const Context *context, const AccessQuery *query, GError **error)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
	Paint paint = paint_of(context);
	guint first;

	if (!read_entries(context, "access-0.ndjson", entries, query, error) ||
	    !read_entries(context, "access-1.ndjson", entries, query, error)) {
		return false;
	}
	g_ptr_array_sort(entries, compare);
	first = query->limit == 0 || entries->len <= query->limit ? 0 : entries->len - query->limit;
	for (guint i = first; i < entries->len; i++) {
		const Entry *entry = g_ptr_array_index(entries, i);

		if (context->is_json) {
			puts(entry->line);
		} else {
			print_text(&paint, entry);
		}
	}
	return true;
}
