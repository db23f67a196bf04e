/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SQLite file below the catalog: opening, checking, putting aside, prepared statements, and
 * errors in our words.
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
#pragma once

#include "base/anchor.h"
#include "base/error.h"

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

typedef enum {
	STATEMENT_FIND,           /* directory, name -> data */
	STATEMENT_CHILDREN,       /* directory -> name, data */
	STATEMENT_CHILDREN_AFTER, /* directory, name, count -> name, data */
	STATEMENT_AFTER,          /* directory, name, count -> directory, name, data */
	STATEMENT_RANGE,          /* from, behind -> directory, name, data */
	STATEMENT_INSERT,         /* directory, name, data; nothing when it is there */
	STATEMENT_UPDATE,         /* directory, name, data */
	STATEMENT_REMOVE_ONE,     /* directory, name */
	STATEMENT_REMOVE_RANGE,   /* from, behind */
	STATEMENT_GET_FACT,       /* key -> value */
	STATEMENT_SET_FACT,       /* key, value */
	_STATEMENT_N,
} StatementKind;

typedef struct {
	int dir_fd;
	Anchor place;
	sqlite3 *handle;
	sqlite3_stmt *statements[_STATEMENT_N];
} Database;

/*
 * Opens or makes STATE/catalog.sqlite, mode 0600. A newer schema is REEVE_ERROR_VERSION; a damaged
 * file has been put aside when this returns REEVE_ERROR_CORRUPT, so that trying again makes a new
 * one.
 */
Database *database_open(const char *state_dir, GError **error);
void database_close(Database *database);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Database, database_close)

/* Writes what is open to its place again, in the stead of whatever lies there, and opens that; on
 * error *database may be NULL. */
bool database_put_back(Database **database, const char *state_dir, GError **error);

/* `auto_statement stmt = ...` is reset at the end of its scope and lets go of what was bound, for
 * that points into the caller's strings. */
void statement_done(sqlite3_stmt **stmt);
#define auto_statement __attribute__((cleanup(statement_done))) sqlite3_stmt *

/* Strings of the file system are blobs: SQLite must not think about their encoding. Borrowed. */
void statement_bind(sqlite3_stmt *stmt, int at, const void *bytes, gsize size);

bool database_run(Database *database, const char *sql, GError **error);
/* One number that a query gives, or -1. */
gint64 database_ask(Database *database, const char *sql);

/* What SQLite last said, as *error; returns false. Damage puts the file aside at once, though it
 * is still open: the program ends on it, and the next start does not meet it again. */
bool database_fail(Database *database, GError **error);
bool database_fail_corrupt(Database *database, const char *what, GError **error);
