/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of commits: see message.h. */
#include "snapshot/message.h"

#include "base/clock.h"
#include "base/escape.h"

#include <string.h>

#define PATHS_SHOWN 20
#define LINE_CHARS 72

/* Adds texts with commas while the line stays short; the first one always. */
static void append_some(GString *out, const GPtrArray *texts, gsize skip)
{
	for (guint i = 0; i < texts->len; i++) {
		const char *text = (const char *)texts->pdata[i] + skip;

		if (i > 0 && out->len + strlen(text) + 2 > LINE_CHARS) {
			g_string_append(out, ", ...");
			return;
		}
		g_string_append(out, i == 0 ? " " : ", ");
		g_string_append(out, text);
	}
}

static void append_gap(GString *out, const Gap *gap)
{
	g_autofree char *scope = escape_path(gap->scope);
	g_autofree char *start = clock_format(gap->start_usec);
	g_autofree char *end = clock_format(gap->end_usec);

	g_string_append_printf(out, "gap: %s, %s, %s to %s", gap->cause, scope,
			       gap->start_usec == 0 ? "?" : start, gap->end_usec == 0 ? "?" : end);
}

static void append_scope(GString *out, const char *word, GStrv paths)
{
	for (; paths != NULL && *paths != NULL; paths++) {
		g_autofree char *escaped = escape_path(*paths);

		g_string_append_printf(out, " %s %s,", word, escaped);
	}
}

static GPtrArray *transient_paths(const Notes *notes)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < notes->transients->len; i++) {
		const Transient *transient = notes->transients->pdata[i];

		g_ptr_array_add(paths, escape_path(transient->path));
	}
	return paths;
}

static void append_change_title(GString *out, const Notes *notes, const Tally *tally)
{
	if (tally->count > 0) {
		g_string_append_printf(out, "%" G_GUINT64_FORMAT " changed:", tally->count);
		append_some(out, tally->lines, 2);
	} else if (notes->gaps->len > 0) {
		append_gap(out, notes->gaps->pdata[0]);
	} else if (notes->transients->len > 0) {
		g_autoptr(GPtrArray) paths = transient_paths(notes);

		g_string_append_printf(out, "%u came and went:", paths->len);
		append_some(out, paths, 0);
	} else {
		g_string_append(out, "0 changed: only what is kept of them");
	}
}

static void append_title(GString *out, const Notes *notes, const Tally *tally)
{
	switch (notes->kind) {
	case CHANGE_SET_BASELINE:
		g_string_append_printf(out, "baseline: %" G_GUINT64_FORMAT " entries",
				       notes->entries);
		break;
	case CHANGE_SET_SCOPE:
		g_string_append(out, "scope:");
		append_scope(out, "added", notes->scope_added);
		append_scope(out, "removed", notes->scope_removed);
		g_string_append_printf(out, " %" G_GUINT64_FORMAT " entries", notes->entries);
		break;
	case CHANGE_SET_CHANGE:
	case _CHANGE_SET_N:
		append_change_title(out, notes, tally);
		break;
	}
}

static void append_paths(GString *out, const Tally *tally)
{
	guint shown = MIN(tally->lines->len, PATHS_SHOWN);

	for (guint i = 0; i < shown; i++) {
		g_string_append_printf(out, "%s\n", (const char *)tally->lines->pdata[i]);
	}
	if (tally->count > shown) {
		g_string_append_printf(out, "and %" G_GUINT64_FORMAT " more\n",
				       tally->count - shown);
	}
}

static void append_gaps(GString *out, const Notes *notes)
{
	for (guint i = 0; i < MIN(notes->gaps->len, PATHS_SHOWN); i++) {
		append_gap(out, notes->gaps->pdata[i]);
		g_string_append_c(out, '\n');
	}
}

static void append_transients(GString *out, const Notes *notes)
{
	g_autoptr(GPtrArray) paths = transient_paths(notes);

	for (guint i = 0; i < MIN(paths->len, PATHS_SHOWN); i++) {
		g_string_append_printf(out, "came and went: %s\n", (const char *)paths->pdata[i]);
	}
}

char *message_format(const Notes *notes, const Tally *tally)
{
	GString *out = g_string_new(NULL);
	gsize title;

	append_title(out, notes, tally);
	g_string_append(out, "\n\n");
	title = out->len;
	if (notes->kind == CHANGE_SET_CHANGE) {
		append_paths(out, tally);
	}
	append_gaps(out, notes);
	append_transients(out, notes);
	if (out->len == title) {
		g_string_truncate(out, title - 1);
	}
	return g_string_free(out, FALSE);
}
