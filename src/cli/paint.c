/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Painting text for a person: see paint.h. */
#include "cli/paint.h"

#include "base/escape.h"

#include <stdarg.h>
#include <string.h>

#define RESET "\033[0m"

/* The sixteen colours of every terminal, so that a user's own palette stays readable. */
static const char *const style_codes[_STYLE_N] = {
	[STYLE_PLAIN] = NULL,       [STYLE_DIM] = "\033[2m",
	[STYLE_BOLD] = "\033[1m",   [STYLE_CRITICAL] = "\033[1;31m",
	[STYLE_HIGH] = "\033[31m",  [STYLE_MEDIUM] = "\033[33m",
	[STYLE_LOW] = "\033[36m",   [STYLE_GOOD] = "\033[32m",
	[STYLE_ADDED] = "\033[32m", [STYLE_REMOVED] = "\033[31m",
};

static const char *const signs[_SIGN_N][2] = {
	[SIGN_BULLET] = {"*", "●"}, [SIGN_RING] = {"o", "○"},   [SIGN_TICK] = {"+", "✓"},
	[SIGN_CROSS] = {"x", "✗"},  [SIGN_ARROW] = {"->", "→"}, [SIGN_MORE] = {"...", "…"},
	[SIGN_DASH] = {"-", "–"},
};

Paint paint_of(const Context *context)
{
	const char *charset;

	return (Paint){
		.has_color = context->has_color,
		.is_utf8 = g_get_charset(&charset),
		.width = context->is_terminal ? context->width : 0,
	};
}

void paint_put(const Paint *paint, GString *out, Style style, const char *text)
{
	const char *code = paint->has_color ? style_codes[style] : NULL;

	if (*text == '\0') {
		return;
	}
	if (code != NULL) {
		g_string_append(out, code);
	}
	g_string_append(out, text);
	if (code != NULL) {
		g_string_append(out, RESET);
	}
}

void paint_foreign(const Paint *paint, GString *out, Style style, const char *text)
{
	g_autofree char *safe = paint_safe(text);

	paint_put(paint, out, style, safe);
}

void paint_format(const Paint *paint, GString *out, Style style, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	paint_put(paint, out, style, text);
}

const char *paint_sign(const Paint *paint, Sign sign)
{
	return signs[sign][paint->is_utf8];
}

char *paint_safe(const char *text)
{
	g_autofree char *escaped = escape_text(text, strlen(text));
	GString *out = g_string_sized_new(strlen(escaped));

	/* escape_text lets newlines and tabs through, which is right for a block, not for a line.
	 */
	for (const char *p = escaped; *p != '\0'; p++) {
		if (*p == '\n') {
			g_string_append(out, "\\n");
		} else if (*p == '\t') {
			g_string_append(out, "    ");
		} else {
			g_string_append_c(out, *p);
		}
	}
	return g_string_free(out, FALSE);
}

static guint rune_columns(gunichar rune)
{
	return g_unichar_iszerowidth(rune) ? 0 : g_unichar_iswide(rune) ? 2 : 1;
}

guint paint_columns(const char *text)
{
	guint columns = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		columns += rune_columns(g_utf8_get_char(p));
	}
	return columns;
}

/* How many bytes of `text` fit into `columns`. */
static gsize prefix_bytes(const char *text, guint columns)
{
	const char *p = text;

	for (guint used = 0; *p != '\0'; p = g_utf8_next_char(p)) {
		used += rune_columns(g_utf8_get_char(p));
		if (used > columns) {
			break;
		}
	}
	return (gsize)(p - text);
}

char *paint_fit(const Paint *paint, const char *text, guint columns)
{
	const char *more = paint_sign(paint, SIGN_MORE);
	guint room = columns - MIN(columns, paint_columns(more));

	if (columns == 0 || paint_columns(text) <= columns) {
		return g_strdup(text);
	}
	return g_strdup_printf("%.*s%s", (int)prefix_bytes(text, room), text, more);
}

char *paint_fit_middle(const Paint *paint, const char *text, guint columns)
{
	const char *more = paint_sign(paint, SIGN_MORE);
	guint all = paint_columns(text);
	guint room = columns - MIN(columns, paint_columns(more));
	const char *tail;

	if (columns == 0 || all <= columns) {
		return g_strdup(text);
	}
	/* The end of a path says more than its beginning. */
	tail = text + prefix_bytes(text, all - (room - room / 3));
	return g_strdup_printf("%.*s%s%s", (int)prefix_bytes(text, room / 3), text, more, tail);
}

void paint_wrap(const Paint *paint, GString *out, Style style, const char *text, guint used,
		guint indent)
{
	g_autofree char *safe = paint_safe(text);
	g_auto(GStrv) words = g_strsplit(safe, " ", -1);
	g_autoptr(GString) line = g_string_new(NULL);

	for (char **word = words; *word != NULL; word++) {
		guint need = paint_columns(*word) + (line->len > 0 ? 1 : 0);

		if (**word == '\0') {
			continue;
		}
		if (paint->width > 0 && line->len > 0 &&
		    used + paint_columns(line->str) + need > paint->width) {
			paint_put(paint, out, style, line->str);
			g_string_append_c(out, '\n');
			paint_indent(out, indent);
			g_string_truncate(line, 0);
			used = indent;
		}
		g_string_append_printf(line, "%s%s", line->len > 0 ? " " : "", *word);
	}
	paint_put(paint, out, style, line->str);
}

void paint_indent(GString *out, guint n)
{
	g_string_append_printf(out, "%*s", (int)n, "");
}

char *paint_count(guint64 n)
{
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, n);
	gsize length = strlen(digits);
	GString *out = g_string_new(NULL);

	for (gsize i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0) {
			g_string_append_c(out, ',');
		}
		g_string_append_c(out, digits[i]);
	}
	return g_string_free(out, FALSE);
}

char *paint_bytes(guint64 bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	gsize unit = 0;

	if (bytes < 1024) {
		return g_strdup_printf("%" G_GUINT64_FORMAT " B", bytes);
	}
	for (value /= 1024; value >= 1024 && unit + 1 < G_N_ELEMENTS(units); unit++) {
		value /= 1024;
	}
	return g_strdup_printf(value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}
