/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One file of an event for a person: see file-block.h. */
#include "cli/file-block.h"

#include "cli/diff-lines.h"
#include "cli/pick.h"
#include "cli/state-lines.h"

#include <string.h>

#define INDENT 2
#define INDENT_DETAIL STATE_LINES_INDENT
#define NAME_COLUMNS 32 /* a longer name of a setting moves its own line alone */

static const struct {
	const char *reason, *text;
} omissions[] = {
	{"secret", "the content is secret: only that it changed is known"},
	{"binary", "binary content"},
	{"too large", "too large for a diff"},
	{"unreadable", "the content cannot be read"},
};

static void put_omission(const Paint *paint, GString *out, const json_t *file, const char *reason)
{
	gint64 from = pick_number(pick_object(file, "before"), "size", -1);
	gint64 to = pick_number(pick_object(file, "after"), "size", -1);
	const char *text = reason;

	for (gsize i = 0; i < G_N_ELEMENTS(omissions); i++) {
		text = strcmp(reason, omissions[i].reason) == 0 ? omissions[i].text : text;
	}
	paint_indent(out, INDENT_DETAIL);
	paint_foreign(paint, out, STYLE_DIM, text);
	if (from >= 0 && to >= 0) {
		g_autofree char *a = paint_bytes((guint64)from), *b = paint_bytes((guint64)to);

		paint_format(paint, out, STYLE_DIM, ", %s %s %s", a, paint_sign(paint, SIGN_ARROW),
			     b);
	} else if (to >= 0) {
		g_autofree char *b = paint_bytes((guint64)to);

		paint_format(paint, out, STYLE_DIM, ", %s", b);
	}
	g_string_append_c(out, '\n');
}

/* NULL: there is no such setting. */
static void put_value(const Paint *paint, GString *out, Style style, const char *value)
{
	if (value == NULL) {
		paint_put(paint, out, STYLE_DIM, paint_sign(paint, SIGN_DASH));
	} else {
		paint_foreign(paint, out, style, *value == '\0' ? "\"\"" : value);
	}
}

static char *setting_name(const json_t *setting)
{
	const char *name = pick_text(setting, "name");

	return paint_safe(name != NULL ? name : "?");
}

/* The names one below the other, and what they were and are beside them. */
static void put_settings(const Paint *paint, GString *out, const json_t *settings)
{
	guint widest = 0;
	size_t i;
	const json_t *setting;

	json_array_foreach ((json_t *)settings, i, setting) {
		g_autofree char *name = setting_name(setting);

		widest = MAX(widest, MIN(paint_columns(name), NAME_COLUMNS));
	}
	json_array_foreach ((json_t *)settings, i, setting) {
		g_autofree char *name = setting_name(setting);
		guint columns = paint_columns(name);

		paint_indent(out, INDENT_DETAIL);
		paint_put(paint, out, STYLE_DIM, name);
		paint_indent(out, 2 + widest - MIN(columns, widest));
		put_value(paint, out, STYLE_REMOVED, pick_text(setting, "before"));
		paint_format(paint, out, STYLE_DIM, " %s ", paint_sign(paint, SIGN_ARROW));
		put_value(paint, out, STYLE_ADDED, pick_text(setting, "after"));
		g_string_append_c(out, '\n');
	}
}

static void put_diff(const Paint *paint, GString *out, const char *diff, FileBlockRoom *room)
{
	guint added, removed, left;

	if (room->is_full) {
		diff_lines_put(paint, out, diff, INDENT_DETAIL, 0);
		return;
	}
	diff_lines_count(diff, &added, &removed);
	left = room->diff_lines == 0
		       ? added + removed
		       : diff_lines_put(paint, out, diff, INDENT_DETAIL, room->diff_lines);
	room->diff_lines -= MIN(room->diff_lines, added + removed - left);
	if (left > 0) {
		paint_indent(out, INDENT_DETAIL);
		paint_format(paint, out, STYLE_DIM, "%s %u %s%s", paint_sign(paint, SIGN_MORE),
			     left, left < added + removed ? "more line" : "line",
			     left == 1 ? "" : "s");
		g_string_append_c(out, '\n');
	}
}

static void put_patch(const Paint *paint, GString *out, const json_t *file, const char *diff)
{
	const char *path = pick_text(file, "path");
	bool was = json_object_size(pick_object(file, "before")) > 0;
	bool is = json_object_size(pick_object(file, "after")) > 0;
	g_autofree char *safe = paint_safe(path != NULL ? path : "?");
	g_autofree char *old_name = g_strconcat("approved", safe, NULL);
	g_autofree char *new_name = g_strconcat("current", safe, NULL);

	diff_lines_put_patch(paint, out, diff, was ? old_name : "/dev/null",
			     is ? new_name : "/dev/null");
}

static void put_content(const Paint *paint, GString *out, const json_t *file, FileBlockRoom *room)
{
	const char *diff = pick_text(file, "diff"), *omitted = pick_text(file, "diff_omitted");

	if (omitted != NULL) {
		put_omission(paint, out, file, omitted);
	}
	if (diff != NULL && *diff != '\0' && room->is_patch) {
		put_patch(paint, out, file, diff);
	} else if (diff != NULL && *diff != '\0') {
		put_diff(paint, out, diff, room);
	}
}

/* "updated: content, mode" */
static char *describe(const json_t *file)
{
	const char *op = pick_text(file, "op"), *type = pick_text(file, "type");
	GString *out = g_string_new(op != NULL ? op : "changed");
	size_t i;
	const json_t *word;

	if (strcmp(out->str, "attributes_modified") == 0) {
		g_string_assign(out, "attributes");
	}
	if (g_strcmp0(op, "transient") == 0) {
		g_string_append(out, ": came and went before it could be read");
	} else if (g_strcmp0(op, "created") == 0 || g_strcmp0(op, "deleted") == 0) {
		if (type != NULL && strcmp(type, "file") != 0) {
			g_string_append_printf(out, ": %s",
					       strcmp(type, "dir") == 0 ? "directory" : type);
		}
	} else {
		json_array_foreach ((json_t *)pick_array(file, "changed"), i, word) {
			g_string_append_printf(out, "%s%s", i == 0 ? ": " : ", ",
					       json_string_value(word));
		}
	}
	if (pick_true(file, "open")) {
		g_string_append(out, " (still open for writing)");
	}
	return g_string_free(out, FALSE);
}

static Style op_style(const char *op)
{
	return g_strcmp0(op, "created") == 0   ? STYLE_ADDED
	       : g_strcmp0(op, "deleted") == 0 ? STYLE_REMOVED
					       : STYLE_PLAIN;
}

static void put_path(const Paint *paint, GString *out, const json_t *file, bool is_full)
{
	const char *path = pick_text(file, "path"), *from = pick_text(file, "moved_from");
	g_autofree char *what = describe(file);
	g_autofree char *safe = paint_safe(path != NULL ? path : "?");
	/* One line for what happened, at most two for a path; `show` gives it whole. */
	g_autofree char *fitted = paint_fit_middle(
		paint, safe, is_full ? 0 : 2 * paint->width - MIN(2 * paint->width, INDENT));
	bool fits = paint->width == 0 ||
		    INDENT + paint_columns(fitted) + 3 + paint_columns(what) <= paint->width;

	paint_indent(out, INDENT);
	paint_put(paint, out, STYLE_BOLD, fitted);
	g_string_append(out, fits ? "   " : "\n    ");
	paint_foreign(paint, out, op_style(pick_text(file, "op")), what);
	g_string_append_c(out, '\n');
	if (from != NULL) {
		state_lines_put_label(paint, out, "from");
		paint_foreign(paint, out, STYLE_PLAIN, from);
		g_string_append_c(out, '\n');
	}
}

void file_block_put(const Paint *paint, GString *out, const json_t *file, FileBlockRoom *room)
{
	put_path(paint, out, file, room->is_full);
	if (room->note != NULL) {
		paint_indent(out, INDENT_DETAIL);
		paint_foreign(paint, out, STYLE_DIM, room->note);
		g_string_append_c(out, '\n');
	}
	if (room->is_brief) {
		return;
	}
	if (json_object_size(pick_object(file, "before")) == 0 &&
	    json_object_size(pick_object(file, "after")) > 0) {
		state_lines_put_new(paint, out, file, room->is_full);
	}
	state_lines_put_changed(paint, out, file);
	put_settings(paint, out, pick_array(file, "settings"));
	put_content(paint, out, file, room);
}
