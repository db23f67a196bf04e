/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalog: see catalog.h, and database.h for how it is kept. */
#include "catalog/catalog.h"

#include "base/path.h"
#include "catalog/database.h"
#include "catalog/record.h"

#include <string.h>

struct Catalog {
	Database *database;
	char *commit;
	guint64 count;
	guint64 count_before; /* of the transaction */
	GByteArray *record;   /* reused */
};

/*
 * Keys
 */

static sqlite3_stmt *statement(Catalog *catalog, StatementKind kind)
{
	return catalog->database->statements[kind];
}

/* The key of a path; `directory` is freed by the caller. "/" has the empty name in "/". */
static void bind_key(sqlite3_stmt *stmt, const char *path, char **directory)
{
	*directory = path_parent(path);
	statement_bind(stmt, 1, *directory, strlen(*directory));
	statement_bind(stmt, 2, path_name(path), strlen(path_name(path)));
}

/* The directories `path` and below it, as two ranges of keys: itself, and "path/" to "path0". */
typedef struct {
	char *itself, *next; /* no directory lies between `path` and `path` + '\001' */
	char *inside, *behind;
} Ranges;

static void ranges_set(Ranges *ranges, const char *path)
{
	const char *stem = strcmp(path, "/") == 0 ? "" : path;

	ranges->itself = g_strdup(stem);
	ranges->next = g_strconcat(stem, "\001", NULL);
	ranges->inside = g_strconcat(stem, "/", NULL);
	ranges->behind = g_strconcat(stem, "0", NULL);
}

static void ranges_clear(Ranges *ranges)
{
	g_free(ranges->itself);
	g_free(ranges->next);
	g_free(ranges->inside);
	g_free(ranges->behind);
}

#define auto_ranges __attribute__((cleanup(ranges_clear))) Ranges

static void bind_range(sqlite3_stmt *stmt, const char *first, const char *behind)
{
	statement_bind(stmt, 1, first, strlen(first));
	statement_bind(stmt, 2, behind, strlen(behind));
}

static bool unpack_column(sqlite3_stmt *stmt, int at, CatalogEntry *ret)
{
	const void *data = sqlite3_column_blob(stmt, at);

	return record_unpack(data, (gsize)sqlite3_column_bytes(stmt, at), ret);
}

static char *column_text(sqlite3_stmt *stmt, int at)
{
	const char *data = sqlite3_column_blob(stmt, at);

	return g_strndup(data == NULL ? "" : data, (gsize)sqlite3_column_bytes(stmt, at));
}

/*
 * Opening
 */

static char *get_fact(Catalog *catalog, const char *key)
{
	auto_statement stmt = statement(catalog, STATEMENT_GET_FACT);

	sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
	return sqlite3_step(stmt) == SQLITE_ROW ? column_text(stmt, 0) : NULL;
}

static bool set_fact(Catalog *catalog, const char *key, const char *value, GError **error)
{
	auto_statement stmt = statement(catalog, STATEMENT_SET_FACT);

	sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
	statement_bind(stmt, 2, value, strlen(value));
	return sqlite3_step(stmt) == SQLITE_DONE || database_fail(catalog->database, error);
}

/* Counting reads every page: what was counted is kept, and counted only where it is missing. */
static gint64 count_entries(Catalog *catalog)
{
	g_autofree char *kept = get_fact(catalog, "count");
	guint64 count;

	if (kept != NULL && g_ascii_string_to_unsigned(kept, 10, 0, G_MAXINT64, &count, NULL)) {
		return (gint64)count;
	}
	return database_ask(catalog->database, "SELECT count(*) FROM entries");
}

static bool keep_count(Catalog *catalog, GError **error)
{
	g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, catalog->count);

	return set_fact(catalog, "count", count, error);
}

static Catalog *try_open(const char *state_dir, GError **error)
{
	g_autoptr(Catalog) catalog = g_new0(Catalog, 1);
	gint64 count;

	catalog->record = g_byte_array_new();
	catalog->database = database_open(state_dir, error);
	if (catalog->database == NULL) {
		return NULL;
	}
	count = count_entries(catalog);
	if (count < 0) {
		database_fail(catalog->database, error);
		return NULL;
	}
	catalog->count = (guint64)count;
	catalog->commit = get_fact(catalog, "commit");
	return g_steal_pointer(&catalog);
}

Catalog *catalog_open(const char *state_dir, bool *ret_rebuilt, GError **error)
{
	g_autoptr(GError) mistake = NULL;
	Catalog *catalog = try_open(state_dir, &mistake);

	*ret_rebuilt = false;
	if (catalog == NULL && g_error_matches(mistake, REEVE_ERROR, REEVE_ERROR_CORRUPT)) {
		*ret_rebuilt = true;
		return try_open(state_dir, error);
	}
	if (catalog == NULL) {
		g_propagate_error(error, g_steal_pointer(&mistake));
	}
	return catalog;
}

void catalog_close(Catalog *catalog)
{
	if (catalog == NULL) {
		return;
	}
	database_close(catalog->database);
	g_byte_array_unref(catalog->record);
	g_free(catalog->commit);
	g_free(catalog);
}

/*
 * Reading
 */

bool catalog_is_in_place(const Catalog *catalog)
{
	return anchor_holds(&catalog->database->place);
}

bool catalog_put_back(Catalog *catalog, GError **error)
{
	g_autofree char *state_dir = g_path_get_dirname(catalog->database->place.path);

	return database_put_back(&catalog->database, state_dir, error);
}

const char *catalog_commit(const Catalog *catalog)
{
	return catalog->commit;
}

guint64 catalog_count(Catalog *catalog)
{
	return catalog->count;
}

char *catalog_get_note(Catalog *catalog, const char *key)
{
	g_autofree char *fact = g_strconcat("note.", key, NULL);

	return get_fact(catalog, fact);
}

CatalogFind catalog_find(Catalog *catalog, const char *path, CatalogEntry *ret, GError **error)
{
	g_autofree char *directory = NULL;
	auto_statement stmt = statement(catalog, STATEMENT_FIND);

	bind_key(stmt, path, &directory);
	switch (sqlite3_step(stmt)) {
	case SQLITE_DONE:
		return CATALOG_NOT_FOUND;
	case SQLITE_ROW:
		if (unpack_column(stmt, 0, ret)) {
			return CATALOG_FOUND;
		}
		database_fail_corrupt(catalog->database, "holds an entry that is not one", error);
		return CATALOG_ERROR;
	default:
		database_fail(catalog->database, error);
		return CATALOG_ERROR;
	}
}

static void child_free(CatalogChild *child)
{
	g_free(child->name);
	catalog_entry_clear(&child->entry);
	g_free(child);
}

/* An entry that is not one is the end of this catalog. */
static GPtrArray *rows_end(Catalog *catalog, int step, GPtrArray *rows, GError **error)
{
	if (step == SQLITE_DONE) {
		return g_ptr_array_ref(rows);
	}
	if (step == SQLITE_ROW) {
		database_fail_corrupt(catalog->database, "holds an entry that is not one", error);
	} else {
		database_fail(catalog->database, error);
	}
	return NULL;
}

static GPtrArray *read_children(Catalog *catalog, sqlite3_stmt *stmt, GError **error)
{
	g_autoptr(GPtrArray) children = g_ptr_array_new_with_free_func((GDestroyNotify)child_free);
	int step;

	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		CatalogChild *child;

		if (sqlite3_column_bytes(stmt, 0) == 0) {
			continue; /* "/" itself */
		}
		child = g_new0(CatalogChild, 1);
		g_ptr_array_add(children, child);
		child->name = column_text(stmt, 0);
		if (!unpack_column(stmt, 1, &child->entry)) {
			break;
		}
	}
	return rows_end(catalog, step, children, error);
}

GPtrArray *catalog_children(Catalog *catalog, const char *directory, GError **error)
{
	auto_statement stmt = statement(catalog, STATEMENT_CHILDREN);

	statement_bind(stmt, 1, directory, strlen(directory));
	return read_children(catalog, stmt, error);
}

GPtrArray *catalog_children_after(Catalog *catalog, const char *directory, const char *name,
				  guint max, GError **error)
{
	auto_statement stmt = statement(catalog, STATEMENT_CHILDREN_AFTER);

	statement_bind(stmt, 1, directory, strlen(directory));
	statement_bind(stmt, 2, name, strlen(name));
	sqlite3_bind_int64(stmt, 3, max);
	return read_children(catalog, stmt, error);
}

static void row_free(CatalogRow *row)
{
	g_free(row->path);
	catalog_entry_clear(&row->entry);
	g_free(row);
}

static char *column_path(sqlite3_stmt *stmt)
{
	g_autofree char *directory = column_text(stmt, 0);
	g_autofree char *name = column_text(stmt, 1);

	return *name == '\0' ? g_steal_pointer(&directory) : path_join(directory, name);
}

GPtrArray *catalog_rows_after(Catalog *catalog, const char *path, guint max, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
	g_autofree char *directory = NULL;
	auto_statement stmt = statement(catalog, STATEMENT_AFTER);
	int step;

	if (path == NULL) {
		statement_bind(stmt, 1, "", 0);
		statement_bind(stmt, 2, "", 0);
	} else {
		bind_key(stmt, path, &directory);
	}
	sqlite3_bind_int64(stmt, 3, max);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		CatalogRow *row = g_new0(CatalogRow, 1);

		g_ptr_array_add(rows, row);
		row->path = column_path(stmt);
		if (!unpack_column(stmt, 2, &row->entry)) {
			break;
		}
	}
	return rows_end(catalog, step, rows, error);
}

typedef void (*EachFunc)(void *context, const char *path, const CatalogEntry *entry);

static bool give_row(Catalog *catalog, sqlite3_stmt *stmt, EachFunc each, void *context,
		     GError **error)
{
	g_autofree char *directory = column_text(stmt, 0);
	g_autofree char *name = column_text(stmt, 1);
	g_autofree char *path = path_join(directory, name);
	g_auto(CatalogEntry) entry = {0};

	if (*name == '\0') {
		return true; /* "/" itself: given first */
	}
	if (!unpack_column(stmt, 2, &entry)) {
		return database_fail_corrupt(catalog->database, "holds an entry that is not one",
					     error);
	}
	each(context, path, &entry);
	return true;
}

static bool each_in_range(Catalog *catalog, const char *first, const char *behind, EachFunc each,
			  void *context, GError **error)
{
	auto_statement stmt = statement(catalog, STATEMENT_RANGE);
	int step;

	bind_range(stmt, first, behind);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (!give_row(catalog, stmt, each, context, error)) {
			return false;
		}
	}
	return step == SQLITE_DONE || database_fail(catalog->database, error);
}

bool catalog_each_beneath(Catalog *catalog, const char *path, EachFunc each, void *context,
			  GError **error)
{
	g_auto(CatalogEntry) entry = {0};
	auto_ranges ranges;

	ranges_set(&ranges, path);
	switch (catalog_find(catalog, path, &entry, error)) {
	case CATALOG_ERROR:
		return false;
	case CATALOG_FOUND:
		each(context, path, &entry);
		break;
	case CATALOG_NOT_FOUND:
		break;
	}
	return each_in_range(catalog, ranges.itself, ranges.next, each, context, error) &&
	       each_in_range(catalog, ranges.inside, ranges.behind, each, context, error);
}

/*
 * Writing
 */

bool catalog_begin(Catalog *catalog, GError **error)
{
	catalog->count_before = catalog->count;
	return database_run(catalog->database, "BEGIN IMMEDIATE", error);
}

bool catalog_set_note(Catalog *catalog, const char *key, const char *value, GError **error)
{
	g_autofree char *fact = g_strconcat("note.", key, NULL);

	return set_fact(catalog, fact, value, error);
}

/* Runs the statement on the record at hand; *ret_changed says whether it did anything. */
static bool write_record(Catalog *catalog, StatementKind kind, const char *path, bool *ret_changed,
			 GError **error)
{
	g_autofree char *directory = NULL;
	auto_statement stmt = statement(catalog, kind);

	bind_key(stmt, path, &directory);
	statement_bind(stmt, 3, (const char *)catalog->record->data, catalog->record->len);
	if (sqlite3_step(stmt) != SQLITE_DONE) {
		return database_fail(catalog->database, error);
	}
	*ret_changed = sqlite3_changes(catalog->database->handle) > 0;
	return true;
}

bool catalog_put(Catalog *catalog, const char *path, const CatalogEntry *entry, GError **error)
{
	bool is_new, is_changed;

	g_byte_array_set_size(catalog->record, 0);
	record_pack(catalog->record, entry);
	if (!write_record(catalog, STATEMENT_INSERT, path, &is_new, error)) {
		return false;
	}
	if (is_new) {
		catalog->count++;
		return true;
	}
	return write_record(catalog, STATEMENT_UPDATE, path, &is_changed, error);
}

static bool step_removal(Catalog *catalog, sqlite3_stmt *stmt, GError **error)
{
	if (sqlite3_step(stmt) != SQLITE_DONE) {
		return database_fail(catalog->database, error);
	}
	catalog->count -= (guint64)sqlite3_changes64(catalog->database->handle);
	return true;
}

static bool remove_one(Catalog *catalog, const char *path, GError **error)
{
	g_autofree char *directory = NULL;
	auto_statement stmt = statement(catalog, STATEMENT_REMOVE_ONE);

	bind_key(stmt, path, &directory);
	return step_removal(catalog, stmt, error);
}

static bool remove_range(Catalog *catalog, const char *first, const char *behind, GError **error)
{
	auto_statement stmt = statement(catalog, STATEMENT_REMOVE_RANGE);

	bind_range(stmt, first, behind);
	return step_removal(catalog, stmt, error);
}

bool catalog_remove(Catalog *catalog, const char *path, GError **error)
{
	auto_ranges ranges;

	ranges_set(&ranges, path);
	return remove_one(catalog, path, error) &&
	       remove_range(catalog, ranges.itself, ranges.next, error) &&
	       remove_range(catalog, ranges.inside, ranges.behind, error);
}

bool catalog_finish(Catalog *catalog, const char *commit, GError **error)
{
	if (!set_fact(catalog, "commit", commit, error) || !keep_count(catalog, error) ||
	    !database_run(catalog->database, "COMMIT", error)) {
		return false;
	}
	g_free(catalog->commit);
	catalog->commit = g_strdup(commit);
	return true;
}

void catalog_abandon(Catalog *catalog)
{
	/* Nothing to do about a failure: an error may have rolled back already. */
	sqlite3_exec(catalog->database->handle, "ROLLBACK", NULL, NULL, NULL);
	catalog->count = catalog->count_before;
}
