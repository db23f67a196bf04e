/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalog on disk: keys, ranges, transactions, damage, versions, and what it costs. */
#include "catalog/catalog.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#define COMMIT_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define COMMIT_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

typedef struct {
	char *dir, *file;
	Catalog *catalog;
} Fixture;

static bool reopen(Fixture *f)
{
	g_autoptr(GError) error = NULL;
	bool rebuilt;

	catalog_close(f->catalog);
	f->catalog = catalog_open(f->dir, &rebuilt, &error);
	g_assert_no_error(error);
	return rebuilt;
}

static void setup(Fixture *f, const void *data)
{
	f->dir = g_dir_make_tmp("reeve-catalog-XXXXXX", NULL);
	f->file = g_build_filename(f->dir, "catalog.sqlite", NULL);
	g_assert_false(reopen(f));
}

static void teardown(Fixture *f, const void *data)
{
	static const char *const names[] = {"catalog.sqlite", "catalog.sqlite-wal",
					    "catalog.sqlite-shm", "catalog.damaged"};

	catalog_close(f->catalog);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(f->dir, names[i], NULL);

		g_unlink(path);
	}
	g_assert_cmpint(g_rmdir(f->dir), ==, 0);
	g_free(f->file);
	g_free(f->dir);
}

static void put(Fixture *f, const char *path, guint64 ino)
{
	g_autoptr(GError) error = NULL;
	CatalogEntry entry = {.ino = ino, .state = {.type = FILE_DIRECTORY, .mode = 0755}};

	catalog_put(f->catalog, path, &entry, &error);
	g_assert_no_error(error);
}

static void begin(Fixture *f)
{
	g_autoptr(GError) error = NULL;

	catalog_begin(f->catalog, &error);
	g_assert_no_error(error);
}

static void finish(Fixture *f, const char *commit)
{
	g_autoptr(GError) error = NULL;

	catalog_finish(f->catalog, commit, &error);
	g_assert_no_error(error);
}

/* The inode noted for a path; 0: not there. */
static guint64 find(Fixture *f, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_auto(CatalogEntry) entry = {0};
	CatalogFind found = catalog_find(f->catalog, path, &entry, &error);

	g_assert_no_error(error);
	g_assert_cmpint(found, !=, CATALOG_ERROR);
	return found == CATALOG_FOUND ? entry.ino : 0;
}

static const char *const tree[] = {"/",        "/a",      "/a/b",    "/a/b/c", "/a/b/\n\xff",
				   "/a/b/c/d", "/a/b!",   "/a/b!/x", "/a/b0",  "/a/b0/x",
				   "/a/b-/x",  "/a/bc/x", "/z"};

static void put_tree(Fixture *f)
{
	begin(f);
	for (gsize i = 0; i < G_N_ELEMENTS(tree); i++) {
		put(f, tree[i], i + 1);
	}
	finish(f, COMMIT_A);
}

static char *children(Fixture *f, const char *directory)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = catalog_children(f->catalog, directory, &error);
	GString *names = g_string_new(NULL);

	g_assert_no_error(error);
	for (guint i = 0; i < found->len; i++) {
		g_string_append_printf(names, "%s,", ((CatalogChild *)found->pdata[i])->name);
	}
	return g_string_free(names, FALSE);
}

static void test_children(Fixture *f, const void *data)
{
	g_autofree char *top = NULL;
	g_autofree char *inner = NULL;
	g_autofree char *none = NULL;

	put_tree(f);
	top = children(f, "/");
	inner = children(f, "/a/b");
	none = children(f, "/z");
	g_assert_cmpstr(top, ==, "a,z,");
	g_assert_cmpstr(inner, ==, "\n\xff,c,");
	g_assert_cmpstr(none, ==, "");
	g_assert_cmpuint(catalog_count(f->catalog), ==, G_N_ELEMENTS(tree));
}

/* In pieces, from any place: nothing twice, nothing left out. */
static void test_children_after(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) first = NULL;
	g_autoptr(GPtrArray) second = NULL;
	g_autoptr(GPtrArray) last = NULL;

	put_tree(f);
	first = catalog_children_after(f->catalog, "/", "", 1, &error);
	second = catalog_children_after(f->catalog, "/", "a", 5, &error);
	last = catalog_children_after(f->catalog, "/", "z", 5, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(first->len, ==, 1);
	g_assert_cmpstr(((CatalogChild *)first->pdata[0])->name, ==, "a");
	g_assert_cmpuint(second->len, ==, 1);
	g_assert_cmpstr(((CatalogChild *)second->pdata[0])->name, ==, "z");
	g_assert_cmpuint(last->len, ==, 0);
}

static void test_rows_after(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *place = NULL;

	put_tree(f);
	for (guint n = 0; n <= G_N_ELEMENTS(tree); n++) {
		g_autoptr(GPtrArray) rows = catalog_rows_after(f->catalog, place, 3, &error);

		g_assert_no_error(error);
		if (rows->len == 0) {
			break;
		}
		for (guint i = 0; i < rows->len; i++) {
			const CatalogRow *row = rows->pdata[i];

			g_assert_cmpuint(row->entry.ino, ==, find(f, row->path));
			g_assert_true(g_hash_table_add(seen, g_strdup(row->path)));
			g_free(place);
			place = g_strdup(row->path);
		}
	}
	g_assert_cmpuint(g_hash_table_size(seen), ==, G_N_ELEMENTS(tree));
}

/* The place may have gone meanwhile. */
static void test_rows_after_nothing(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) rows = NULL;

	put_tree(f);
	rows = catalog_rows_after(f->catalog, "/a/b/gone", 1, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(((CatalogRow *)rows->pdata[0])->path, ==, "/a/b!/x");
}

static void append_path(void *context, const char *path, const CatalogEntry *entry)
{
	g_assert_cmpuint(entry->ino, !=, 0);
	g_string_append_printf(context, "%s,", path);
}

static void check_beneath(Fixture *f, const char *path, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) paths = g_string_new(NULL);

	catalog_each_beneath(f->catalog, path, append_path, paths, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(paths->str, ==, expected);
}

static void test_beneath(Fixture *f, const void *data)
{
	put_tree(f);
	check_beneath(f, "/a/b", "/a/b,/a/b/\n\xff,/a/b/c,/a/b/c/d,");
	check_beneath(f, "/z", "/z,");
	check_beneath(f, "/nowhere", "");
	check_beneath(f, "/",
		      "/,/a,/z,/a/b,/a/b!,/a/b0,/a/b/\n\xff,/a/b/c,/a/b!/x,/a/b-/x,/a/b/c/d,"
		      "/a/b0/x,/a/bc/x,");
}

static void test_remove(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;

	put_tree(f);
	begin(f);
	catalog_remove(f->catalog, "/a/b", &error);
	g_assert_no_error(error);
	finish(f, COMMIT_B);
	g_assert_cmpuint(find(f, "/a/b"), ==, 0);
	g_assert_cmpuint(find(f, "/a/b/c/d"), ==, 0);
	g_assert_cmpuint(find(f, "/a/b!/x"), !=, 0);
	g_assert_cmpuint(find(f, "/a/b0/x"), !=, 0);
	g_assert_cmpuint(find(f, "/a/bc/x"), !=, 0);
	g_assert_cmpuint(catalog_count(f->catalog), ==, G_N_ELEMENTS(tree) - 4);
	begin(f);
	catalog_remove(f->catalog, "/", &error);
	finish(f, COMMIT_B);
	g_assert_cmpuint(catalog_count(f->catalog), ==, 0);
}

static void test_transactions(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *note = NULL;

	g_assert_null(catalog_commit(f->catalog));
	put_tree(f);
	begin(f);
	put(f, "/a", 100);
	put(f, "/new", 101);
	catalog_set_note(f->catalog, "roots", "/etc\n", &error);
	g_assert_cmpuint(find(f, "/a"), ==, 100);
	g_assert_cmpuint(catalog_count(f->catalog), ==, G_N_ELEMENTS(tree) + 1);
	catalog_abandon(f->catalog);
	g_assert_cmpuint(find(f, "/a"), ==, 2);
	g_assert_cmpuint(find(f, "/new"), ==, 0);
	g_assert_cmpuint(catalog_count(f->catalog), ==, G_N_ELEMENTS(tree));
	g_assert_null(catalog_get_note(f->catalog, "roots"));
	catalog_set_note(f->catalog, "roots", "/etc\n", &error);
	g_assert_no_error(error);
	g_assert_false(reopen(f));
	note = catalog_get_note(f->catalog, "roots");
	g_assert_cmpstr(note, ==, "/etc\n");
	g_assert_cmpstr(catalog_commit(f->catalog), ==, COMMIT_A);
	g_assert_cmpuint(catalog_count(f->catalog), ==, G_N_ELEMENTS(tree));
}

static void test_private(Fixture *f, const void *data)
{
	GStatBuf st;

	g_assert_cmpint(g_stat(f->file, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 07777, ==, 0600);
}

static void damage(Fixture *f, gsize from, gsize size)
{
	g_autofree char *bytes = NULL;
	gsize length;

	catalog_close(f->catalog);
	f->catalog = NULL;
	g_assert_true(g_file_get_contents(f->file, &bytes, &length, NULL));
	g_assert_cmpuint(length, >=, from + size);
	memset(bytes + from, 0x5a, size);
	g_assert_true(g_file_set_contents(f->file, bytes, (gssize)length, NULL));
}

static void test_damage(Fixture *f, const void *data)
{
	static const struct {
		gsize from, size;
	} cases[] = {{0, 16}, {0, 8192}, {4096, 512}, {8192, 8}};
	g_autofree char *aside = g_build_filename(f->dir, "catalog.damaged", NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		put_tree(f);
		damage(f, cases[i].from, cases[i].size);
		g_assert_true(reopen(f));
		g_assert_null(catalog_commit(f->catalog));
		g_assert_cmpuint(catalog_count(f->catalog), ==, 0);
		g_assert_cmpint(g_unlink(aside), ==, 0);
	}
}

static void change(Fixture *f, const char *sql)
{
	sqlite3 *db;

	catalog_close(f->catalog);
	f->catalog = NULL;
	g_assert_cmpint(sqlite3_open(f->file, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
}

static void test_broken_entry(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_auto(CatalogEntry) entry = {0};

	put_tree(f);
	change(f, "UPDATE entries SET data = x'00' WHERE name = CAST('z' AS BLOB)");
	g_assert_false(reopen(f));
	g_assert_cmpint(catalog_find(f->catalog, "/z", &entry, &error), ==, CATALOG_ERROR);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	/* The next start does not meet it again. */
	g_assert_false(reopen(f));
	g_assert_null(catalog_commit(f->catalog));
}

static void test_newer(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	bool rebuilt;

	change(f, "PRAGMA user_version = 2");
	g_assert_null(catalog_open(f->dir, &rebuilt, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_VERSION);
}

/* A measurement: run with `-m perf`. */
static void test_speed(Fixture *f, const void *data)
{
	const guint n = 100000;
	CatalogEntry entry = {.state = {.type = FILE_REGULAR, .content = CONTENT_STORED}};
	double spent;

	g_test_timer_start();
	begin(f);
	for (guint i = 0; i < n; i++) {
		g_autofree char *path = g_strdup_printf("/etc/dir-%03u/file-%06u", i / 100, i);

		entry.ino = i;
		entry.ctime_nsec = G_GINT64_CONSTANT(1795316645123456789) + i;
		g_assert_true(catalog_put(f->catalog, path, &entry, NULL));
	}
	finish(f, COMMIT_A);
	spent = g_test_timer_elapsed();
	g_test_minimized_result(spent, "put %u entries: %.3f s", n, spent);
	g_test_timer_start();
	for (guint i = 0; i < n / 100; i++) {
		g_autofree char *path = g_strdup_printf("/etc/dir-%03u", i);
		g_autoptr(GPtrArray) found = catalog_children(f->catalog, path, NULL);

		g_assert_cmpuint(found->len, ==, 100);
	}
	spent = g_test_timer_elapsed();
	g_test_minimized_result(spent, "list %u entries: %.3f s", n, spent);
	g_test_timer_start();
	g_assert_false(reopen(f));
	spent = g_test_timer_elapsed();
	g_test_minimized_result(spent, "open with %u entries: %.3f s", n, spent);
	g_test_timer_start();
	for (guint i = 0; i < 1000; i++) {
		begin(f);
		put(f, "/etc/dir-000/file-000000", i);
		finish(f, i % 2 != 0 ? COMMIT_A : COMMIT_B);
	}
	spent = g_test_timer_elapsed();
	g_test_minimized_result(spent, "one change: %.3f ms", spent);
}

#define ADD(name, function) g_test_add("/catalog/" name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("children", test_children);
	ADD("children-after", test_children_after);
	ADD("rows-after", test_rows_after);
	ADD("rows-after-nothing", test_rows_after_nothing);
	ADD("beneath", test_beneath);
	ADD("remove", test_remove);
	ADD("transactions", test_transactions);
	ADD("private", test_private);
	ADD("damage", test_damage);
	ADD("broken-entry", test_broken_entry);
	ADD("newer", test_newer);
	if (g_test_perf()) {
		ADD("speed", test_speed);
	}
	return g_test_run();
}
