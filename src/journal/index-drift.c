/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drift: see index-drift.h. */
#include "journal/index-drift.h"

/* What an event says of one path. */
typedef struct {
	const char *path;
	const json_t *before, *after; /* NULL: the path did not exist, or is gone */
	const JournalLine *line;
	const json_t *event, *file;
} Step;

static const char *commit_of(const json_t *event, const char *member)
{
	return json_string_value(json_object_get(event, member));
}

static bool end_drift(Tables *tables, const char *path, GError **error)
{
	sqlite3_stmt *end = tables_statement(tables, TABLES_END_DRIFT, error);

	if (end == NULL) {
		return false;
	}
	database_bind_text(end, 1, path);
	return tables_do(end, error);
}

/* The state before was the approved one, because the path did not drift. */
static bool begin_drift(Tables *tables, const Step *step, GError **error)
{
	sqlite3_stmt *add = tables_statement(tables, TABLES_ADD_DRIFT, error);
	bool existed = json_object_size(step->before) > 0;
	char state[DIGEST_HEX + 1];

	if (add == NULL) {
		return false;
	}
	event_state_json_digest(step->before, state);
	database_bind_text(add, 1, step->path);
	database_bind_text(add, 2, existed ? commit_of(step->event, "parent") : NULL);
	database_bind_text(add, 3, commit_of(step->event, "commit"));
	database_bind_text(add, 4, step->line->id);
	sqlite3_bind_int64(add, 5, tables_time(step->event));
	database_bind_text(add, 6, state);
	sqlite3_bind_int(add, 7, tables_verdict(step->file));
	sqlite3_bind_int(add, 8, tables_severity(step->file));
	return tables_do(add, error);
}

static bool go_on_drifting(Tables *tables, const Step *step, GError **error)
{
	sqlite3_stmt *move = tables_statement(tables, TABLES_MOVE_DRIFT, error);

	if (move == NULL) {
		return false;
	}
	database_bind_text(move, 1, step->path);
	database_bind_text(move, 2, commit_of(step->event, "commit"));
	database_bind_text(move, 3, step->line->id);
	sqlite3_bind_int(move, 4, tables_verdict(step->file));
	sqlite3_bind_int(move, 5, tables_severity(step->file));
	return tables_do(move, error);
}

static bool drift(Tables *tables, const Step *step, GError **error)
{
	sqlite3_stmt *get = tables_statement(tables, TABLES_GET_DRIFT, error);
	char state[DIGEST_HEX + 1];
	DatabaseStep found;
	bool is_back;

	if (get == NULL) {
		return false;
	}
	database_bind_text(get, 1, step->path);
	event_state_json_digest(step->after, state);
	found = database_step(get, error);
	is_back = found == DATABASE_ROW &&
		  g_strcmp0((const char *)sqlite3_column_text(get, 0), state) == 0;
	sqlite3_reset(get);
	switch (found) {
	case DATABASE_ROW:
		/* back by chance is back: drift is what differs, whatever the verdict */
		return is_back ? end_drift(tables, step->path, error)
			       : go_on_drifting(tables, step, error);
	case DATABASE_DONE:
		return begin_drift(tables, step, error);
	case DATABASE_ERROR:
		break;
	}
	return false;
}

/* Nothing is any more where a file was moved away from; that nobody agreed to either, unless
 * nothing was agreed to be there. */
static bool drift_source(Tables *tables, const Step *step, GError **error)
{
	Step source = *step;

	source.path = json_string_value(json_object_get(step->file, "moved_from"));
	source.after = NULL;
	return source.path == NULL || drift(tables, &source, error);
}

/* A path whose present state nobody agreed to. */
static bool drift_disagreed(Tables *tables, const Step *step, bool is_moved, GError **error)
{
	if (is_moved) {
		/* `before` is of the old place; nothing was at the new one */
		Step target = *step;

		target.before = NULL;
		return drift(tables, &target, error) && drift_source(tables, step, error);
	}
	return drift(tables, step, error);
}

/* A path that is as agreed. */
static bool drift_agreed(Tables *tables, const Step *step, bool is_moved, GError **error)
{
	const char *source = json_string_value(json_object_get(step->file, "moved_from"));

	if (!end_drift(tables, step->path, error)) {
		return false;
	}
	if (!is_moved || source == NULL) {
		return true;
	}
	/* a request covers both ends of a move; coming back to one says nothing of the other */
	return tables_verdict(step->file) == VERDICT_RESTORED ? drift_source(tables, step, error)
							      : end_drift(tables, source, error);
}

bool drift_take_file(Tables *tables, const JournalLine *line, const json_t *event,
		     const json_t *file, GError **error)
{
	const char *op = json_string_value(json_object_get(file, "op"));
	bool is_moved = g_strcmp0(op, change_op_word(OP_MOVED)) == 0;
	Step step = {
		.path = json_string_value(json_object_get(file, "path")),
		.before = json_object_get(file, "before"),
		.after = json_object_get(file, "after"),
		.line = line,
		.event = event,
		.file = file,
	};

	/* what came and went left everything as it was */
	if (g_strcmp0(op, change_op_word(OP_TRANSIENT)) == 0) {
		return true;
	}
	switch (tables_verdict(file)) {
	case VERDICT_NONE:
		return true;
	case VERDICT_APPROVED:
	case VERDICT_STANDARD:
	case VERDICT_RESTORED:
		return drift_agreed(tables, &step, is_moved, error);
	case VERDICT_EMERGENCY:
	case VERDICT_UNVERIFIABLE:
	case VERDICT_MISMATCH:
	case VERDICT_UNAPPROVED:
		break;
	case _VERDICT_N:
		g_assert_not_reached();
	}
	return drift_disagreed(tables, &step, is_moved, error);
}
