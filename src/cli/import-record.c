/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of an export: see import-record.h. */
#include "cli/import-record.h"

#include "cli/csv.h"

#include "base/escape.h"

#include <string.h>

#define LIST_MAX 1000
#define DEPTH_MAX 16

bool import_complain(const ImportRecord *record, const char *field, GError **error,
		     const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s: `%s`: %s", record->place, field,
		    what);
	return false;
}

static void import_record_free(ImportRecord *record)
{
	g_free(record->place);
	json_decref(record->object);
	g_free(record);
}

/* Takes the object. False: there are too many. */
static bool add_record(GPtrArray *records, const char *name, char *place, json_t *object,
		       GError **error)
{
	ImportRecord *record = g_new0(ImportRecord, 1);

	record->place = place;
	record->object = object;
	g_ptr_array_add(records, record);
	if (records->len > IMPORT_MAX_RECORDS) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    "%s: more than %d records; export a shorter time", name,
			    IMPORT_MAX_RECORDS);
	}
	return records->len <= IMPORT_MAX_RECORDS;
}

/* Tables */

static void set_cell(json_t *object, const char *column, const char *cell)
{
	json_t *there = json_object_get(object, column);

	if (*cell == '\0' && there != NULL) {
		return;
	}
	if (there == NULL || (json_is_string(there) && *json_string_value(there) == '\0')) {
		json_object_set_new(object, column, json_string(cell));
	} else if (json_is_array(there)) {
		json_array_append_new(there, json_string(cell));
	} else {
		json_object_set_new(object, column, json_pack("[O,s]", there, cell));
	}
}

static bool read_row(GPtrArray *records, const Csv *csv, GStrv columns, GStrv cells, guint line,
		     GError **error)
{
	guint wanted = g_strv_length(columns), found = g_strv_length(cells);
	json_t *object;

	if (found != wanted) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s:%u: this row has %u cells, the first one has %u; is the separator "
			    "`%c`?",
			    csv->name, line, found, wanted, csv->separator);
		return false;
	}
	object = json_object();
	for (guint i = 0; i < wanted; i++) {
		set_cell(object, columns[i], cells[i]);
	}
	return add_record(records, csv->name, g_strdup_printf("%s:%u", csv->name, line), object,
			  error);
}

static bool read_table(GPtrArray *records, const ImportMap *map, const char *name, const void *data,
		       gsize size, GError **error)
{
	g_auto(GStrv) columns = NULL;
	GError *problem = NULL;
	Csv csv;
	guint line;

	if (!csv_begin(&csv, name, map->separator, data, size, error)) {
		return false;
	}
	columns = csv_next(&csv, &line, &problem);
	while (columns != NULL && problem == NULL) {
		g_auto(GStrv) cells = csv_next(&csv, &line, &problem);

		if (cells == NULL) {
			break;
		}
		if (!read_row(records, &csv, columns, cells, line, &problem)) {
			break;
		}
	}
	if (problem == NULL && columns == NULL) {
		g_set_error(&problem, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s: it is empty", name);
	}
	if (problem != NULL) {
		g_propagate_error(error, problem);
	}
	return problem == NULL;
}

/* JSON */

/* Where the list is: the first of the map's names that is there. */
static json_t *find_list(const ImportMap *map, json_t *root)
{
	for (guint i = 0; map->records != NULL && map->records[i] != NULL; i++) {
		json_t *list = json_object_get(root, map->records[i]);

		if (list != NULL) {
			return list;
		}
	}
	return root;
}

static bool read_list(GPtrArray *records, const char *name, json_t *list, GError **error)
{
	gsize i;
	json_t *item;

	json_array_foreach (list, i, item) {
		char *place = g_strdup_printf("%s: record %" G_GSIZE_FORMAT, name, i + 1);

		if (!json_is_object(item)) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
				    "%s: this is no object with fields", place);
			g_free(place);
			return false;
		}
		if (!add_record(records, name, place, json_incref(item), error)) {
			return false;
		}
	}
	return true;
}

static bool read_json(GPtrArray *records, const ImportMap *map, const char *name, const void *data,
		      gsize size, GError **error)
{
	json_error_t problem;
	json_t *root = json_loadb(data, size, JSON_REJECT_DUPLICATES, &problem);
	json_t *list = root == NULL ? NULL : find_list(map, root);
	g_autofree char *keys = NULL;
	bool is_read = false;

	if (root == NULL) {
		g_autofree char *text = escape_path(problem.text);

		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX, "%s:%d:%d: this is no JSON: %s",
			    name, problem.line, problem.column, text);
		return false;
	}
	keys = map->records == NULL ? g_strdup("(none)") : g_strjoinv("`, `", map->records);
	if (json_is_array(list)) {
		is_read = read_list(records, name, list, error);
	} else if (map->records == NULL || list == root) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: there is no list of records; the map looks for `%s` (`records` in "
			    "%s)",
			    name, keys, map->name);
	} else {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "%s: what stands under `%s` is no list of records", name, keys);
	}
	json_decref(root);
	return is_read;
}

static bool is_json(const char *data, gsize size)
{
	gsize at = 0;

	while (at < size && g_ascii_isspace(data[at])) {
		at++;
	}
	return at < size && (data[at] == '{' || data[at] == '[');
}

GPtrArray *import_records(const ImportMap *map, const char *name, const void *data, gsize size,
			  GError **error)
{
	g_autoptr(GPtrArray) records =
		g_ptr_array_new_with_free_func((GDestroyNotify)import_record_free);
	bool is_read;

	if (size > IMPORT_MAX_BYTES) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT,
			    "%s: larger than %d bytes; export a shorter time", name,
			    IMPORT_MAX_BYTES);
		return NULL;
	}
	is_read = is_json(data, size) ? read_json(records, map, name, data, size, error)
				      : read_table(records, map, name, data, size, error);
	return is_read ? g_steal_pointer(&records) : NULL;
}

/* Fields */

/* Puts down what a value says; false: it is no text. */
static bool put_value(const json_t *value, GPtrArray *texts, guint depth)
{
	g_autofree char *text = NULL;
	gsize i;
	json_t *item;

	if (json_is_array(value) && depth < DEPTH_MAX) {
		json_array_foreach ((json_t *)value, i, item) {
			if (!put_value(item, texts, depth + 1)) {
				return false;
			}
		}
		return true;
	}
	if (json_is_null(value)) {
		return true;
	}
	text = json_is_string(value) ? g_strstrip(g_strdup(json_string_value(value)))
	       : json_is_integer(value)
		       ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value))
	       : json_is_boolean(value) ? g_strdup(json_is_true(value) ? "true" : "false")
					: NULL;
	if (text != NULL && *text != '\0') {
		g_ptr_array_add(texts, g_steal_pointer(&text));
	}
	return (json_is_string(value) || json_is_integer(value) || json_is_boolean(value)) &&
	       texts->len <= LIST_MAX;
}

/* The parts of a name one inside the other; through a list into each of its members. */
static bool walk(const json_t *value, GStrv parts, GPtrArray *texts, guint depth)
{
	gsize i;
	json_t *item;

	if (*parts == NULL) {
		return put_value(value, texts, depth);
	}
	if (json_is_array(value) && depth < DEPTH_MAX) {
		json_array_foreach ((json_t *)value, i, item) {
			if (!walk(item, parts, texts, depth + 1)) {
				return false;
			}
		}
		return true;
	}
	value = json_object_get(value, *parts);
	return value == NULL || walk(value, parts + 1, texts, depth + 1);
}

GStrv import_record_get(const ImportRecord *record, GStrv from, const char **ret_from,
			GError **error)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	*ret_from = from[0];
	for (; *from != NULL && texts->len == 0; from++) {
		const json_t *whole = json_object_get(record->object, *from);
		g_auto(GStrv) parts = g_strsplit(*from, ".", DEPTH_MAX);
		bool is_text = whole != NULL ? put_value(whole, texts, 0)
					     : walk(record->object, parts, texts, 0);

		if (!is_text) {
			import_complain(record, *from, error,
					"there is no single text there (nor a short list); name a "
					"field inside it, like `%s.value`",
					*from);
			return NULL;
		}
		if (texts->len > 0) {
			*ret_from = *from;
		}
	}
	g_ptr_array_add(texts, NULL);
	return (GStrv)g_ptr_array_free(g_steal_pointer(&texts), FALSE);
}
