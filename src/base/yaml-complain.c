/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Complaints: file, line, column, the line itself, a caret, and what to do. A line is shown as a
 * terminal would show it if it could be trusted: tabs are blanks, foreign controls are escaped, and
 * a long line is cut to a window around the caret.
 */
#include "base/escape.h"
#include "base/yaml-private.h"

#include <string.h>

#define SHOWN_COLUMNS 76
#define LEAD_COLUMNS 30 /* shown before the caret when the line is cut */
#define TAB_COLUMNS 8

/* What is shown so far: `columns` is the width of `text` on a terminal. */
typedef struct {
	GString *text;
	guint columns;
} Shown;

/* The bytes of line number `line`, without its end; "" when there is no such line. */
static const char *find_line(GBytes *source, guint line, gsize *ret_size)
{
	gsize left;
	const char *at = g_bytes_get_data(source, &left);
	const char *end;

	while (line > 1 && left > 0 && (end = memchr(at, '\n', left)) != NULL) {
		left -= (gsize)(end + 1 - at);
		at = end + 1;
		line--;
	}
	if (line > 1 || left == 0) {
		*ret_size = 0;
		return "";
	}
	end = memchr(at, '\n', left);
	*ret_size = end != NULL ? (gsize)(end - at) : left;
	if (*ret_size > 0 && at[*ret_size - 1] == '\r') {
		(*ret_size)--;
	}
	return at;
}

bool yaml_line_is_empty(GBytes *source, guint line)
{
	gsize size;

	find_line(source, line, &size);
	return size == 0;
}

static void show_piece(Shown *shown, const char *piece, guint columns)
{
	g_string_append(shown->text, piece);
	shown->columns += columns;
}

/* Shows the character at `at`; returns its length in bytes (1 for what is not UTF-8). */
static gsize show_character(Shown *shown, const char *at, gsize left)
{
	gunichar rune = g_utf8_get_char_validated(at, (gssize)left);
	gsize length = 1;
	g_autofree char *piece = NULL;

	if (*at == '\t') {
		guint blanks = TAB_COLUMNS - shown->columns % TAB_COLUMNS;

		piece = g_strnfill(blanks, ' ');
		show_piece(shown, piece, blanks);
		return 1;
	}
	if (rune != (gunichar)-1 && rune != (gunichar)-2) {
		length = (gsize)g_unichar_to_utf8(rune, NULL);
	}
	if (*at == '\\' || !escape_is_needed(at, length)) {
		piece = g_strndup(at, length);
		show_piece(shown, piece,
			   g_unichar_iszerowidth(rune) ? 0
			   : g_unichar_iswide(rune)    ? 2
						       : 1);
		return length;
	}
	piece = escape_bytes(at, length);
	show_piece(shown, piece, (guint)strlen(piece));
	return length;
}

/* Skips characters that need not be shown, so that the caret is not too far to the right. */
static gsize skip_lead(const char *line, gsize size, guint caret)
{
	gsize at = 0;

	if (caret < SHOWN_COLUMNS * 2 / 3) {
		return 0;
	}
	for (guint i = 0; i < caret - LEAD_COLUMNS && at < size; i++) {
		at += (gsize)g_utf8_skip[(guchar)line[at]];
	}
	return MIN(at, size);
}

static guint count_characters(const char *bytes, gsize size)
{
	guint count = 0;

	for (gsize i = 0; i < size; i += (gsize)g_utf8_skip[(guchar)bytes[i]]) {
		count++;
	}
	return count;
}

/*
 * The line with `caret` (characters before it) and `width` (characters to underline); sets where
 * on the terminal the caret starts and how wide the underline is.
 */
static char *show_line(const char *line, gsize size, guint caret, guint width, guint *ret_start,
		       guint *ret_width)
{
	Shown shown = {g_string_new(NULL), 0};
	gsize at = skip_lead(line, size, caret);
	guint character = count_characters(line, at);
	guint start = 0, end = 0;

	if (at > 0) {
		show_piece(&shown, "...", 3);
	}
	for (; at < size && shown.columns < SHOWN_COLUMNS; character++) {
		if (character == caret) {
			start = shown.columns;
		}
		at += show_character(&shown, line + at, size - at);
		if (character >= caret && character < caret + width) {
			end = shown.columns;
		}
	}
	if (character <= caret) {
		start = shown.columns;
	}
	if (at < size) {
		show_piece(&shown, "...", 3);
	}
	*ret_start = start;
	*ret_width = end > start ? end - start : 1;
	return g_string_free(shown.text, FALSE);
}

void yaml_set_complaint(GError **error, ReeveError code, const char *name, GBytes *source,
			guint line, guint column, guint width, const char *problem,
			const char *advice)
{
	gsize size;
	const char *bytes = find_line(source, line, &size);
	guint start, shown_width;
	g_autofree char *shown = show_line(bytes, size, column - 1, width, &start, &shown_width);
	g_autofree char *blanks = g_strnfill(start, ' ');
	g_autofree char *tail = g_strnfill(shown_width - 1, '~');
	g_autofree char *safe_problem = escape_text(problem, strlen(problem));
	g_autofree char *safe_advice = advice != NULL ? escape_text(advice, strlen(advice)) : NULL;

	g_set_error(error, REEVE_ERROR, (int)code, "%s:%u:%u: %s\n%5u | %s\n      | %s^%s%s%s",
		    name, line, column, safe_problem, line, shown, blanks, tail,
		    safe_advice != NULL ? " " : "", safe_advice != NULL ? safe_advice : "");
}

bool yaml_complain(const YamlDocument *document, const YamlNode *node, const char *advice,
		   GError **error, const char *problem_format, ...)
{
	g_autofree char *problem = NULL;
	va_list args;

	va_start(args, problem_format);
	problem = g_strdup_vprintf(problem_format, args);
	va_end(args);
	yaml_set_complaint(error, REEVE_ERROR_SYNTAX, document->name, document->source, node->line,
			   node->column, node->width, problem, advice);
	return false;
}
