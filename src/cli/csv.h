/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of comma-separated values as RFC 4180 writes them, strictly: cells in quotes may hold
 * separators, line breaks and doubled quotes, others may not hold a quote; lines end with CRLF or
 * LF. A byte order mark at the beginning is passed over. UTF-8 alone. Each row knows the line it
 * begins in, so that whoever reads it can say where something is wrong.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

#define CSV_MAX_CELLS 2000
#define CSV_MAX_CELL_BYTES (256 * 1024)

typedef struct {
	const char *name; /* what messages call the file */
	char separator;
	const char *at, *end;
	guint line; /* of `at`, from 1 */
} Csv;

/* Begins to read; false and *error: it is no UTF-8, or has NUL bytes. Borrows everything. */
bool csv_begin(Csv *csv, const char *name, char separator, const void *data, gsize size,
	       GError **error);

/* The cells of the next row and the line it begins in; NULL without *error: there is no more.
 * Caller frees. */
GStrv csv_next(Csv *csv, guint *ret_line, GError **error);
