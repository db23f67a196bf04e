/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index is but a shadow of the journal: lost, damaged or of another version, it is made anew;
 * readers and the writer do not wait for each other. */
#include "story.h"

#include "indexing.h"

#define INDEX_FILE "index.sqlite"

static int add_row(void *text, int columns, char **values, char **names)
{
	for (int i = 0; i < columns; i++) {
		g_string_append_printf(text, "%s|", values[i] == NULL ? "NULL" : values[i]);
	}
	g_string_append_c(text, '\n');
	return 0;
}

/* Every row of every table of the file. */
static char *dump(Story *story)
{
	static const char *const tables[] = {"events",     "paths", "open_alerts",
					     "open_paths", "drift", "position"};
	g_autofree char *path = g_build_filename(story->dir, INDEX_FILE, NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	sqlite3 *db;

	g_assert_cmpint(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
	for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *sql = g_strdup_printf("SELECT * FROM %s ORDER BY 1, 2", tables[i]);

		if (g_str_equal(tables[i], "open_alerts")) {
			sql[strlen(sql) - 3] = '\0';
		}
		g_string_append_printf(text, "%s:\n", tables[i]);
		g_assert_cmpint(sqlite3_exec(db, sql, add_row, text, NULL), ==, SQLITE_OK);
	}
	sqlite3_close(db);
	return g_strdup(text->str);
}

/* What may happen to the file; afterwards it must be as if nothing had. */
static void lose(Story *story)
{
	unlinkat(story->fd, INDEX_FILE, 0);
}

static void make_garbage(Story *story)
{
	story_write(story, INDEX_FILE, "this is no database, but longer than a header", 45);
}

static void make_garbage_anew(Story *story)
{
	lose(story);
	make_garbage(story);
}

static void make_empty(Story *story)
{
	story_write(story, INDEX_FILE, "", 0);
}

static void damage_pages(Story *story)
{
	g_autoptr(GBytes) file = story_read(story, INDEX_FILE);
	gsize size = g_bytes_get_size(file);
	g_autofree char *bytes = g_memdup2(g_bytes_get_data(file, NULL), size);

	memset(bytes + 4096, 0xa5, size - 4096);
	story_write(story, INDEX_FILE, bytes, size);
}

static void make_other_version(Story *story)
{
	g_autofree char *path = g_build_filename(story->dir, INDEX_FILE, NULL);
	sqlite3 *db;

	sqlite3_open(path, &db);
	sqlite3_exec(db, "PRAGMA user_version = 99; DELETE FROM events;", NULL, NULL, NULL);
	sqlite3_close(db);
}

/* The index of another journal, of about the same length. */
static void exchange(Story *story)
{
	g_auto(Story) other = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&other);
	g_autoptr(GBytes) file = NULL;

	other.told = 77;
	tell_all(&other, journal);
	index_close(open_writer(&other));
	file = story_read(&other, INDEX_FILE);
	story_write(story, INDEX_FILE, g_bytes_get_data(file, NULL), g_bytes_get_size(file));
}

static void leave(Story *story)
{
}

static const struct {
	const char *name;
	void (*happens)(Story *story);
} losses[] = {
	{"nothing", leave},
	{"lost", lose},
	{"garbage", make_garbage},
	{"empty", make_empty},
	{"damaged-pages", damage_pages},
	{"other-version", make_other_version},
	{"exchanged", exchange},
};

static void test_rebuilt(gconstpointer data)
{
	guint i = GPOINTER_TO_UINT(data);
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) index = open_writer(&story);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	for (guint n = 0; n < G_N_ELEMENTS(events); n++) {
		g_free(tell(&story, journal, &events[n]));
		catch_up(index);
	}
	index_close(g_steal_pointer(&index));
	before = dump(&story);
	losses[i].happens(&story);
	index = open_writer(&story);
	after = dump(&story);
	g_assert_cmpstr(after, ==, before);
}

static void lose_rows(Story *story)
{
	g_autofree char *path = g_build_filename(story->dir, INDEX_FILE, NULL);
	sqlite3 *db;

	sqlite3_open(path, &db);
	sqlite3_exec(db, "DELETE FROM drift;", NULL, NULL, NULL);
	sqlite3_close(db);
}

/* Pages that a power cut left as they were before look sound; the next boot believes none. */
static void test_next_boot(void)
{
	static const char *const boots[] = {"this boot", "next boot"};

	for (guint i = 0; i < G_N_ELEMENTS(boots); i++) {
		g_auto(Story) story = story_begin();
		g_autoptr(Journal) journal = story_open_sound(&story);
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;

		tell_all(&story, journal);
		index_close(open_writer(&story));
		before = dump(&story);
		lose_rows(&story);
		index_close(index_open_writer(story.fd, story.dir, boots[i], NULL));
		after = dump(&story);
		/* the twin: within a boot the file is as good as it was written */
		g_assert_cmpint(strcmp(after, before) == 0, ==, i == 1);
	}
}

static void test_reader(gconstpointer data)
{
	guint i = GPOINTER_TO_UINT(data);
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) reader = NULL;
	IndexTotals totals;

	tell_all(&story, journal);
	index_close(open_writer(&story));
	losses[i].happens(&story);
	reader = open_reader(&story);
	g_assert_true(index_totals(reader, &totals, NULL));
	g_assert_cmpuint(totals.events, ==, G_N_ELEMENTS(events));
	g_assert_cmpuint(totals.open_alerts, ==, 2);

	/* the journal goes on, the file does not */
	tell_all(&story, journal);
	catch_up(reader);
	g_assert_true(index_totals(reader, &totals, NULL));
	g_assert_cmpuint(totals.events, ==, 2 * G_N_ELEMENTS(events));
	g_assert_cmpuint(totals.head_seq, ==, journal_seq(journal));
}

/* Somebody reads for a long time: the writer goes on, and what it knows gets to the file later. */
static void test_writer_does_not_wait(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) index = NULL;
	g_autofree char *path = g_build_filename(story.dir, INDEX_FILE, NULL);
	g_autofree char *watched = NULL;
	g_autofree char *rebuilt = NULL;
	IndexTotals totals;
	sqlite3 *db;

	tell_all(&story, journal);
	index = open_writer(&story);
	sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	g_assert_cmpint(sqlite3_exec(db, "BEGIN; SELECT count(*) FROM events;", NULL, NULL, NULL),
			==, SQLITE_OK);
	for (guint n = 0; n < 3; n++) {
		tell_all(&story, journal);
		catch_up(index);
	}
	g_assert_true(index_totals(index, &totals, NULL));
	g_assert_cmpuint(totals.events, ==, 4 * G_N_ELEMENTS(events));
	sqlite3_close(db);
	catch_up(index);
	watched = dump(&story);
	index_close(g_steal_pointer(&index));
	lose(&story);
	index = open_writer(&story);
	rebuilt = dump(&story);
	g_assert_cmpstr(rebuilt, ==, watched);
}

/* Somebody removes the file, or exchanges it, under a writer that goes on. */
static void test_removed_in_use(void)
{
	static void (*const happens[])(Story * story) = {lose, make_garbage_anew};

	for (guint i = 0; i < G_N_ELEMENTS(happens); i++) {
		g_auto(Story) story = story_begin();
		g_autoptr(Journal) journal = story_open_sound(&story);
		g_autoptr(Index) index = open_writer(&story);
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;

		tell_all(&story, journal);
		catch_up(index);
		before = dump(&story);
		happens[i](&story);
		catch_up(index);
		after = dump(&story);
		g_assert_cmpstr(after, ==, before);
	}
}

/* Lines that are no events are passed over; what comes behind them counts. */
static void test_damaged_journal(void)
{
	g_auto(Story) story = story_begin();
	g_autoptr(Journal) journal = story_open_sound(&story);
	g_autoptr(Index) index = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GString) damaged = NULL;
	IndexTotals totals;
	gsize first;

	tell_all(&story, journal);
	text = story_text(&story, JOURNAL_FILE);
	first = (gsize)(strchr(text, '\n') - text) + 1;
	damaged = g_string_new_len(text, (gssize)first);
	g_string_append(damaged, "{\"schema\":1}\n");
	for (guint i = 0; i < JOURNAL_LINE_MAX_BYTES + 100; i++) {
		g_string_append_c(damaged, 'x');
	}
	g_string_append_printf(damaged, "\n%s", text + first);
	story_write(&story, JOURNAL_FILE, damaged->str, damaged->len);
	index = open_writer(&story);
	g_assert_true(index_totals(index, &totals, NULL));
	g_assert_cmpuint(totals.events, ==, G_N_ELEMENTS(events));
}

static void add_tests_of_losses(const char *prefix, GTestDataFunc test)
{
	for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
		g_autofree char *name = g_strconcat(prefix, losses[i].name, NULL);

		g_test_add_data_func(name, GUINT_TO_POINTER(i), test);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add_tests_of_losses("/index/rebuilt/", test_rebuilt);
	add_tests_of_losses("/index/reader/", test_reader);
	g_test_add_func("/index/next-boot", test_next_boot);
	g_test_add_func("/index/writer-does-not-wait", test_writer_does_not_wait);
	g_test_add_func("/index/removed-in-use", test_removed_in_use);
	g_test_add_func("/index/damaged-journal", test_damaged_journal);
	return g_test_run();
}
