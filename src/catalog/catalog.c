/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The catalog in SQLite: see catalog.h.
 *
 * One table, keyed (directory, name) and WITHOUT ROWID, so that the children of a directory lie
 * side by side and a directory is one range scan; what is below it is the range of directories
 * between "dir/" and "dir0" ('0' follows '/').
 *
 * Durability: WAL with synchronous=NORMAL. A commit then costs no fsync at all (only a checkpoint
 * does) and still a crash at any moment leaves a sound data base: at worst the last transactions
 * are missing. That is noticed, because the catalog names the commit it belongs to, and repaired
 * by looking again. synchronous=OFF would save the checkpoint's fsync and risk an unsound file;
 * FULL would buy durability that nobody needs of a cache. The lock is exclusive: one recorder, and
 * no shared-memory file.
 */
#include "catalog/catalog.h"
#include "catalog/record.h"

#include "base/fd.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CATALOG_NAME "catalog.sqlite"
#define CATALOG_WAL "catalog.sqlite-wal"
#define CATALOG_SHM "catalog.sqlite-shm"
#define CATALOG_DAMAGED "catalog.damaged"
#define CATALOG_SCHEMA 1

typedef enum {
	STATEMENT_FIND,
	STATEMENT_CHILDREN,
	STATEMENT_BENEATH,
	STATEMENT_INSERT,
	STATEMENT_UPDATE,
	STATEMENT_REMOVE_ONE,
	STATEMENT_REMOVE_RANGE,
	STATEMENT_GET_FACT,
	STATEMENT_SET_FACT,
	_STATEMENT_N,
} StatementKind;

static const char *const statement_texts[_STATEMENT_N] = {
	[STATEMENT_FIND] = "SELECT data FROM entries WHERE directory = ?1 AND name = ?2",
	[STATEMENT_CHILDREN] = "SELECT name, data FROM entries WHERE directory = ?1 ORDER BY name",
	[STATEMENT_BENEATH] = "SELECT directory, name, data FROM entries"
			      " WHERE directory >= ?1 AND directory < ?2"
			      " ORDER BY directory, name",
	[STATEMENT_INSERT] = "INSERT OR IGNORE INTO entries VALUES (?1, ?2, ?3)",
	[STATEMENT_UPDATE] = "UPDATE entries SET data = ?3 WHERE directory = ?1 AND name = ?2",
	[STATEMENT_REMOVE_ONE] = "DELETE FROM entries WHERE directory = ?1 AND name = ?2",
	[STATEMENT_REMOVE_RANGE] = "DELETE FROM entries WHERE directory >= ?1 AND directory < ?2",
	[STATEMENT_GET_FACT] = "SELECT value FROM facts WHERE key = ?1",
	[STATEMENT_SET_FACT] = "INSERT OR REPLACE INTO facts VALUES (?1, ?2)",
};

struct Catalog {
	int dir_fd;
	sqlite3 *db;
	sqlite3_stmt *statements[_STATEMENT_N];
	char *commit;
	guint64 count;
	guint64 count_before; /* of the transaction */
	GByteArray *record;   /* reused */
};

/*
 * Errors. What SQLite calls corrupt is put aside at once, though it is still open: the program
 * ends on the error, and the next start makes a new one instead of meeting the same damage again.
 */

static void put_aside(int dir_fd)
{
	renameat(dir_fd, CATALOG_NAME, dir_fd, CATALOG_DAMAGED);
	unlinkat(dir_fd, CATALOG_WAL, 0);
	unlinkat(dir_fd, CATALOG_SHM, 0);
}

static bool fail_corrupt(Catalog *catalog, const char *what, GError **error)
{
	put_aside(catalog->dir_fd);
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
		    "catalog: %s; it was put aside as %s and will be made anew", what,
		    CATALOG_DAMAGED);
	return false;
}

static bool fail(Catalog *catalog, GError **error)
{
	int code = sqlite3_errcode(catalog->db) & 0xff;

	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
		return fail_corrupt(catalog, sqlite3_errmsg(catalog->db), error);
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "catalog: %s", sqlite3_errmsg(catalog->db));
	return false;
}

static bool run(Catalog *catalog, const char *sql, GError **error)
{
	return sqlite3_exec(catalog->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       fail(catalog, error);
}

/*
 * Statements
 */

static sqlite3_stmt *statement(Catalog *catalog, StatementKind kind)
{
	return catalog->statements[kind];
}

/* Takes back bindings too: they point into the caller's strings. */
static void statement_done(sqlite3_stmt **stmt)
{
	sqlite3_reset(*stmt);
	sqlite3_clear_bindings(*stmt);
}

#define auto_statement __attribute__((cleanup(statement_done))) sqlite3_stmt *

/* Strings of the file system are blobs: SQLite must not think about their encoding. */
static void bind(sqlite3_stmt *stmt, int at, const char *bytes, gsize size)
{
	sqlite3_bind_blob64(stmt, at, bytes, size, SQLITE_STATIC);
}

/* The key of a path; `directory` is freed by the caller. "/" has the empty name in "/". */
static void bind_key(sqlite3_stmt *stmt, const char *path, char **directory)
{
	*directory = path_parent(path);
	bind(stmt, 1, *directory, strlen(*directory));
	bind(stmt, 2, path_name(path), strlen(path_name(path)));
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
	bind(stmt, 1, first, strlen(first));
	bind(stmt, 2, behind, strlen(behind));
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
	bind(stmt, 2, value, strlen(value));
	return sqlite3_step(stmt) == SQLITE_DONE || fail(catalog, error);
}

/* One number a query gives, or -1. */
static gint64 ask_number(Catalog *catalog, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	gint64 number = -1;

	if (sqlite3_prepare_v2(catalog->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		number = sqlite3_column_int64(stmt, 0);
	}
	sqlite3_finalize(stmt);
	return number;
}

/* A pass over all pages: the start of the recorder looks at the whole tree anyway. */
static bool is_sound(Catalog *catalog)
{
	sqlite3_stmt *stmt = NULL;
	bool sound = false;

	if (sqlite3_prepare_v2(catalog->db, "PRAGMA quick_check(1)", -1, &stmt, NULL) ==
		    SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		sound = g_strcmp0((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
	}
	sqlite3_finalize(stmt);
	return sound;
}

static bool make_schema(Catalog *catalog, GError **error)
{
	return run(catalog,
		   "BEGIN IMMEDIATE;"
		   "CREATE TABLE entries (directory BLOB NOT NULL, name BLOB NOT NULL,"
		   " data BLOB NOT NULL, PRIMARY KEY (directory, name)) WITHOUT ROWID;"
		   "CREATE TABLE facts (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
		   "PRAGMA user_version = " G_STRINGIFY(CATALOG_SCHEMA) ";"
									"COMMIT",
		   error);
}

static bool check_schema(Catalog *catalog, GError **error)
{
	gint64 version = ask_number(catalog, "PRAGMA user_version");

	if (version == 0) {
		return make_schema(catalog, error);
	}
	if (version > CATALOG_SCHEMA) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_VERSION,
			    "%s has schema %" G_GINT64_FORMAT ", this Reeve knows %d: upgrade "
			    "Reeve, or remove the file (it is a cache and will be made anew)",
			    CATALOG_NAME, version, CATALOG_SCHEMA);
		return false;
	}
	return version == CATALOG_SCHEMA || fail(catalog, error);
}

static bool prepare_all(Catalog *catalog, GError **error)
{
	for (guint i = 0; i < _STATEMENT_N; i++) {
		if (sqlite3_prepare_v3(catalog->db, statement_texts[i], -1,
				       SQLITE_PREPARE_PERSISTENT, &catalog->statements[i],
				       NULL) != SQLITE_OK) {
			return fail(catalog, error);
		}
	}
	return true;
}

static bool load(Catalog *catalog, GError **error)
{
	gint64 count;

	if (!is_sound(catalog)) {
		return fail_corrupt(catalog, "is damaged", error);
	}
	if (!check_schema(catalog, error) || !prepare_all(catalog, error)) {
		return false;
	}
	count = ask_number(catalog, "SELECT count(*) FROM entries");
	if (count < 0) {
		return fail(catalog, error);
	}
	catalog->count = (guint64)count;
	catalog->commit = get_fact(catalog, "commit");
	return true;
}

/* Made by us, so that nobody but root can read it whatever the umask; SQLite's other files take
 * the mode of this one. */
static bool make_file(int dir_fd, GError **error)
{
	auto_fd int fd =
		openat(dir_fd, CATALOG_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	return (fd >= 0 && fchmod(fd, 0600) == 0) ||
	       error_set_errno(error, "cannot make %s", CATALOG_NAME);
}

static bool open_database(Catalog *catalog, const char *state_dir, GError **error)
{
	g_autofree char *path = g_build_filename(state_dir, CATALOG_NAME, NULL);

	if (!make_file(catalog->dir_fd, error)) {
		return false;
	}
	if (sqlite3_open_v2(path, &catalog->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW,
			    NULL) != SQLITE_OK) {
		return fail(catalog, error);
	}
	return run(catalog,
		   "PRAGMA locking_mode = EXCLUSIVE;"
		   "PRAGMA journal_mode = WAL;"
		   "PRAGMA synchronous = NORMAL;"
		   "PRAGMA journal_size_limit = 4194304;"
		   "PRAGMA cache_size = -8000;"
		   "PRAGMA temp_store = MEMORY;"
		   "PRAGMA trusted_schema = OFF;",
		   error);
}

static Catalog *catalog_try(const char *state_dir, GError **error)
{
	g_autoptr(Catalog) catalog = g_new0(Catalog, 1);

	catalog->record = g_byte_array_new();
	catalog->dir_fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (catalog->dir_fd < 0) {
		error_set_errno(error, "cannot open %s", state_dir);
		return NULL;
	}
	if (!open_database(catalog, state_dir, error) || !load(catalog, error)) {
		return NULL;
	}
	return g_steal_pointer(&catalog);
}

Catalog *catalog_open(const char *state_dir, bool *ret_rebuilt, GError **error)
{
	g_autoptr(GError) mistake = NULL;
	Catalog *catalog = catalog_try(state_dir, &mistake);

	*ret_rebuilt = false;
	if (catalog == NULL && g_error_matches(mistake, REEVE_ERROR, REEVE_ERROR_CORRUPT)) {
		*ret_rebuilt = true;
		return catalog_try(state_dir, error);
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
	for (guint i = 0; i < _STATEMENT_N; i++) {
		sqlite3_finalize(catalog->statements[i]);
	}
	sqlite3_close(catalog->db);
	fd_close(&catalog->dir_fd);
	g_byte_array_unref(catalog->record);
	g_free(catalog->commit);
	g_free(catalog);
}

/*
 * Reading
 */

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
		fail_corrupt(catalog, "holds an entry that is not one", error);
		return CATALOG_ERROR;
	default:
		fail(catalog, error);
		return CATALOG_ERROR;
	}
}

static void child_free(CatalogChild *child)
{
	g_free(child->name);
	catalog_entry_clear(&child->entry);
	g_free(child);
}

GPtrArray *catalog_children(Catalog *catalog, const char *directory, GError **error)
{
	g_autoptr(GPtrArray) children = g_ptr_array_new_with_free_func((GDestroyNotify)child_free);
	auto_statement stmt = statement(catalog, STATEMENT_CHILDREN);
	int step;

	bind(stmt, 1, directory, strlen(directory));
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		CatalogChild *child;

		if (sqlite3_column_bytes(stmt, 0) == 0) {
			continue; /* "/" itself */
		}
		child = g_new0(CatalogChild, 1);
		g_ptr_array_add(children, child);
		child->name = column_text(stmt, 0);
		if (!unpack_column(stmt, 1, &child->entry)) {
			fail_corrupt(catalog, "holds an entry that is not one", error);
			return NULL;
		}
	}
	if (step != SQLITE_DONE) {
		fail(catalog, error);
		return NULL;
	}
	return g_steal_pointer(&children);
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
		return fail_corrupt(catalog, "holds an entry that is not one", error);
	}
	each(context, path, &entry);
	return true;
}

static bool each_in_range(Catalog *catalog, const char *first, const char *behind, EachFunc each,
			  void *context, GError **error)
{
	auto_statement stmt = statement(catalog, STATEMENT_BENEATH);
	int step;

	bind_range(stmt, first, behind);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (!give_row(catalog, stmt, each, context, error)) {
			return false;
		}
	}
	return step == SQLITE_DONE || fail(catalog, error);
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
	return run(catalog, "BEGIN IMMEDIATE", error);
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
	bind(stmt, 3, (const char *)catalog->record->data, catalog->record->len);
	if (sqlite3_step(stmt) != SQLITE_DONE) {
		return fail(catalog, error);
	}
	*ret_changed = sqlite3_changes(catalog->db) > 0;
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
		return fail(catalog, error);
	}
	catalog->count -= (guint64)sqlite3_changes64(catalog->db);
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
	if (!set_fact(catalog, "commit", commit, error) || !run(catalog, "COMMIT", error)) {
		return false;
	}
	g_free(catalog->commit);
	catalog->commit = g_strdup(commit);
	return true;
}

void catalog_abandon(Catalog *catalog)
{
	/* Nothing to do about a failure: an error may have rolled back already. */
	sqlite3_exec(catalog->db, "ROLLBACK", NULL, NULL, NULL);
	catalog->count = catalog->count_before;
}
