/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalog's data base: see database.h. */
#include "catalog/database.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CATALOG_NAME "catalog.sqlite"
#define CATALOG_WAL "catalog.sqlite-wal"
#define CATALOG_SHM "catalog.sqlite-shm"
#define CATALOG_DAMAGED "catalog.damaged"
#define CATALOG_COPY "catalog.copy"
#define CATALOG_SCHEMA 1

static const char *const statement_texts[_STATEMENT_N] = {
	[STATEMENT_FIND] = "SELECT data FROM entries WHERE directory = ?1 AND name = ?2",
	[STATEMENT_CHILDREN] = "SELECT name, data FROM entries WHERE directory = ?1 ORDER BY name",
	[STATEMENT_CHILDREN_AFTER] = "SELECT name, data FROM entries"
				     " WHERE directory = ?1 AND name > ?2 ORDER BY name LIMIT ?3",
	[STATEMENT_AFTER] = "SELECT directory, name, data FROM entries"
			    " WHERE (directory, name) > (?1, ?2)"
			    " ORDER BY directory, name LIMIT ?3",
	[STATEMENT_RANGE] = "SELECT directory, name, data FROM entries"
			    " WHERE directory >= ?1 AND directory < ?2"
			    " ORDER BY directory, name",
	[STATEMENT_INSERT] = "INSERT OR IGNORE INTO entries VALUES (?1, ?2, ?3)",
	[STATEMENT_UPDATE] = "UPDATE entries SET data = ?3 WHERE directory = ?1 AND name = ?2",
	[STATEMENT_REMOVE_ONE] = "DELETE FROM entries WHERE directory = ?1 AND name = ?2",
	[STATEMENT_REMOVE_RANGE] = "DELETE FROM entries WHERE directory >= ?1 AND directory < ?2",
	[STATEMENT_GET_FACT] = "SELECT value FROM facts WHERE key = ?1",
	[STATEMENT_SET_FACT] = "INSERT OR REPLACE INTO facts VALUES (?1, ?2)",
};

/*
 * Errors
 */

static void put_aside(int dir_fd)
{
	renameat(dir_fd, CATALOG_NAME, dir_fd, CATALOG_DAMAGED);
	unlinkat(dir_fd, CATALOG_WAL, 0);
	unlinkat(dir_fd, CATALOG_SHM, 0);
}

bool database_fail_corrupt(Database *database, const char *what, GError **error)
{
	put_aside(database->dir_fd);
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
		    "catalog: %s; it was put aside as %s and will be made anew", what,
		    CATALOG_DAMAGED);
	return false;
}

bool database_fail(Database *database, GError **error)
{
	int code = sqlite3_errcode(database->handle) & 0xff;

	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
		return database_fail_corrupt(database, sqlite3_errmsg(database->handle), error);
	}
	g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "catalog: %s",
		    sqlite3_errmsg(database->handle));
	return false;
}

bool database_run(Database *database, const char *sql, GError **error)
{
	return sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       database_fail(database, error);
}

void statement_done(sqlite3_stmt **stmt)
{
	sqlite3_reset(*stmt);
	sqlite3_clear_bindings(*stmt);
}

void statement_bind(sqlite3_stmt *stmt, int at, const void *bytes, gsize size)
{
	sqlite3_bind_blob64(stmt, at, bytes, size, SQLITE_STATIC);
}

gint64 database_ask(Database *database, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	gint64 number = -1;

	if (sqlite3_prepare_v2(database->handle, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		number = sqlite3_column_int64(stmt, 0);
	}
	sqlite3_finalize(stmt);
	return number;
}

/*
 * Opening
 */

/* A pass over all pages: the start of the recorder looks at the whole tree anyway. */
static bool is_sound(Database *database)
{
	sqlite3_stmt *stmt = NULL;
	bool sound = false;

	if (sqlite3_prepare_v2(database->handle, "PRAGMA quick_check(1)", -1, &stmt, NULL) ==
		    SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		sound = g_strcmp0((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
	}
	sqlite3_finalize(stmt);
	return sound;
}

static bool make_schema(Database *database, GError **error)
{
	return database_run(
		database,
		"BEGIN IMMEDIATE;"
		"CREATE TABLE entries (directory BLOB NOT NULL, name BLOB NOT NULL,"
		" data BLOB NOT NULL, PRIMARY KEY (directory, name)) WITHOUT ROWID;"
		"CREATE TABLE facts (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
		"PRAGMA user_version = " G_STRINGIFY(CATALOG_SCHEMA) ";"
								     "COMMIT",
		error);
}

static bool check_schema(Database *database, GError **error)
{
	gint64 version = database_ask(database, "PRAGMA user_version");

	if (version == 0) {
		return make_schema(database, error);
	}
	if (version > CATALOG_SCHEMA) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_VERSION,
			    "%s has schema %" G_GINT64_FORMAT ", this Reeve knows %d: upgrade "
			    "Reeve, or remove the file (it is a cache and will be made anew)",
			    CATALOG_NAME, version, CATALOG_SCHEMA);
		return false;
	}
	return version == CATALOG_SCHEMA || database_fail(database, error);
}

static bool prepare_all(Database *database, GError **error)
{
	for (guint i = 0; i < _STATEMENT_N; i++) {
		if (sqlite3_prepare_v3(database->handle, statement_texts[i], -1,
				       SQLITE_PREPARE_PERSISTENT, &database->statements[i],
				       NULL) != SQLITE_OK) {
			return database_fail(database, error);
		}
	}
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

static bool open_handle(Database *database, const char *state_dir, GError **error)
{
	g_autofree char *path = g_build_filename(state_dir, CATALOG_NAME, NULL);

	if (!make_file(database->dir_fd, error)) {
		return false;
	}
	if (sqlite3_open_v2(path, &database->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW,
			    NULL) != SQLITE_OK) {
		return database_fail(database, error);
	}
	anchor_drop(&database->place, path, -1);
	return database_run(database,
			    "PRAGMA locking_mode = EXCLUSIVE;"
			    "PRAGMA journal_mode = WAL;"
			    "PRAGMA synchronous = NORMAL;"
			    "PRAGMA journal_size_limit = 4194304;"
			    "PRAGMA cache_size = -8000;"
			    "PRAGMA temp_store = MEMORY;"
			    "PRAGMA trusted_schema = OFF;",
			    error);
}

Database *database_open(const char *state_dir, GError **error)
{
	g_autoptr(Database) database = g_new0(Database, 1);

	database->dir_fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (database->dir_fd < 0) {
		error_set_errno(error, "cannot open %s", state_dir);
		return NULL;
	}
	if (!open_handle(database, state_dir, error)) {
		return NULL;
	}
	if (!is_sound(database)) {
		database_fail_corrupt(database, "is damaged", error);
		return NULL;
	}
	if (!check_schema(database, error) || !prepare_all(database, error)) {
		return NULL;
	}
	return g_steal_pointer(&database);
}

void database_close(Database *database)
{
	if (database == NULL) {
		return;
	}
	for (guint i = 0; i < _STATEMENT_N; i++) {
		sqlite3_finalize(database->statements[i]);
	}
	sqlite3_close(database->handle);
	anchor_clear(&database->place);
	fd_close(&database->dir_fd);
	g_free(database);
}

/* Into a file of its own, for that of ours has no name any more. */
static bool copy_out(Database *database, const char *path, GError **error)
{
	char *sql = sqlite3_mprintf("VACUUM INTO %Q", path);
	bool copied;

	unlinkat(database->dir_fd, CATALOG_COPY, 0);
	copied = database_run(database, sql, error);
	sqlite3_free(sql);
	return copied;
}

/* The old one is closed before its log is removed, and that before the new one gets its name: a
 * log that does not belong to it would be taken for its own. */
bool database_put_back(Database **database, const char *state_dir, GError **error)
{
	g_autofree char *copy = g_build_filename(state_dir, CATALOG_COPY, NULL);
	auto_fd int dir_fd = fcntl((*database)->dir_fd, F_DUPFD_CLOEXEC, 3);

	if (dir_fd < 0 || !copy_out(*database, copy, error)) {
		return dir_fd < 0 && error_set_errno(error, "cannot open %s", state_dir);
	}
	g_clear_pointer(database, database_close);
	unlinkat(dir_fd, CATALOG_NAME "-wal", 0);
	unlinkat(dir_fd, CATALOG_NAME "-shm", 0);
	if (renameat(dir_fd, CATALOG_COPY, dir_fd, CATALOG_NAME) < 0) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "cannot put %s back",
			    CATALOG_NAME);
		return false;
	}
	*database = database_open(state_dir, error);
	return *database != NULL;
}
