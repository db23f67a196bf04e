/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A unified diff for a person: see diff-lines.h. */
#include "cli/diff-lines.h"

#include "base/escape.h"

#include <string.h>

typedef enum {
	LINE_HEADER, /* ---, +++: the block has named the path already */
	LINE_HUNK,
	LINE_CONTEXT,
	LINE_ADDED,
	LINE_REMOVED,
	LINE_NOTE, /* "\ No newline at end of file" */
} LineKind;

/* Header lines stand before the first hunk only: "--- x" inside one is a removed "-- x". */
static LineKind line_kind(const char *line, bool in_hunk)
{
	switch (*line) {
	case '@':
		return LINE_HUNK;
	case '+':
		return in_hunk ? LINE_ADDED : LINE_HEADER;
	case '-':
		return in_hunk ? LINE_REMOVED : LINE_HEADER;
	case '\\':
		return LINE_NOTE;
	default:
		return in_hunk ? LINE_CONTEXT : LINE_HEADER;
	}
}

static GArray *line_kinds(GStrv lines)
{
	GArray *kinds = g_array_new(FALSE, FALSE, sizeof(LineKind));
	bool in_hunk = false;

	for (char **line = lines; *line != NULL; line++) {
		LineKind kind = line_kind(*line, in_hunk);

		in_hunk = in_hunk || kind == LINE_HUNK;
		/* What follows the last LF is no line. */
		if (**line == '\0' && line[1] == NULL) {
			kind = LINE_HEADER;
		}
		g_array_append_val(kinds, kind);
	}
	return kinds;
}

static LineKind kind_at(const GArray *kinds, guint i)
{
	return i < kinds->len ? g_array_index(kinds, LineKind, i) : LINE_HEADER;
}

static bool is_change(LineKind kind)
{
	return kind == LINE_ADDED || kind == LINE_REMOVED;
}

static guint count_changes(const GArray *kinds)
{
	guint n = 0;

	for (guint i = 0; i < kinds->len; i++) {
		n += is_change(kind_at(kinds, i));
	}
	return n;
}

void diff_lines_count(const char *diff, guint *ret_added, guint *ret_removed)
{
	g_auto(GStrv) lines = g_strsplit(diff, "\n", -1);
	g_autoptr(GArray) kinds = line_kinds(lines);

	*ret_added = *ret_removed = 0;
	for (guint i = 0; i < kinds->len; i++) {
		*ret_added += kind_at(kinds, i) == LINE_ADDED;
		*ret_removed += kind_at(kinds, i) == LINE_REMOVED;
	}
}

static Style kind_style(LineKind kind)
{
	switch (kind) {
	case LINE_ADDED:
		return STYLE_ADDED;
	case LINE_REMOVED:
		return STYLE_REMOVED;
	case LINE_HEADER:
	case LINE_HUNK:
	case LINE_CONTEXT:
	case LINE_NOTE:
		return STYLE_DIM;
	}
	g_assert_not_reached();
}

static void put_line(const Paint *paint, GString *out, LineKind kind, const char *line,
		     guint indent, bool is_cut)
{
	g_autofree char *safe = paint_safe(line);
	g_autofree char *text = NULL;

	/* "+x" reads better as "+ x"; a hunk header and a note have no such column. */
	if (is_change(kind) || kind == LINE_CONTEXT) {
		text = g_strdup_printf("%c %s", *line == '\0' ? ' ' : *line,
				       *line == '\0' ? "" : safe + 1);
	} else {
		text = g_strdup(safe);
	}
	if (is_cut && paint->width > indent) {
		g_autofree char *fitted = paint_fit(paint, text, paint->width - indent);

		g_free(text);
		text = g_steal_pointer(&fitted);
	}
	paint_indent(out, indent);
	paint_put(paint, out, kind_style(kind), text);
	g_string_append_c(out, '\n');
}

static void put_all(const Paint *paint, GString *out, GStrv lines, const GArray *kinds,
		    guint indent)
{
	for (guint i = 0; lines[i] != NULL; i++) {
		if (kind_at(kinds, i) != LINE_HEADER) {
			put_line(paint, out, kind_at(kinds, i), lines[i], indent, false);
		}
	}
}

/* Whether a context line touches a change and may be shown where there is room. */
static bool is_near(const GArray *kinds, guint i)
{
	return kind_at(kinds, i) == LINE_CONTEXT &&
	       (is_change(kind_at(kinds, i + 1)) || (i > 0 && is_change(kind_at(kinds, i - 1))));
}

static guint count_near(const GArray *kinds)
{
	guint n = 0;

	for (guint i = 0; i < kinds->len; i++) {
		n += is_near(kinds, i);
	}
	return n;
}

guint diff_lines_put(const Paint *paint, GString *out, const char *diff, guint indent,
		     guint max_lines)
{
	g_auto(GStrv) lines = g_strsplit(diff, "\n", -1);
	g_autoptr(GArray) kinds = line_kinds(lines);
	guint changes = count_changes(kinds), shown = 0;
	bool with_context = changes + count_near(kinds) <= max_lines;

	if (max_lines == 0) {
		put_all(paint, out, lines, kinds, indent);
		return 0;
	}
	/* "1 more line" would take the line it saves. */
	max_lines = changes == max_lines + 1 ? changes : max_lines;
	for (guint i = 0; lines[i] != NULL; i++) {
		LineKind kind = kind_at(kinds, i);

		if (is_change(kind) && shown < max_lines) {
			put_line(paint, out, kind, lines[i], indent, true);
			shown++;
		} else if (with_context && is_near(kinds, i)) {
			put_line(paint, out, kind, lines[i], indent, true);
		}
	}
	return changes - shown;
}

void diff_lines_put_patch(const Paint *paint, GString *out, const char *diff, const char *old_name,
			  const char *new_name)
{
	g_auto(GStrv) lines = g_strsplit(diff, "\n", -1);
	g_autoptr(GArray) kinds = line_kinds(lines);

	paint_format(paint, out, STYLE_BOLD, "--- %s", old_name);
	g_string_append_c(out, '\n');
	paint_format(paint, out, STYLE_BOLD, "+++ %s", new_name);
	g_string_append_c(out, '\n');
	for (guint i = 0; lines[i] != NULL; i++) {
		LineKind kind = kind_at(kinds, i);
		g_autofree char *safe = escape_text(lines[i], strlen(lines[i]));

		if (kind != LINE_HEADER) {
			paint_put(paint, out, kind == LINE_CONTEXT ? STYLE_PLAIN : kind_style(kind),
				  safe);
			g_string_append_c(out, '\n');
		}
	}
}
