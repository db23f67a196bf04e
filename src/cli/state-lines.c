/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States in words: see state-lines.h. */
#include "cli/state-lines.h"

#include "cli/pick.h"

#include <stdlib.h>
#include <string.h>

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

void state_lines_put_label(const Paint *paint, GString *out, const char *label)
{
	paint_indent(out, STATE_LINES_INDENT);
	paint_format(paint, out, STYLE_DIM, "%-*s", LABEL_COLUMNS, label);
}

void state_lines_put_transition(const Paint *paint, GString *out, const char *label,
				const char *before, const char *after, const char *meaning)
{
	state_lines_put_label(paint, out, label);
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

	state_lines_put_transition(paint, out, "mode", from, to, words);
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

	state_lines_put_transition(paint, out, label, from, to, NULL);
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

	state_lines_put_transition(paint, out, "flags", from, to, words);
}

static void put_xattrs(const Paint *paint, GString *out, const json_t *before, const json_t *after)
{
	const json_t *from = pick_object(before, "xattrs"), *to = pick_object(after, "xattrs");
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)to, name, value) {
		const json_t *old = json_object_get(from, name);

		if (old == NULL || json_equal(old, value) == 0) {
			state_lines_put_label(paint, out, "xattr");
			paint_foreign(paint, out, STYLE_ADDED, name);
			g_string_append(out, old == NULL ? "   added\n" : "   changed\n");
		}
	}
	json_object_foreach ((json_t *)from, name, value) {
		if (json_object_get(to, name) == NULL) {
			state_lines_put_label(paint, out, "xattr");
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

void state_lines_put_changed(const Paint *paint, GString *out, const json_t *file)
{
	const json_t *changed = pick_array(file, "changed");
	const json_t *before = pick_object(file, "before"), *after = pick_object(file, "after");

	if (json_object_size(before) == 0 || json_object_size(after) == 0) {
		return;
	}
	if (has_word(changed, "type")) {
		state_lines_put_transition(paint, out, "type", pick_text(before, "type"),
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
		state_lines_put_transition(paint, out, "target", pick_text(before, "link"),
					   pick_text(after, "link"), NULL);
	}
	if (has_word(changed, "flags")) {
		put_flags(paint, out, before, after);
	}
	if (has_word(changed, "xattrs")) {
		put_xattrs(paint, out, before, after);
	}
	if (has_word(changed, "device")) {
		state_lines_put_transition(paint, out, "device", pick_text(before, "device"),
					   pick_text(after, "device"), NULL);
	}
}

/* What a new thing is, as far as a line says it: a set-user-id file above all. */
void state_lines_put_new(const Paint *paint, GString *out, const json_t *file, bool is_full)
{
	const json_t *after = pick_object(file, "after");
	guint mode = octal(pick_text(after, "mode"));
	const char *link = pick_text(after, "link");

	if (link != NULL) {
		state_lines_put_label(paint, out, "target");
		paint_foreign(paint, out, STYLE_ADDED, link);
		g_string_append_c(out, '\n');
	} else if ((mode & 06002) != 0 || is_full) {
		g_autofree char *words = mode_words(0, mode & 07002);
		g_autofree char *owner = principal(after, "owner", "uid");
		g_autofree char *group = principal(after, "group", "gid");

		state_lines_put_label(paint, out, "mode");
		paint_format(paint, out, STYLE_ADDED, "%04o", mode);
		g_string_append(out, "   ");
		paint_foreign(paint, out, STYLE_PLAIN, owner);
		g_string_append_c(out, ':');
		paint_foreign(paint, out, STYLE_PLAIN, group);
		g_string_append_printf(out, "%s%s\n", *words != '\0' ? "   " : "", words);
	}
}
