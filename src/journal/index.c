/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The index: opening and catching up; see index.h. Questions: index-query.c.
 *
 * The writer hardly waits for a reader: when a commit meets one that does not end, the transaction
 * stays open, the writer's own questions see it all the same, and the next catching up tries again.
 * A reader that finds the file behind the journal copies it into memory and reads on from there;
 * one that cannot use the file at all reads the whole journal into memory.
 */
#include "journal/index-inside.h"
#include "journal/journal.h"

#include "base/fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define INDEX_FILE "index.sqlite"
#define INDEX_MODE 0640

/* Lines between two commits: bounds the memory of a rebuild. */
#define LINES_PER_COMMIT 4096

static void close_database(Index *index)
{
	g_clear_pointer(&index->tables, tables_free);
	g_clear_pointer(&index->db, sqlite3_close_v2);
}

void index_close(Index *index)
{
	if (index == NULL) {
		return;
	}
	close_database(index);
	fd_close(&index->dir_fd);
	fd_close(&index->journal_fd);
	g_free(index->path);
	g_free(index);
}

static Index *index_new(const char *journal_dir)
{
	Index *index = g_new0(Index, 1);

	index->path = g_build_filename(journal_dir, INDEX_FILE, NULL);
	index->dir_fd = -1;
	index->journal_fd = -1;
	return index;
}

static void use_database(Index *index, sqlite3 *db)
{
	close_database(index);
	index->db = db;
	index->tables = tables_new(db);
	index_add_functions(db);
}

/* Whether the index was made from the journal as it is now: the last line it read is still there.
 */
static bool is_of_this_history(Index *index)
{
	const TablesPosition *position = &index->position;
	g_autoptr(JournalReader) reader = NULL;
	JournalLine line;

	if (position->last < 0) {
		return position->offset == 0;
	}
	reader = journal_reader_new(index->journal_fd, position->last);
	return journal_reader_next(reader, &line, NULL) == JOURNAL_LINE &&
	       g_str_equal(line.id, position->last_id) &&
	       journal_reader_offset(reader) == position->offset;
}

/* Reads the position of the tables; false when they are not usable for this journal. */
static bool adopt_tables(Index *index)
{
	return tables_exist(index->db) &&
	       tables_read_position(index->tables, &index->position, NULL) &&
	       is_of_this_history(index);
}

/* SQLite keeps one number for whoever makes a file; ours says in which boot that was. */
static bool mark_boot(Index *index, GError **error)
{
	g_autofree char *sql = g_strdup_printf("PRAGMA application_id = %d", index->boot);

	return database_run(index->db, sql, error);
}

static bool is_of_this_boot(Index *index)
{
	g_autoptr(sqlite3_stmt) ask = database_prepare(index->db, "PRAGMA application_id", NULL);

	return ask != NULL && database_step(ask, NULL) == DATABASE_ROW &&
	       sqlite3_column_int(ask, 0) == index->boot;
}

static bool begin(Index *index, GError **error)
{
	return !sqlite3_get_autocommit(index->db) || database_run(index->db, "BEGIN", error);
}

static bool commit(Index *index, GError **error)
{
	int code;

	if (sqlite3_get_autocommit(index->db)) {
		return true;
	}
	if (!tables_write_position(index->tables, &index->position, error)) {
		return false;
	}
	code = sqlite3_exec(index->db, "COMMIT", NULL, NULL, NULL);
	return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || database_fail(index->db, error);
}

/* What is no event is passed over; `reeve verify` names it. */
static bool enter_line(Index *index, const JournalLine *line, GError **error)
{
	json_t *event = event_parse(line->body, line->size, NULL);
	bool entered = begin(index, error) &&
		       (event == NULL || tables_take(index->tables, line, event, error));

	json_decref(event);
	index->position.last = line->offset;
	index->position.offset = line->offset + (goffset)line->size + 1;
	g_strlcpy(index->position.last_id, line->id, sizeof(index->position.last_id));
	return entered;
}

static JournalRead take_line(Index *index, JournalReader *reader, GError **error)
{
	g_autoptr(GError) problem = NULL;
	JournalLine line;
	JournalRead got = journal_reader_next(reader, &line, &problem);

	if (got == JOURNAL_LINE) {
		return enter_line(index, &line, error) ? JOURNAL_LINE : JOURNAL_ERROR;
	}
	if (g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_LIMIT)) {
		return journal_reader_skip(reader, error);
	}
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
	}
	return got;
}

static bool read_on(Index *index, GError **error)
{
	g_autoptr(JournalReader) reader =
		journal_reader_new(index->journal_fd, index->position.offset);
	JournalRead got;

	do {
		guint lines = 0;

		do {
			got = take_line(index, reader, error);
		} while (got == JOURNAL_LINE && ++lines < LINES_PER_COMMIT);
		if (got == JOURNAL_ERROR || !commit(index, error)) {
			return false;
		}
	} while (got != JOURNAL_END);
	return true;
}

static bool open_memory(Index *index, GError **error)
{
	sqlite3 *db = database_open(":memory:", SQLITE_OPEN_READWRITE, error);

	if (db == NULL) {
		return false;
	}
	use_database(index, db);
	index->is_memory = true;
	index->position = (TablesPosition){.last = -1};
	return true;
}

/*
 * Opens the file for writing, unless it is damaged: a rollback journal beside it that is emptied
 * rather than removed, so that nothing is made or unlinked per transaction; no syncs (a cache).
 */
static bool open_file(Index *index, GError **error)
{
	auto_fd int fd = openat(index->dir_fd, INDEX_FILE,
				O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, INDEX_MODE);
	struct stat st;
	sqlite3 *db;

	if (fd < 0 || fstat(fd, &st) < 0) {
		return error_set_errno(error, "cannot open journal/" INDEX_FILE);
	}
	index->dev = st.st_dev;
	index->ino = st.st_ino;
	db = database_open(index->path, SQLITE_OPEN_READWRITE, error);
	if (db == NULL) {
		return false;
	}
	use_database(index, db);
	return database_run(db,
			    "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF;"
			    "PRAGMA cache_spill = OFF;",
			    error);
}

/* A page that was lost in a power failure shows here, not in an answer. */
static bool is_sound(sqlite3 *db)
{
	g_autoptr(sqlite3_stmt) check = database_prepare(db, "PRAGMA quick_check(1)", NULL);

	return check != NULL && database_step(check, NULL) == DATABASE_ROW &&
	       g_strcmp0((const char *)sqlite3_column_text(check, 0), "ok") == 0;
}

/* Makes the file anew and reads the whole journal. */
static bool rebuild(Index *index, GError **error)
{
	close_database(index);
	unlinkat(index->dir_fd, INDEX_FILE, 0);
	unlinkat(index->dir_fd, INDEX_FILE "-journal", 0);
	index->position = (TablesPosition){.last = -1};
	if (open_file(index, error) && mark_boot(index, error) && tables_create(index->db, error) &&
	    read_on(index, error)) {
		return true;
	}
	close_database(index); /* half made: to be made anew by the next try */
	return false;
}

/* Whether the file we write is the one that readers find. */
static bool file_is_in_place(const Index *index)
{
	struct stat st;

	return fstatat(index->dir_fd, INDEX_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_dev == index->dev && st.st_ino == index->ino;
}

static bool catch_up_writer(Index *index, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (index->db != NULL && file_is_in_place(index) && read_on(index, &problem)) {
		return true;
	}
	if (problem == NULL || g_error_matches(problem, REEVE_ERROR, REEVE_ERROR_CORRUPT)) {
		return rebuild(index, error);
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	/* half a transaction is no index: what it had read is read again */
	sqlite3_exec(index->db, "ROLLBACK", NULL, NULL, NULL);
	tables_read_position(index->tables, &index->position, NULL);
	return false;
}

Index *index_open_writer(int dir_fd, const char *journal_dir, const char *boot, GError **error)
{
	g_autoptr(Index) index = index_new(journal_dir);

	index->is_writer = true;
	index->boot = boot == NULL ? 0 : (gint32)g_str_hash(boot);
	index->dir_fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	index->journal_fd = openat(dir_fd, JOURNAL_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (index->dir_fd < 0 || index->journal_fd < 0) {
		error_set_errno(error, "cannot open journal/" JOURNAL_FILE);
		return NULL;
	}
	if (!open_file(index, NULL) || !is_of_this_boot(index) || !is_sound(index->db) ||
	    !adopt_tables(index)) {
		close_database(index);
	}
	return catch_up_writer(index, error) ? g_steal_pointer(&index) : NULL;
}

/* Whether the journal has no line behind what the tables have read. */
static bool is_current(const Index *index)
{
	struct stat st;

	return fstat(index->journal_fd, &st) == 0 && st.st_size <= index->position.offset;
}

/* A reader's own copy of the file's tables, to be read on from. */
static bool copy_to_memory(Index *index)
{
	sqlite3 *file = g_steal_pointer(&index->db);
	sqlite3_backup *copy;
	bool is_copied;

	g_clear_pointer(&index->tables, tables_free);
	if (!open_memory(index, NULL)) {
		sqlite3_close_v2(file);
		return false;
	}
	copy = sqlite3_backup_init(index->db, "main", file, "main");
	is_copied = copy != NULL && sqlite3_backup_step(copy, -1) == SQLITE_DONE;
	sqlite3_backup_finish(copy);
	sqlite3_close_v2(file);
	return is_copied && adopt_tables(index);
}

/* Opens the file as it is; false when it cannot be used by this user, or for this journal. */
static bool open_shared(Index *index)
{
	sqlite3 *db = database_open(index->path, SQLITE_OPEN_READONLY, NULL);

	if (db == NULL) {
		return false;
	}
	use_database(index, db);
	index->is_memory = false;
	return adopt_tables(index);
}

static bool read_whole_journal(Index *index, GError **error)
{
	return open_memory(index, error) && tables_create(index->db, error) &&
	       read_on(index, error);
}

static bool catch_up_reader(Index *index, GError **error)
{
	if (!index->is_memory && open_shared(index)) {
		if (is_current(index)) {
			return true;
		}
		return copy_to_memory(index) ? read_on(index, error)
					     : read_whole_journal(index, error);
	}
	if (index->is_memory && is_of_this_history(index)) {
		return read_on(index, error);
	}
	return read_whole_journal(index, error);
}

Index *index_open_reader(const char *journal_dir, GError **error)
{
	g_autoptr(Index) index = index_new(journal_dir);
	g_autofree char *journal = g_build_filename(journal_dir, JOURNAL_FILE, NULL);

	index->journal_fd = open(journal, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (index->journal_fd < 0) {
		error_set_errno(error, "cannot open %s", journal);
		return NULL;
	}
	return catch_up_reader(index, error) ? g_steal_pointer(&index) : NULL;
}

bool index_catch_up(Index *index, GError **error)
{
	return index->is_writer ? catch_up_writer(index, error) : catch_up_reader(index, error);
}

bool index_is_waiting(const Index *index)
{
	return index->db != NULL && !sqlite3_get_autocommit(index->db);
}
