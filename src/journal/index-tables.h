/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of the index, and how an event changes them. What is in them follows from the events
 * in their order alone.
 *
 *   events       one row per event, by the byte its line starts at
 *   paths        which events speak of which path
 *   open_alerts  alerts neither acknowledged nor resolved; open_paths: the paths each still waits
 *                for (the last one that is settled closes the alert, by trigger)
 *   drift        see index.h
 *   position     one row: how far the journal was read
 *
 * Inside journal/ only.
 */
#pragma once

#include "journal/database.h"
#include "journal/reader.h"

/* Another number: the tables of another version, to be made anew. */
#define TABLES_VERSION 1

typedef struct {
	goffset offset; /* where the next line starts */
	goffset last;   /* where the last line read starts; -1: none yet */
	char last_id[EVENT_ID_HEX + 1];
} TablesPosition;

/* The prepared statements of a database with these tables. */
typedef struct Tables Tables;

/* `db` stays the caller's and must outlive the tables. */
Tables *tables_new(sqlite3 *db);
void tables_free(Tables *tables);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tables, tables_free)

/* Makes the (empty) tables in an empty database. */
bool tables_create(sqlite3 *db, GError **error);
/* Whether a database has the tables of this version. */
bool tables_exist(sqlite3 *db);

bool tables_read_position(Tables *tables, TablesPosition *ret, GError **error);
bool tables_write_position(Tables *tables, const TablesPosition *position, GError **error);

/* Enters an event. */
bool tables_take(Tables *tables, const JournalLine *line, const json_t *event, GError **error);

/* What index-drift.c shares. */
typedef enum {
	TABLES_READ_POSITION,
	TABLES_WRITE_POSITION,
	TABLES_ADD_EVENT,
	TABLES_ADD_PATH,
	TABLES_OPEN_ALERT,
	TABLES_OPEN_PATH,
	TABLES_SETTLE_PATH,
	TABLES_CLOSE_ALERT,
	TABLES_FORGET_ALERT,
	TABLES_GET_DRIFT,
	TABLES_ADD_DRIFT,
	TABLES_MOVE_DRIFT,
	TABLES_END_DRIFT,
	TABLES_CLEAR_DRIFT,
	_TABLES_N,
} TablesStatement;

/* A statement, prepared once, ready to be bound; NULL and *error. */
sqlite3_stmt *tables_statement(Tables *tables, TablesStatement which, GError **error);
/* Runs one that gives no row, and resets it. NULL: false, *error is set already. */
bool tables_do(sqlite3_stmt *statement, GError **error);

/* Members of an event or of one of its files; what is missing or unknown is the least. */
Verdict tables_verdict(const json_t *object);
Severity tables_severity(const json_t *object);
gint64 tables_time(const json_t *event);
