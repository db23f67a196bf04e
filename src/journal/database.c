/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite with GErrors: see database.h. */
#include "journal/database.h"

/* How long a reader waits for a writer, and a writer for readers (who take milliseconds). */
#define READER_BUSY_MS 1000
#define WRITER_BUSY_MS 50

bool database_fail(sqlite3 *db, GError **error)
{
	int code = sqlite3_errcode(db) & 0xff;
	bool is_damage = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;

	g_set_error(error, REEVE_ERROR, is_damage ? REEVE_ERROR_CORRUPT : REEVE_ERROR_IO,
		    "the index of the journal: %s", sqlite3_errmsg(db));
	return false;
}

sqlite3 *database_open(const char *path, int flags, GError **error)
{
	g_autoptr(sqlite3) db = NULL;

	if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		database_fail(db, error);
		return NULL;
	}
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db,
			     (flags & SQLITE_OPEN_READONLY) != 0 ? READER_BUSY_MS : WRITER_BUSY_MS);
	if (!database_run(db, "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;", error)) {
		return NULL;
	}
	return g_steal_pointer(&db);
}

bool database_run(sqlite3 *db, const char *sql, GError **error)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || database_fail(db, error);
}

sqlite3_stmt *database_prepare(sqlite3 *db, const char *sql, GError **error)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
		database_fail(db, error);
	}
	return statement;
}

DatabaseStep database_step(sqlite3_stmt *statement, GError **error)
{
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		return DATABASE_ROW;
	case SQLITE_DONE:
		return DATABASE_DONE;
	default:
		database_fail(sqlite3_db_handle(statement), error);
		return DATABASE_ERROR;
	}
}

void database_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	/* NULL gives NULL; the copy is SQLite's */
	sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}
