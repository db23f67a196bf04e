/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of comma-separated values: see csv.h. */
#include "cli/csv.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static bool complain(const Csv *csv, guint line, const char *what, GError **error)
{
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s:%u: %s", csv->name, line, what);
	return false;
}

bool csv_begin(Csv *csv, const char *name, char separator, const void *data, gsize size,
	       GError **error)
{
	const char *invalid;

	*csv = (Csv){name, separator, data, data == NULL ? data : (const char *)data + size, 1};
	if (size >= 3 && memcmp(data, BYTE_ORDER_MARK, 3) == 0) {
		csv->at += 3;
	}
	if (size == 0 || g_utf8_validate(csv->at, csv->end - csv->at, &invalid)) {
		return true;
	}
	for (const char *p = csv->at; p < invalid; p++) {
		csv->line += *p == '\n';
	}
	return complain(csv, csv->line, "this is not UTF-8: export it as UTF-8", error);
}

static bool is_at_line_end(const Csv *csv)
{
	return csv->at == csv->end || *csv->at == '\n' ||
	       (*csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n');
}

/* Behind the opening quote. */
static bool read_quoted(Csv *csv, GString *cell, GError **error)
{
	guint began = csv->line;

	for (; csv->at < csv->end; csv->at++) {
		if (*csv->at == '"') {
			csv->at++;
			if (csv->at == csv->end || *csv->at != '"') {
				return is_at_line_end(csv) || *csv->at == csv->separator ||
				       complain(csv, csv->line,
						"text behind a closing quote; a quote inside a "
						"cell is written twice",
						error);
			}
		}
		csv->line += *csv->at == '\n';
		g_string_append_c(cell, *csv->at);
		if (cell->len > CSV_MAX_CELL_BYTES) {
			return complain(csv, began, "a cell is larger than 256 KiB", error);
		}
	}
	return complain(csv, began, "a quote is opened in this row and never closed", error);
}

static bool read_plain(Csv *csv, GString *cell, GError **error)
{
	while (!is_at_line_end(csv) && *csv->at != csv->separator) {
		if (*csv->at == '"') {
			return complain(csv, csv->line,
					"a quote inside a cell that does not begin with one; put "
					"the cell in quotes and write the quote twice",
					error);
		}
		g_string_append_c(cell, *csv->at++);
		if (cell->len > CSV_MAX_CELL_BYTES) {
			return complain(csv, csv->line, "a cell is larger than 256 KiB", error);
		}
	}
	return true;
}

static char *read_cell(Csv *csv, GError **error)
{
	g_autoptr(GString) cell = g_string_new(NULL);
	bool is_read;

	if (csv->at < csv->end && *csv->at == '"') {
		csv->at++;
		is_read = read_quoted(csv, cell, error);
	} else {
		is_read = read_plain(csv, cell, error);
	}
	return is_read ? g_strdup(cell->str) : NULL;
}

static void pass_line_end(Csv *csv)
{
	if (csv->at < csv->end) {
		csv->at += *csv->at == '\r' ? 2 : 1;
		csv->line++;
	}
}

GStrv csv_next(Csv *csv, guint *ret_line, GError **error)
{
	g_autoptr(GStrvBuilder) cells = g_strv_builder_new();

	while (csv->at < csv->end && is_at_line_end(csv)) {
		pass_line_end(csv); /* an empty line is no row */
	}
	if (csv->at == csv->end) {
		return NULL;
	}
	*ret_line = csv->line;
	for (guint count = 1;; count++) {
		g_autofree char *cell = read_cell(csv, error);

		if (cell == NULL) {
			return NULL;
		}
		g_strv_builder_add(cells, cell);
		if (is_at_line_end(csv)) {
			pass_line_end(csv);
			return g_strv_builder_end(cells);
		}
		if (count == CSV_MAX_CELLS) {
			complain(csv, *ret_line, "a row has more than 2000 cells", error);
			return NULL;
		}
		csv->at++; /* the separator */
	}
}
