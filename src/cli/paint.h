/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Painting text for a person: colours where they are welcome, columns, and foreign text made safe.
 * Knows nothing of events. A Paint says what the output can do; everything is appended to a
 * GString, so that a block reaches the terminal in one piece.
 */
#pragma once

#include "cli/context.h"

#include <glib.h>
#include <stdbool.h>

/* What a piece of text means; the colours stand in paint.c. */
typedef enum {
	STYLE_PLAIN,
	STYLE_DIM,
	STYLE_BOLD,
	STYLE_CRITICAL,
	STYLE_HIGH,
	STYLE_MEDIUM,
	STYLE_LOW,
	STYLE_GOOD,
	STYLE_ADDED,
	STYLE_REMOVED,
	_STYLE_N,
} Style;

typedef struct {
	bool has_color;
	bool is_utf8; /* the locale can show more than ASCII */
	guint width;  /* columns to fit into; 0: a pipe, nothing is shortened */
} Paint;

/* What the context's standard output can do. */
Paint paint_of(const Context *context);

/* Appends our own text, or foreign text (made safe first, on one line). */
void paint_put(const Paint *paint, GString *out, Style style, const char *text);
void paint_foreign(const Paint *paint, GString *out, Style style, const char *text);
void paint_format(const Paint *paint, GString *out, Style style, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

/* The signs: a bullet, a tick, an arrow... or their ASCII stand-ins. */
typedef enum {
	SIGN_BULLET,
	SIGN_RING,
	SIGN_TICK,
	SIGN_CROSS,
	SIGN_ARROW,
	SIGN_MORE,
	SIGN_DASH,
	_SIGN_N,
} Sign;
const char *paint_sign(const Paint *paint, Sign sign);

/*
 * Foreign text for one line: controls and direction marks escaped, tabs to spaces; what was
 * escaped already stays as it is. Caller frees.
 */
char *paint_safe(const char *text);

/* Columns a text takes on a terminal. */
guint paint_columns(const char *text);

/* Shortened at its end, or in its middle (paths), to at most `columns`; 0: not shortened. Caller
 * frees. */
char *paint_fit(const Paint *paint, const char *text, guint columns);
char *paint_fit_middle(const Paint *paint, const char *text, guint columns);

/* Words wrapped to the width, every line behind the first indented by `indent` columns; `used` are
 * taken on the first line already. Foreign text is made safe. */
void paint_wrap(const Paint *paint, GString *out, Style style, const char *text, guint used,
		guint indent);

/* `n` spaces. */
void paint_indent(GString *out, guint n);

/* "1,234", "3.2 MiB"; caller frees. */
char *paint_count(guint64 n);
char *paint_bytes(guint64 bytes);
