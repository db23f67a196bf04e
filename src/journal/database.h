/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the index asks of SQLite: open, run, step, and errors as GError. A damaged file is
 * REEVE_ERROR_CORRUPT, everything else that SQLite refuses is REEVE_ERROR_IO.
 *
 * Inside journal/ only.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3, sqlite3_close_v2)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

/* `flags` as for sqlite3_open_v2. Nothing is ever written beside the file but its rollback journal:
 * temporary tables stay in memory. */
sqlite3 *database_open(const char *path, int flags, GError **error);

/* Runs statements that give no rows. */
bool database_run(sqlite3 *db, const char *sql, GError **error);

sqlite3_stmt *database_prepare(sqlite3 *db, const char *sql, GError **error);

typedef enum {
	DATABASE_ROW,
	DATABASE_DONE,
	DATABASE_ERROR
} DatabaseStep;
DatabaseStep database_step(sqlite3_stmt *statement, GError **error);

/* Binds a string for as long as the statement lives; NULL binds NULL. */
void database_bind_text(sqlite3_stmt *statement, int at, const char *text);

/* Sets *error to what SQLite said last and returns false. */
bool database_fail(sqlite3 *db, GError **error);
