/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to the index: see index.h. */
#include "journal/index-inside.h"

#include "base/glob.h"

#include <string.h>

#define MIN_PREFIX 4

void drift_free(Drift *drift)
{
	if (drift == NULL) {
		return;
	}
	g_free(drift->path);
	g_free(drift->approved_commit);
	g_free(drift->current_commit);
	g_free(drift->event);
	g_free(drift->last_event);
	g_free(drift->approved_state);
	g_free(drift);
}

static char *column_text(sqlite3_stmt *row, int at)
{
	return g_strdup((const char *)sqlite3_column_text(row, at));
}

static Drift *drift_from_row(sqlite3_stmt *row)
{
	Drift *drift = g_new0(Drift, 1);

	drift->path = column_text(row, 0);
	drift->approved_commit = column_text(row, 1);
	drift->current_commit = column_text(row, 2);
	drift->event = column_text(row, 3);
	drift->last_event = column_text(row, 4);
	drift->since_usec = sqlite3_column_int64(row, 5);
	drift->approved_state = column_text(row, 6);
	drift->verdict = (Verdict)sqlite3_column_int(row, 7);
	drift->severity = (Severity)sqlite3_column_int(row, 8);
	return drift;
}

#define SELECT_DRIFT                                                                              \
	"SELECT path, approved_commit, current_commit, event, last_event, since, approved_state," \
	" verdict, severity FROM drift"

/*
 * All drift, or that of one path. Two statements, since one for both would look at every row for
 * every path.
 */
static GPtrArray *read_drift(Index *index, const char *path, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)drift_free);
	g_autoptr(sqlite3_stmt) row = database_prepare(
		index->db,
		path == NULL ? SELECT_DRIFT " ORDER BY path" : SELECT_DRIFT " WHERE path = ?1",
		error);
	DatabaseStep step;

	if (row == NULL) {
		return NULL;
	}
	if (path != NULL) {
		database_bind_text(row, 1, path);
	}
	while ((step = database_step(row, error)) == DATABASE_ROW) {
		g_ptr_array_add(all, drift_from_row(row));
	}
	return step == DATABASE_DONE ? g_steal_pointer(&all) : NULL;
}

Drift *index_drift_of(Index *index, const char *path, GError **error)
{
	g_autoptr(GPtrArray) all = read_drift(index, path, error);

	return all == NULL || all->len == 0 ? NULL : g_ptr_array_steal_index(all, 0);
}

GPtrArray *index_drift(Index *index, GError **error)
{
	return read_drift(index, NULL, error);
}

static bool read_number(Index *index, const char *sql, gint64 *ret, GError **error)
{
	g_autoptr(sqlite3_stmt) row = database_prepare(index->db, sql, error);
	DatabaseStep step = row == NULL ? DATABASE_ERROR : database_step(row, error);

	*ret = step == DATABASE_ROW ? sqlite3_column_int64(row, 0) : 0;
	return step != DATABASE_ERROR;
}

guint64 index_drift_count(Index *index)
{
	gint64 count = 0;

	read_number(index, "SELECT count(*) FROM drift", &count, NULL);
	return (guint64)count;
}

/* What a query's path means: a range of (escaped) paths, and perhaps a glob they must match. */
typedef struct {
	char *exact;      /* NULL: a glob */
	char *from, *end; /* from <= path < end */
	char *glob;
} PathRange;

static void path_range_clear(PathRange *range)
{
	g_free(range->exact);
	g_free(range->from);
	g_free(range->end);
	g_free(range->glob);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PathRange, path_range_clear)

static void path_range_init(PathRange *range, const char *path)
{
	gsize literal = strcspn(path, "*?");

	*range = (PathRange){0};
	if (path[literal] != '\0') {
		range->glob = g_strdup(path);
		range->from = g_strndup(range->glob, literal);
		range->end = g_strconcat(range->from, "\xff", NULL);
	} else {
		gsize length = literal > 0 && path[literal - 1] == '/' ? literal - 1 : literal;

		range->exact = g_strndup(path, length);
		range->from = g_strconcat(range->exact, "/", NULL);
		range->end = g_strconcat(range->exact, "0", NULL); /* '0' is behind '/' */
	}
}

static void sql_glob(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *pattern = (const char *)sqlite3_value_text(values[0]);
	const char *path = (const char *)sqlite3_value_text(values[1]);

	sqlite3_result_int(context, pattern != NULL && path != NULL && glob_match(pattern, path));
}

void index_add_functions(sqlite3 *db)
{
	sqlite3_create_function(db, "path_matches", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
				sql_glob, NULL, NULL);
}

static char *query_sql(const IndexQuery *query, const PathRange *range)
{
	g_autoptr(GString) sql = g_string_new("SELECT offset FROM events WHERE 1");

	if (query->path != NULL && range->exact != NULL) {
		g_string_append(sql,
				" AND offset IN (SELECT offset FROM paths WHERE path = ?1 UNION ALL"
				" SELECT offset FROM paths WHERE path >= ?2 AND path < ?3)");
	} else if (query->path != NULL) {
		g_string_append(sql, " AND offset IN (SELECT offset FROM paths WHERE path >= ?2"
				     " AND path < ?3 AND path_matches(?1, path))");
	}
	g_string_append(sql, query->since_usec != 0 ? " AND time >= ?4" : "");
	g_string_append(sql, query->until_usec != 0 ? " AND time <= ?5" : "");
	g_string_append(sql, query->verdict >= 0 ? " AND verdict = ?6" : "");
	g_string_append(sql, query->min_severity >= 0 ? " AND severity >= ?7" : "");
	g_string_append(sql, query->alerts_only ? " AND alert" : "");
	g_string_append(sql, query->kind != NULL ? " AND kind = ?9" : "");
	g_string_append(sql, " ORDER BY offset DESC");
	g_string_append(sql, query->limit > 0 ? " LIMIT ?8" : "");
	return g_strdup(sql->str);
}

/* Binding a parameter the text does not have is no harm. */
static void bind_query(sqlite3_stmt *statement, const IndexQuery *query, const PathRange *range)
{
	database_bind_text(statement, 1, range->exact != NULL ? range->exact : range->glob);
	database_bind_text(statement, 2, range->from);
	database_bind_text(statement, 3, range->end);
	sqlite3_bind_int64(statement, 4, query->since_usec);
	sqlite3_bind_int64(statement, 5, query->until_usec);
	sqlite3_bind_int(statement, 6, query->verdict);
	sqlite3_bind_int(statement, 7, query->min_severity);
	sqlite3_bind_int64(statement, 8, query->limit);
	database_bind_text(statement, 9, query->kind);
}

static GArray *read_offsets(sqlite3_stmt *row, GError **error)
{
	g_autoptr(GArray) offsets = g_array_new(FALSE, FALSE, sizeof(goffset));
	DatabaseStep step;

	while ((step = database_step(row, error)) == DATABASE_ROW) {
		goffset offset = sqlite3_column_int64(row, 0);

		g_array_append_val(offsets, offset);
	}
	return step == DATABASE_DONE ? g_steal_pointer(&offsets) : NULL;
}

static void reverse(GArray *offsets)
{
	for (guint i = 0; i < offsets->len / 2; i++) {
		goffset *a = &g_array_index(offsets, goffset, i);
		goffset *b = &g_array_index(offsets, goffset, offsets->len - 1 - i);
		goffset kept = *a;

		*a = *b;
		*b = kept;
	}
}

GArray *index_query(Index *index, const IndexQuery *query, GError **error)
{
	g_auto(PathRange) range = {0};
	g_autofree char *sql = NULL;
	g_autoptr(sqlite3_stmt) statement = NULL;
	GArray *offsets;

	if (query->path != NULL) {
		path_range_init(&range, query->path);
	}
	sql = query_sql(query, &range);
	statement = database_prepare(index->db, sql, error);
	if (statement == NULL) {
		return NULL;
	}
	bind_query(statement, query, &range);
	offsets = read_offsets(statement, error);
	if (offsets != NULL) {
		reverse(offsets);
	}
	return offsets;
}

GArray *index_find_id(Index *index, const char *prefix, GError **error)
{
	g_autofree char *from = g_ascii_strdown(prefix, -1);
	g_autofree char *end = g_strconcat(from, "g", NULL); /* behind every digit */
	g_autoptr(sqlite3_stmt) statement = NULL;
	gsize length = strlen(from);

	if (length < MIN_PREFIX || strspn(from, "0123456789abcdef") != length) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_SYNTAX,
			    "an event is named by at least %d hexadecimal digits of its id",
			    MIN_PREFIX);
		return NULL;
	}
	statement = database_prepare(index->db,
				     "SELECT offset FROM events WHERE id >= ?1 AND id < ?2"
				     " ORDER BY offset",
				     error);
	if (statement == NULL) {
		return NULL;
	}
	database_bind_text(statement, 1, from);
	database_bind_text(statement, 2, end);
	return read_offsets(statement, error);
}

static bool read_head(Index *index, IndexTotals *ret, GError **error)
{
	g_autoptr(sqlite3_stmt) row = database_prepare(
		index->db, "SELECT seq, id, time FROM events ORDER BY offset DESC LIMIT 1", error);
	DatabaseStep step = row == NULL ? DATABASE_ERROR : database_step(row, error);

	if (step == DATABASE_ROW) {
		const char *id = (const char *)sqlite3_column_text(row, 1);

		ret->head_seq = (guint64)sqlite3_column_int64(row, 0);
		g_strlcpy(ret->head_id, id == NULL ? "" : id, sizeof(ret->head_id));
		ret->last_usec = sqlite3_column_int64(row, 2);
	}
	return step != DATABASE_ERROR;
}

bool index_totals(Index *index, IndexTotals *ret, GError **error)
{
	const struct {
		const char *sql;
		void *to;
	} counts[] = {
		{"SELECT count(*) FROM events", &ret->events},
		{"SELECT count(*) FROM events WHERE alert", &ret->alerts},
		{"SELECT count(*) FROM open_alerts", &ret->open_alerts},
		{"SELECT count(*) FROM events WHERE kind = 'gap'", &ret->gaps},
		{"SELECT time FROM events ORDER BY offset LIMIT 1", &ret->first_usec},
	};

	*ret = (IndexTotals){0};
	for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
		if (!read_number(index, counts[i].sql, counts[i].to, error)) {
			return false;
		}
	}
	return read_head(index, ret, error);
}
