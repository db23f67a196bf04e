/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The records of an export: a list of objects in JSON, or the rows of a table (CSV) by the names of
 * its first row. Both become objects; a column whose name stands there more than once becomes a
 * list. Which of the two it is, its first byte says.
 */
#pragma once

#include "cli/import-map.h"

#include <glib.h>
#include <jansson.h>

#define IMPORT_MAX_BYTES (32 * 1024 * 1024)
#define IMPORT_MAX_RECORDS 10000

typedef struct {
	char *place; /* "changes.csv:14", "changes.json: record 3" */
	json_t *object;
} ImportRecord;

/* Array of ImportRecord; `name` is what messages call the file. Caller unrefs. */
GPtrArray *import_records(const ImportMap *map, const char *name, const void *data, gsize size,
			  GError **error);

/*
 * What a record has under the first of `from` that is there and not empty: the whole name as it
 * stands, or its parts between dots one inside the other; of a list, all of its members. The texts
 * without space around them; numbers as texts. Empty: it has nothing. NULL and *error: there is
 * what is no text. *ret_from is the name that was found. Caller frees.
 */
GStrv import_record_get(const ImportRecord *record, GStrv from, const char **ret_from,
			GError **error);

/* "changes.csv:14: `state`: ..." false. */
bool import_complain(const ImportRecord *record, const char *field, GError **error,
		     const char *format, ...) G_GNUC_PRINTF(4, 5);
