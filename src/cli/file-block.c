/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One file of an event for a person: see file-block.h. */
#include "cli/file-block.h"

#include "cli/diff-lines.h"
#include "cli/pick.h"

#include <stdlib.h>
#include <string.h>

#define INDENT 2
#define INDENT_DETAIL 4
#define LABEL_COLUMNS 7

/* What gaining or losing a permission means to the one who answers for the machine. */
static const struct {
	guint bits;
	const char *gained, *lost;
} mode_meanings[] = {
	{04000, "set-user-id added", "set-user-id removed"},
	{02000, "set-group-id added", "set-group-id removed"},
	{01000, "sticky added", "sticky removed"},
	{0002, "writable by everyone", "no longer writable by everyone"},
	{0004, "readable by everyone", "no longer readable by everyone"},
	{0020, "writable by the group", "no longer writable by the group"},
	{0111, "executable", "no longer executable"},
};

char *mode_words(guint before, guint after)
{
	GString *out = g_string_new(NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(mode_meanings); i++) {
		bool had = (before & mode_meanings[i].bits) != 0;
		bool has = (after & mode_meanings[i].bits) != 0;

		if (had != has) {
			g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "",
					       has ? mode_meanings[i].gained
						   : mode_meanings[i].lost);
		}
	}
	return g_string_free(out, FALSE);
}

static void put_label(const Paint *paint, GString *out, const char *label)
{
	paint_indent(out, INDENT_DETAIL);
	paint_format(paint, out, STYLE_DIM, "%-*s", LABEL_COLUMNS, label);
}

static void put_transition(const Paint *paint, GString *out, const char *label, const char *before,
			   const char *after, const char *meaning)
{
	put_label(paint, out, label);
	paint_foreign(paint, out, STYLE_REMOVED, before != NULL ? before : "none");
	paint_format(paint, out, STYLE_DIM, " %s ", paint_sign(paint, SIGN_ARROW));
	paint_foreign(paint, out, STYLE_ADDED, after != NULL ? after : "none");
	if (meaning != NULL && *meaning != '\0') {
		paint_format(paint, out, STYLE_PLAIN, "   %s", meaning);
	}
	g_string_append_c(out, '\n');
}

static guint octal(const char *text)
{
	return text == NULL ? 0 : (guint)strtoul(text, NULL, 8);
}

static void put_mode(const Paint *paint, GString *out, const json_t *before, const json_t *after)
{
	const char *from = pick_text(before, "mode"), *to = pick_text(after, "mode");
	g_autofree char *words = mode_words(octal(from), octal(to));

	put_transition(paint, out, "mode", from, to, words);
}

/* "alice" or, when the snapshot has no such name, "uid 1000". */
static char *principal(const json_t *state, const char *name_key, const char *id_key)
{
	const char *name = pick_text(state, name_key);

	return name != NULL ? g_strdup(name)
			    : g_strdup_printf("%s %" G_GINT64_FORMAT, id_key,
					      pick_number(state, id_key, -1));
}

static void put_principal(const Paint *paint, GString *out, const char *label, const json_t *before,
			  const json_t *after, const char *id_key)
{
	g_autofree char *from = principal(before, label, id_key);
	g_autofree char *to = principal(after, label, id_key);

	put_transition(paint, out, label, from, to, NULL);
}

static char *flag_words(const char *before, const char *after)
{
	GString *out = g_string_new(NULL);
	static const struct {
		char letter;
		const char *word;
	} flags[] = {{'i', "immutable"}, {'a', "append-only"}};

	for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
		bool had = before != NULL && strchr(before, flags[i].letter) != NULL;
		bool has = after != NULL && strchr(after, flags[i].letter) != NULL;

		if (had != has) {
			g_string_append_printf(out, "%s%s %s", out->len > 0 ? ", " : "",
					       has ? "now" : "no longer", flags[i].word);
		}
	}
	return g_string_free(out, FALSE);
}

static void put_flags(const Paint *paint, GString *out, const json_t *before, const json_t *after)
{
	const char *from = pick_text(before, "flags"), *to = pick_text(after, "flags");
	g_autofree char *words = flag_words(from, to);

	put_transition(paint, out, "flags", from, to, words);
}

static void put_xattrs(const Paint *paint, GString *out, const json_t *before, const json_t *after)
{
	const json_t *from = pick_object(before, "xattrs"), *to = pick_object(after, "xattrs");
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)to, name, value) {
		const json_t *old = json_object_get(from, name);

		if (old == NULL || json_equal(old, value) == 0) {
			put_label(paint, out, "xattr");
			paint_foreign(paint, out, STYLE_ADDED, name);
			g_string_append(out, old == NULL ? "   added\n" : "   changed\n");
		}
	}
	json_object_foreach ((json_t *)from, name, value) {
		if (json_object_get(to, name) == NULL) {
			put_label(paint, out, "xattr");
			paint_foreign(paint, out, STYLE_REMOVED, name);
			g_string_append(out, "   removed\n");
		}
	}
}

static bool has_word(const json_t *words, const char *word)
{
	size_t i;
	const json_t *value;

	json_array_foreach ((json_t *)words, i, value) {
		if (g_strcmp0(json_string_value(value), word) == 0) {
			return true;
		}
	}
	return false;
}

static void put_attributes(const Paint *paint, GString *out, const json_t *file)
{
	const json_t *changed = pick_array(file, "changed");
	const json_t *before = pick_object(file, "before"), *after = pick_object(file, "after");

	if (json_object_size(before) == 0 || json_object_size(after) == 0) {
		return;
	}
	if (has_word(changed, "type")) {
		put_transition(paint, out, "type", pick_text(before, "type"),
			       pick_text(after, "type"), NULL);
	}
	if (has_word(changed, "mode")) {
		put_mode(paint, out, before, after);
	}
	if (has_word(changed, "owner")) {
		put_principal(paint, out, "owner", before, after, "uid");
	}
	if (has_word(changed, "group")) {
		put_principal(paint, out, "group", before, after, "gid");
	}
	if (has_word(changed, "target")) {
		put_transition(paint, out, "target", pick_text(before, "link"),
			       pick_text(after, "link"), NULL);
	}
	if (has_word(changed, "flags")) {
		put_flags(paint, out, before, after);
	}
	if (has_word(changed, "xattrs")) {
		put_xattrs(paint, out, before, after);
	}
	if (has_word(changed, "device")) {
		put_transition(paint, out, "device", pick_text(before, "device"),
			       pick_text(after, "device"), NULL);
	}
}

/* What a new thing is, as far as a line says it: a set-user-id file above all. */
static void put_new(const Paint *paint, GString *out, const json_t *file, bool is_full)
{
	const json_t *after = pick_object(file, "after");
	guint mode = octal(pick_text(after, "mode"));
	const char *link = pick_text(after, "link");

	if (link != NULL) {
		put_label(paint, out, "target");
		paint_foreign(paint, out, STYLE_ADDED, link);
		g_string_append_c(out, '\n');
	} else if ((mode & 06002) != 0 || is_full) {
		g_autofree char *words = mode_words(0, mode & 07002);
		g_autofree char *owner = principal(after, "owner", "uid");
		g_autofree char *group = principal(after, "group", "gid");

		put_label(paint, out, "mode");
		paint_format(paint, out, STYLE_ADDED, "%04o", mode);
		g_string_append(out, "   ");
		paint_foreign(paint, out, STYLE_PLAIN, owner);
		g_string_append_c(out, ':');
		paint_foreign(paint, out, STYLE_PLAIN, group);
		g_string_append_printf(out, "%s%s\n", *words != '\0' ? "   " : "", words);
	}
}

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

static void put_settings(const Paint *paint, GString *out, const json_t *settings)
{
	size_t i;
	const json_t *setting;

	json_array_foreach ((json_t *)settings, i, setting) {
		const char *name = pick_text(setting, "name");

		put_transition(paint, out, name != NULL ? name : "?", pick_text(setting, "before"),
			       pick_text(setting, "after"), NULL);
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
		put_label(paint, out, "from");
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
		put_new(paint, out, file, room->is_full);
	}
	put_attributes(paint, out, file);
	put_settings(paint, out, pick_array(file, "settings"));
	put_content(paint, out, file, room);
}
