/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the index: see index-tables.h. Drift has a file of its own (index-drift.c). */
#include "journal/index-tables.h"
#include "journal/index-drift.h"

#include "base/clock.h"

#include <string.h>

static const char schema_sql[] =
	"CREATE TABLE events (offset INTEGER PRIMARY KEY, seq INTEGER NOT NULL, id TEXT NOT NULL,"
	" kind TEXT NOT NULL, verdict INTEGER NOT NULL, severity INTEGER NOT NULL,"
	" alert INTEGER NOT NULL, time INTEGER NOT NULL);"
	"CREATE INDEX events_id ON events (id);"
	"CREATE INDEX events_alert ON events (offset) WHERE alert;"
	"CREATE INDEX events_gap ON events (offset) WHERE kind = 'gap';"
	"CREATE TABLE paths (path TEXT NOT NULL, offset INTEGER NOT NULL,"
	" PRIMARY KEY (path, offset)) WITHOUT ROWID;"
	"CREATE TABLE open_alerts (offset INTEGER PRIMARY KEY);"
	"CREATE TABLE open_paths (path TEXT NOT NULL, offset INTEGER NOT NULL,"
	" PRIMARY KEY (path, offset)) WITHOUT ROWID;"
	"CREATE INDEX open_paths_offset ON open_paths (offset);"
	"CREATE TRIGGER alert_settled AFTER DELETE ON open_paths BEGIN"
	" DELETE FROM open_alerts WHERE offset = OLD.offset"
	" AND NOT EXISTS (SELECT 1 FROM open_paths WHERE offset = OLD.offset); END;"
	"CREATE TABLE drift (path TEXT PRIMARY KEY, approved_commit TEXT, current_commit TEXT,"
	" event TEXT NOT NULL, last_event TEXT NOT NULL, since INTEGER NOT NULL,"
	" approved_state TEXT NOT NULL, verdict INTEGER NOT NULL, severity INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE position (one INTEGER PRIMARY KEY CHECK (one = 1), offset INTEGER NOT NULL,"
	" last INTEGER NOT NULL, last_id TEXT NOT NULL);"
	"INSERT INTO position VALUES (1, 0, -1, '');";

static const char *const statement_sql[_TABLES_N] = {
	[TABLES_READ_POSITION] = "SELECT offset, last, last_id FROM position",
	[TABLES_WRITE_POSITION] = "UPDATE position SET offset = ?1, last = ?2, last_id = ?3",
	[TABLES_ADD_EVENT] = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[TABLES_ADD_PATH] = "INSERT OR IGNORE INTO paths VALUES (?1, ?2)",
	[TABLES_OPEN_ALERT] = "INSERT OR IGNORE INTO open_alerts VALUES (?1)",
	[TABLES_OPEN_PATH] = "INSERT OR IGNORE INTO open_paths VALUES (?1, ?2)",
	[TABLES_SETTLE_PATH] = "DELETE FROM open_paths WHERE path = ?1 AND offset < ?2",
	[TABLES_CLOSE_ALERT] = "DELETE FROM open_alerts WHERE offset IN"
			       " (SELECT offset FROM events WHERE id = ?1)",
	[TABLES_FORGET_ALERT] = "DELETE FROM open_paths WHERE offset IN"
				" (SELECT offset FROM events WHERE id = ?1)",
	[TABLES_GET_DRIFT] = "SELECT approved_state FROM drift WHERE path = ?1",
	[TABLES_ADD_DRIFT] = "INSERT INTO drift VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8)",
	[TABLES_MOVE_DRIFT] = "UPDATE drift SET current_commit = ?2, last_event = ?3, verdict = ?4,"
			      " severity = max(severity, ?5) WHERE path = ?1",
	[TABLES_END_DRIFT] = "DELETE FROM drift WHERE path = ?1",
	[TABLES_CLEAR_DRIFT] = "DELETE FROM drift",
};

struct Tables {
	sqlite3 *db;
	sqlite3_stmt *statements[_TABLES_N];
};

Tables *tables_new(sqlite3 *db)
{
	Tables *tables = g_new0(Tables, 1);

	tables->db = db;
	return tables;
}

void tables_free(Tables *tables)
{
	if (tables == NULL) {
		return;
	}
	for (guint i = 0; i < _TABLES_N; i++) {
		sqlite3_finalize(tables->statements[i]);
	}
	g_free(tables);
}

bool tables_create(sqlite3 *db, GError **error)
{
	g_autofree char *version = g_strdup_printf("PRAGMA user_version = %d", TABLES_VERSION);

	return database_run(db, "BEGIN", error) && database_run(db, schema_sql, error) &&
	       database_run(db, version, error) && database_run(db, "COMMIT", error);
}

bool tables_exist(sqlite3 *db)
{
	g_autoptr(sqlite3_stmt) statement = database_prepare(db, "PRAGMA user_version", NULL);

	return statement != NULL && database_step(statement, NULL) == DATABASE_ROW &&
	       sqlite3_column_int(statement, 0) == TABLES_VERSION;
}

sqlite3_stmt *tables_statement(Tables *tables, TablesStatement which, GError **error)
{
	sqlite3_stmt **statement = &tables->statements[which];

	if (*statement == NULL) {
		*statement = database_prepare(tables->db, statement_sql[which], error);
	} else {
		sqlite3_reset(*statement);
		sqlite3_clear_bindings(*statement);
	}
	return *statement;
}

bool tables_do(sqlite3_stmt *statement, GError **error)
{
	bool done = statement != NULL && database_step(statement, error) != DATABASE_ERROR;

	sqlite3_reset(statement);
	return done;
}

bool tables_read_position(Tables *tables, TablesPosition *ret, GError **error)
{
	sqlite3_stmt *get = tables_statement(tables, TABLES_READ_POSITION, error);
	const char *id;

	if (get == NULL) {
		return false;
	}
	switch (database_step(get, error)) {
	case DATABASE_ROW:
		break;
	case DATABASE_DONE:
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT, "the index has no position");
		return false;
	case DATABASE_ERROR:
		return false;
	}
	ret->offset = sqlite3_column_int64(get, 0);
	ret->last = sqlite3_column_int64(get, 1);
	id = (const char *)sqlite3_column_text(get, 2);
	g_strlcpy(ret->last_id, id == NULL ? "" : id, sizeof(ret->last_id));
	sqlite3_reset(get);
	return true;
}

bool tables_write_position(Tables *tables, const TablesPosition *position, GError **error)
{
	sqlite3_stmt *set = tables_statement(tables, TABLES_WRITE_POSITION, error);

	if (set == NULL) {
		return false;
	}
	sqlite3_bind_int64(set, 1, position->offset);
	sqlite3_bind_int64(set, 2, position->last);
	database_bind_text(set, 3, position->last_id);
	return tables_do(set, error);
}

/* Runs a statement over a text and (where it has a second parameter) the byte of a line. */
static bool do_with(Tables *tables, TablesStatement which, const char *text, goffset offset,
		    GError **error)
{
	sqlite3_stmt *statement = tables_statement(tables, which, error);

	if (statement == NULL) {
		return false;
	}
	database_bind_text(statement, 1, text);
	if (sqlite3_bind_parameter_count(statement) > 1) {
		sqlite3_bind_int64(statement, 2, offset);
	}
	return tables_do(statement, error);
}

Verdict tables_verdict(const json_t *object)
{
	const char *word = json_string_value(json_object_get(object, "verdict"));
	Verdict verdict = VERDICT_NONE;

	if (word != NULL) {
		verdict_from_word(word, &verdict);
	}
	return verdict;
}

Severity tables_severity(const json_t *object)
{
	const char *word = json_string_value(json_object_get(object, "severity"));
	Severity severity = SEVERITY_INFORMATIONAL;

	if (word != NULL) {
		severity_from_word(word, &severity);
	}
	return severity;
}

gint64 tables_time(const json_t *event)
{
	const char *text = json_string_value(json_object_get(event, "time"));
	gint64 time_usec = 0;

	return text != NULL && clock_parse(text, &time_usec) ? time_usec : 0;
}

static bool add_event(Tables *tables, const JournalLine *line, const json_t *event, GError **error)
{
	sqlite3_stmt *add = tables_statement(tables, TABLES_ADD_EVENT, error);

	if (add == NULL) {
		return false;
	}
	sqlite3_bind_int64(add, 1, line->offset);
	sqlite3_bind_int64(add, 2, json_integer_value(json_object_get(event, "seq")));
	database_bind_text(add, 3, line->id);
	database_bind_text(add, 4, json_string_value(json_object_get(event, "kind")));
	sqlite3_bind_int(add, 5, tables_verdict(event));
	sqlite3_bind_int(add, 6, tables_severity(event));
	sqlite3_bind_int(add, 7, event_is_alert(event));
	sqlite3_bind_int64(add, 8, tables_time(event));
	return tables_do(add, error);
}

static bool open_alert(Tables *tables, goffset offset, GError **error)
{
	sqlite3_stmt *add = tables_statement(tables, TABLES_OPEN_ALERT, error);

	if (add == NULL) {
		return false;
	}
	sqlite3_bind_int64(add, 1, offset);
	return tables_do(add, error);
}

/* Whether a verdict says that the path is as agreed, so that earlier alerts are over. */
static bool settles(Verdict verdict)
{
	return verdict == VERDICT_APPROVED || verdict == VERDICT_STANDARD ||
	       verdict == VERDICT_RESTORED;
}

static bool take_file(Tables *tables, const JournalLine *line, const json_t *event,
		      const json_t *file, GError **error)
{
	const char *path = json_string_value(json_object_get(file, "path"));
	const char *moved_from = json_string_value(json_object_get(file, "moved_from"));

	if (path == NULL) {
		return true;
	}
	if (!do_with(tables, TABLES_ADD_PATH, path, line->offset, error) ||
	    (moved_from != NULL &&
	     !do_with(tables, TABLES_ADD_PATH, moved_from, line->offset, error))) {
		return false;
	}
	if (settles(tables_verdict(file)) &&
	    !do_with(tables, TABLES_SETTLE_PATH, path, line->offset, error)) {
		return false;
	}
	if (event_is_alert(file) && !do_with(tables, TABLES_OPEN_PATH, path, line->offset, error)) {
		return false;
	}
	return drift_take_file(tables, line, event, file, error);
}

/* An acknowledgement closes the events it names; so does a resolution that names no paths. */
static bool closes_what_it_names(const json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "kind"));

	return g_str_equal(kind, event_kind_word(EVENT_ACK)) ||
	       (g_str_equal(kind, event_kind_word(EVENT_RESOLVED)) &&
		json_array_size(json_object_get(event, "files")) == 0);
}

static bool take_refers(Tables *tables, const json_t *event, GError **error)
{
	const json_t *refers = json_object_get(event, "refers");

	if (!closes_what_it_names(event)) {
		return true;
	}
	for (size_t i = 0; i < json_array_size(refers); i++) {
		const char *id = json_string_value(json_array_get(refers, i));

		if (id != NULL && (!do_with(tables, TABLES_CLOSE_ALERT, id, 0, error) ||
				   !do_with(tables, TABLES_FORGET_ALERT, id, 0, error))) {
			return false;
		}
	}
	return true;
}

bool tables_take(Tables *tables, const JournalLine *line, const json_t *event, GError **error)
{
	const char *kind = json_string_value(json_object_get(event, "kind"));
	const json_t *files = json_object_get(event, "files");

	if (!add_event(tables, line, event, error) ||
	    (event_is_alert(event) && !open_alert(tables, line->offset, error)) ||
	    !take_refers(tables, event, error)) {
		return false;
	}
	if (g_str_equal(kind, event_kind_word(EVENT_BASELINE))) {
		return tables_do(tables_statement(tables, TABLES_CLEAR_DRIFT, error), error);
	}
	for (size_t i = 0; i < json_array_size(files); i++) {
		if (!take_file(tables, line, event, json_array_get(files, i), error)) {
			return false;
		}
	}
	return true;
}
