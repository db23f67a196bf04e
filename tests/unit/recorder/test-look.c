/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks at a real tree, with real stores and a watch that is none: what is found to differ, what is
 * told of it, and what stays silent.
 */
#include "base/fd.h"
#include "recorder/look.h"
#include "watch/null.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *dir, *tree, *state;
	Scope *scope;
	LookWorld world;
	/* of the latest look */
	Notes *notes;
	Look *look;
} Fixture;

static void must(bool ok, GError *error)
{
	g_assert_no_error(error);
	g_assert_true(ok);
}

static void setup(Fixture *f, const void *data)
{
	static const char *const roots[] = {"/etc", "/one.conf", NULL};
	static const char *const ignores[] = {"/etc/ignored", NULL};
	g_autoptr(GError) error = NULL;
	bool rebuilt;

	f->dir = g_dir_make_tmp("reeve-look-XXXXXX", NULL);
	f->tree = g_build_filename(f->dir, "tree", NULL);
	f->state = g_build_filename(f->dir, "state", NULL);
	g_mkdir(f->tree, 0755);
	g_mkdir(f->state, 0755);
	f->scope = scope_new(roots, ignores, &error);
	f->world.scope = f->scope;
	f->world.root_fd = open(f->tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	f->world.watch = watch_open("null", &error);
	f->world.catalog = catalog_open(f->state, &rebuilt, &error);
	f->world.snapshot = snapshot_open(f->state, &error);
	f->world.secrets = secrets_open(f->state, NULL, &error);
	g_assert_no_error(error);
	must(mkdirat(f->world.root_fd, "etc", 0755) == 0, NULL);
}

static void teardown(Fixture *f, const void *data)
{
	g_autofree char *quoted = g_shell_quote(f->dir);
	g_autofree char *command = g_strdup_printf("rm -rf %s", quoted);

	look_free(f->look);
	if (f->notes != NULL) {
		notes_free(f->notes);
	}
	secrets_free((Secrets *)f->world.secrets);
	snapshot_close(f->world.snapshot);
	catalog_close(f->world.catalog);
	watch_close(f->world.watch);
	close(f->world.root_fd);
	scope_free(f->scope);
	g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);
	g_free(f->dir);
	g_free(f->tree);
	g_free(f->state);
}

/* A file of long ago: nothing about it is in doubt, unlike what was written this moment. */
static void write_file(Fixture *f, const char *name, const char *text)
{
	auto_fd int fd =
		openat(f->world.root_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(write(fd, text, strlen(text)) == (ssize_t)strlen(text), NULL);
}

static void make_dir(Fixture *f, const char *name)
{
	must(mkdirat(f->world.root_fd, name, 0755) == 0, NULL);
}

static void remove_file(Fixture *f, const char *name)
{
	must(unlinkat(f->world.root_fd, name, 0) == 0, NULL);
}

static void move(Fixture *f, const char *from, const char *to)
{
	must(renameat(f->world.root_fd, from, f->world.root_fd, to) == 0, NULL);
}

static Order *order(const char *path)
{
	Order *o = g_new0(Order, 1);

	o->path = g_strdup(path);
	o->wall_usec = 77;
	return o;
}

static Order *new_order(const char *path)
{
	Order *o = order(path);

	o->is_new = true;
	return o;
}

static Order *subtree(const char *path)
{
	Order *o = order(path);

	o->is_subtree = true;
	return o;
}

static Order *moved(const char *path, const char *from)
{
	Order *o = subtree(path);

	o->moved_from = g_strdup(from);
	return o;
}

static void look_mode(Fixture *f, LookMode mode, ChangeSetKind kind, GPtrArray *orders)
{
	g_autoptr(GError) error = NULL;
	SnapshotCommit outcome;

	look_free(f->look);
	if (f->notes != NULL) {
		notes_free(f->notes);
	}
	f->notes = notes_new(kind);
	f->notes->recorded_usec = 1700000000000000;
	f->notes->first_usec = f->notes->recorded_usec;
	f->notes->last_usec = f->notes->recorded_usec;
	must(snapshot_begin(f->world.snapshot, &error), error);
	must(catalog_begin(f->world.catalog, &error), error);
	f->look = look_new(&f->world, mode, NULL, f->notes);
	must(look_carry_out(f->look, orders, &error), error);
	outcome = snapshot_commit(f->world.snapshot, f->notes, &error);
	must(outcome != SNAPSHOT_ERROR, error);
	must(catalog_finish(f->world.catalog, snapshot_head(f->world.snapshot), &error), error);
	g_ptr_array_unref(orders);
}

static GPtrArray *orders_of(Order *a, Order *b, Order *c)
{
	GPtrArray *orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);

	for (int i = 0; i < 3; i++) {
		Order *o = i == 0 ? a : i == 1 ? b : c;

		if (o != NULL) {
			g_ptr_array_add(orders, o);
		}
	}
	return orders;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static const char *joined(const GPtrArray *paths)
{
	static char text[4096];
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	g_autofree char *all = NULL;

	for (guint i = 0; i < paths->len; i++) {
		g_ptr_array_add(sorted, paths->pdata[i]);
	}
	g_ptr_array_sort(sorted, compare_text);
	g_ptr_array_add(sorted, NULL);
	all = g_strjoinv(" ", (char **)sorted->pdata);
	g_strlcpy(text, all, sizeof(text));
	return text;
}

/* Carries out up to three orders; the paths that changed. */
static const char *look(Fixture *f, Order *a, Order *b, Order *c)
{
	look_mode(f, LOOK_COMPARE, CHANGE_SET_CHANGE, orders_of(a, b, c));
	return joined(look_report(f->look)->changed);
}

static void adopt(Fixture *f)
{
	look_mode(f, LOOK_ADOPT, CHANGE_SET_BASELINE,
		  orders_of(subtree("/etc"), subtree("/one.conf"), NULL));
}

static CatalogEntry *entry(Fixture *f, const char *path)
{
	static CatalogEntry found;
	g_autoptr(GError) error = NULL;

	catalog_entry_clear(&found);
	found = (CatalogEntry){0};
	return catalog_find(f->world.catalog, path, &found, &error) == CATALOG_FOUND ? &found
										     : NULL;
}

static void test_baseline(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	make_dir(f, "etc/d");
	write_file(f, "etc/d/b", "2");
	make_dir(f, "etc/ignored");
	write_file(f, "etc/ignored/x", "3");
	write_file(f, "outside", "4");
	adopt(f);
	g_assert_cmpuint(catalog_count(f->world.catalog), ==, 4);
	g_assert_cmpuint(look_report(f->look)->changed->len, ==, 0);
	g_assert_cmpuint(g_hash_table_size(f->notes->paths), ==, 0);
	g_assert_true(null_watch_has(f->world.watch, "/"));
	g_assert_true(null_watch_has(f->world.watch, "/etc"));
	g_assert_true(null_watch_has(f->world.watch, "/etc/d"));
	g_assert_false(null_watch_has(f->world.watch, "/etc/ignored"));
}

static void test_change(Fixture *f, const void *data)
{
	const PathNote *note;

	write_file(f, "etc/a", "1");
	write_file(f, "etc/b", "1");
	adopt(f);
	g_assert_cmpstr(look(f, order("/etc/a"), order("/etc/b"), NULL), ==, "");
	write_file(f, "etc/a", "2");
	g_assert_cmpstr(look(f, order("/etc/a"), order("/etc/b"), NULL), ==, "/etc/a");
	note = notes_path(f->notes, "/etc/a");
	g_assert_cmpint(note->time_usec, ==, 77);
	g_assert_cmpint(note->ctime_usec, >, 77);
	g_assert_false(note->is_offline);
	g_assert_cmpuint(entry(f, "/etc/a")->state.size, ==, 1);
	/* Twice is harmless. */
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "");
	/* So is what nobody watches. */
	g_assert_cmpstr(look(f, order("/outside"), order("/etc/ignored"), order("/")), ==, "");
}

static void test_touched(Fixture *f, const void *data)
{
	const struct timespec times[2] = {{1, 0}, {1, 0}};

	write_file(f, "etc/a", "1");
	adopt(f);
	must(utimensat(f->world.root_fd, "etc/a", times, 0) == 0, NULL);
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "");
	g_assert_cmpint(entry(f, "/etc/a")->mtime_nsec, ==, 1000000000);
	g_assert_cmpuint(entry(f, "/etc/a")->state.blob[0], !=, 0);
}

static void test_doubt(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	adopt(f);
	g_assert_nonnull(strstr(joined(look_report(f->look)->doubtful), "/etc/a"));
}

/* mkdir -p with a file at the bottom, one hint for the top. */
static void test_new_tree(Fixture *f, const void *data)
{
	adopt(f);
	make_dir(f, "etc/a");
	make_dir(f, "etc/a/b");
	write_file(f, "etc/a/b/c", "deep");
	g_assert_cmpstr(look(f, new_order("/etc/a"), NULL, NULL), ==, "/etc/a /etc/a/b /etc/a/b/c");
	g_assert_true(null_watch_has(f->world.watch, "/etc/a/b"));
	g_assert_cmpint(notes_path(f->notes, "/etc/a/b/c")->time_usec, ==, 77);
}

/* A directory that is well known is not listed for a hint about itself. */
static void test_known_directory(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	adopt(f);
	write_file(f, "etc/d/unhinted", "1");
	g_assert_cmpstr(look(f, order("/etc/d"), NULL, NULL), ==, "");
	g_assert_cmpstr(look(f, subtree("/etc/d"), NULL, NULL), ==, "/etc/d/unhinted");
}

/* One whose watch was lost is. */
static void test_unwatched_directory(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	adopt(f);
	write_file(f, "etc/d/unhinted", "1");
	watch_forget(f->world.watch, "/etc/d");
	g_assert_cmpstr(look(f, order("/etc/d"), NULL, NULL), ==, "/etc/d/unhinted");
}

static void test_vanished(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	write_file(f, "etc/d/x", "1");
	adopt(f);
	remove_file(f, "etc/d/x");
	must(unlinkat(f->world.root_fd, "etc/d", AT_REMOVEDIR) == 0, NULL);
	g_assert_cmpstr(look(f, order("/etc/d"), order("/etc/d/x"), NULL), ==, "/etc/d /etc/d/x");
	g_assert_false(null_watch_has(f->world.watch, "/etc/d"));
	g_assert_cmpuint(catalog_count(f->world.catalog), ==, 1);
	g_assert_cmpuint(f->notes->transients->len, ==, 0);
	g_assert_cmpstr(look(f, order("/etc/d"), NULL, NULL), ==, "");
}

static void test_transient(Fixture *f, const void *data)
{
	adopt(f);
	g_assert_cmpstr(
		look(f, new_order("/etc/flash"), new_order("/etc/flash~"), order("/etc/never")), ==,
		"/etc/flash");
	g_assert_cmpuint(f->notes->transients->len, ==, 1);
	g_assert_cmpstr(((Transient *)f->notes->transients->pdata[0])->path, ==, "/etc/flash");
}

static Order *flash(const char *path, gint64 lived_ms)
{
	Order *o = new_order(path);

	o->lived_usec = lived_ms * 1000;
	return o;
}

/* Temporary-looking names: told when they stayed a while and stand beside nothing. */
static void test_transient_temporary(Fixture *f, const void *data)
{
	write_file(f, "etc/there", "1");
	adopt(f);
	g_assert_cmpstr(look(f, flash("/etc/none.tmp", 26), flash("/etc/there.tmp", 200),
			     flash("/etc/4913", 25)),
			==, "/etc/none.tmp");
	g_assert_cmpuint(f->notes->transients->len, ==, 1);
	g_assert_cmpstr(look(f, flash("/etc/tmpAb3dE9", 100), flash("/etc/.there.swp", 200), NULL),
			==, "/etc/tmpAb3dE9");
}

static void test_file_and_directory(Fixture *f, const void *data)
{
	write_file(f, "etc/x", "file");
	adopt(f);
	remove_file(f, "etc/x");
	make_dir(f, "etc/x");
	write_file(f, "etc/x/in", "1");
	g_assert_cmpstr(look(f, order("/etc/x"), NULL, NULL), ==, "/etc/x /etc/x/in");
	remove_file(f, "etc/x/in");
	must(unlinkat(f->world.root_fd, "etc/x", AT_REMOVEDIR) == 0, NULL);
	write_file(f, "etc/x", "file again");
	g_assert_cmpstr(look(f, order("/etc/x"), NULL, NULL), ==, "/etc/x /etc/x/in");
	g_assert_null(entry(f, "/etc/x/in"));
	g_assert_false(null_watch_has(f->world.watch, "/etc/x"));
}

static void test_moved_file(Fixture *f, const void *data)
{
	write_file(f, "etc/a", "1");
	adopt(f);
	move(f, "etc/a", "etc/b");
	g_assert_cmpstr(look(f, order("/etc/a"), moved("/etc/b", "/etc/a"), NULL), ==,
			"/etc/a /etc/b");
	g_assert_cmpstr(notes_path(f->notes, "/etc/b")->moved_from, ==, "/etc/a");
}

static void test_moved_directory(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	write_file(f, "etc/d/x", "1");
	adopt(f);
	move(f, "etc/d", "etc/e");
	look(f, order("/etc/d"), moved("/etc/e", "/etc/d"), NULL);
	g_assert_cmpstr(notes_path(f->notes, "/etc/e")->moved_from, ==, "/etc/d");
	g_assert_cmpstr(notes_path(f->notes, "/etc/e/x")->moved_from, ==, "/etc/d/x");
	g_assert_true(null_watch_has(f->world.watch, "/etc/e"));
	g_assert_false(null_watch_has(f->world.watch, "/etc/d"));
}

/* A move found by a rescan, nobody having told of it. */
static void test_moved_unseen(Fixture *f, const void *data)
{
	Order *all = subtree("/etc");

	write_file(f, "etc/z", "1");
	adopt(f);
	move(f, "etc/z", "etc/a");
	all->is_offline = true;
	g_assert_cmpstr(look(f, all, NULL, NULL), ==, "/etc/a /etc/z");
	g_assert_cmpstr(notes_path(f->notes, "/etc/a")->moved_from, ==, "/etc/z");
	g_assert_true(notes_path(f->notes, "/etc/a")->is_offline);
	g_assert_cmpint(notes_path(f->notes, "/etc/a")->time_usec, ==, 0);
}

/* What moves into the open stays a secret as long as it has the same bytes; others are judged by
 * path and content alone. */
static void test_moved_secret(Fixture *f, const void *data)
{
	make_dir(f, "etc/ssl");
	make_dir(f, "etc/ssl/private");
	write_file(f, "etc/ssl/private/k", "hunter2");
	adopt(f);
	g_assert_cmpint(entry(f, "/etc/ssl/private/k")->state.content, ==, CONTENT_SECRET);
	move(f, "etc/ssl/private/k", "etc/k");
	look(f, order("/etc/ssl/private/k"), moved("/etc/k", "/etc/ssl/private/k"), NULL);
	g_assert_cmpint(entry(f, "/etc/k")->state.content, ==, CONTENT_SECRET);
	write_file(f, "etc/k", "hunter2"); /* the same bytes */
	look(f, order("/etc/k"), NULL, NULL);
	g_assert_cmpint(entry(f, "/etc/k")->state.content, ==, CONTENT_SECRET);
	write_file(f, "etc/k", "nothing much");
	look(f, order("/etc/k"), NULL, NULL);
	g_assert_cmpint(entry(f, "/etc/k")->state.content, ==, CONTENT_STORED);
	move(f, "etc/k", "etc/ssl/private/k");
	look(f, order("/etc/k"), moved("/etc/ssl/private/k", "/etc/k"), NULL);
	g_assert_cmpint(entry(f, "/etc/ssl/private/k")->state.content, ==, CONTENT_SECRET);
}

/* As if it had been seen long after it was made: then its stat alone says that it is the same. */
static void make_sure(Fixture *f, const char *path)
{
	g_autoptr(GError) error = NULL;
	CatalogEntry *known = entry(f, path);

	known->seen_nsec += G_GINT64_CONSTANT(1000000000);
	must(catalog_begin(f->world.catalog, &error), error);
	must(catalog_put(f->world.catalog, path, known, &error), error);
	must(catalog_finish(f->world.catalog, snapshot_head(f->world.snapshot), &error), error);
}

/* A directory with a well-known file moves to where files are secret, and back. */
static void test_moved_among_secrets(Fixture *f, const void *data)
{
	make_dir(f, "etc/ssl");
	make_dir(f, "etc/plain");
	write_file(f, "etc/plain/k", "hunter2");
	adopt(f);
	make_sure(f, "/etc/plain/k");
	move(f, "etc/plain", "etc/ssl/private");
	look(f, order("/etc/plain"), moved("/etc/ssl/private", "/etc/plain"), NULL);
	g_assert_cmpint(entry(f, "/etc/ssl/private/k")->state.content, ==, CONTENT_SECRET);
	make_sure(f, "/etc/ssl/private/k");
	move(f, "etc/ssl/private", "etc/plain");
	look(f, order("/etc/ssl/private"), moved("/etc/plain", "/etc/ssl/private"), NULL);
	g_assert_cmpint(entry(f, "/etc/plain/k")->state.content, ==, CONTENT_SECRET);
	make_sure(f, "/etc/plain/k");
	move(f, "etc/plain", "etc/other");
	look(f, order("/etc/plain"), moved("/etc/other", "/etc/plain"), NULL);
	g_assert_cmpint(entry(f, "/etc/other/k")->state.content, ==, CONTENT_SECRET);
}

/* Single paths and the subtree they are in, in one batch: each keeps its own time. */
static void test_single_before_subtree(Fixture *f, const void *data)
{
	Order *all = subtree("/etc");

	write_file(f, "etc/a", "1");
	write_file(f, "etc/b", "1");
	adopt(f);
	write_file(f, "etc/a", "2");
	write_file(f, "etc/b", "2");
	all->is_offline = true;
	g_assert_cmpstr(look(f, all, order("/etc/a"), NULL), ==, "/etc/a /etc/b");
	g_assert_cmpint(notes_path(f->notes, "/etc/a")->time_usec, ==, 77);
	g_assert_true(notes_path(f->notes, "/etc/b")->is_offline);
}

static void test_budget(Fixture *f, const void *data)
{
	make_dir(f, "etc/d");
	make_dir(f, "etc/e");
	null_watch_set_budget(f->world.watch, 3);
	adopt(f);
	g_assert_cmpuint(catalog_count(f->world.catalog), ==, 3);
	g_assert_cmpuint(look_report(f->look)->uncovered->len, ==, 1);
}

/* A file with several names is watched itself, also where a listing finds it unchanged, and no
 * longer when its name is gone. */
static void test_several_names(Fixture *f, const void *data)
{
	f->world.linked = linked_new();
	write_file(f, "etc/x", "1");
	write_file(f, "etc/y", "1");
	adopt(f);
	g_assert_false(null_watch_has_file(f->world.watch, "/etc/x"));
	must(linkat(f->world.root_fd, "etc/x", f->world.root_fd, "elsewhere", 0) == 0, NULL);
	look(f, order("/etc/x"), NULL, NULL);
	g_assert_true(null_watch_has_file(f->world.watch, "/etc/x"));
	g_assert_false(null_watch_has_file(f->world.watch, "/etc/y"));
	watch_forget(f->world.watch, "/etc/x");
	look(f, subtree("/etc"), NULL, NULL);
	g_assert_true(null_watch_has_file(f->world.watch, "/etc/x"));
	g_assert_cmpuint(look_report(f->look)->changed->len, ==, 0);
	remove_file(f, "etc/x");
	look(f, order("/etc/x"), NULL, NULL);
	g_assert_false(null_watch_has_file(f->world.watch, "/etc/x"));
	linked_free(f->world.linked);
	f->world.linked = NULL;
}

static void test_root_file(Fixture *f, const void *data)
{
	adopt(f);
	write_file(f, "one.conf", "1");
	g_assert_cmpstr(look(f, subtree("/one.conf"), NULL, NULL), ==, "/one.conf");
	g_assert_cmpstr(joined(look_report(f->look)->found_roots), ==, "/one.conf");
	remove_file(f, "one.conf");
	g_assert_cmpstr(look(f, order("/one.conf"), NULL, NULL), ==, "/one.conf");
	g_assert_cmpstr(joined(look_report(f->look)->lost_roots), ==, "/one.conf");
}

/* We do not record ourselves. */
static void test_excluded(Fixture *f, const void *data)
{
	make_dir(f, "etc/state");
	write_file(f, "etc/state/x", "1");
	must(fstatat(f->world.root_fd, "etc/state", &f->world.excluded[0], 0) == 0, NULL);
	adopt(f);
	g_assert_cmpuint(catalog_count(f->world.catalog), ==, 1);
	g_assert_false(null_watch_has(f->world.watch, "/etc/state"));
}

static bool stop_at_once(void *context, guint64 done)
{
	return false;
}

static void test_stopped(Fixture *f, const void *data)
{
	g_autoptr(GPtrArray) orders = orders_of(subtree("/etc"), NULL, NULL);
	g_autoptr(Notes) notes = notes_new(CHANGE_SET_CHANGE);
	g_autoptr(Look) stopped = NULL;
	g_autoptr(GError) error = NULL;

	f->world.tick = stop_at_once;
	must(snapshot_begin(f->world.snapshot, &error), error);
	must(catalog_begin(f->world.catalog, &error), error);
	stopped = look_new(&f->world, LOOK_COMPARE, NULL, notes);
	g_assert_false(look_carry_out(stopped, orders, &error));
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE);
	snapshot_abandon(f->world.snapshot);
	catalog_abandon(f->world.catalog);
}

static bool always_written(void *context, const char *path)
{
	return true;
}

static bool never_written(void *context, const char *path)
{
	return false;
}

/* Read in the middle of a write: not recorded, until the writer has gone or will not go. */
static void test_being_written(Fixture *f, const void *data)
{
	Order *open = order("/etc/a");

	write_file(f, "etc/a", "1");
	adopt(f);
	write_file(f, "etc/a", "2");
	f->world.is_being_written = always_written;
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "");
	g_assert_cmpuint(look_report(f->look)->postponed->len, ==, 1);
	open->is_open = true;
	g_assert_cmpstr(look(f, open, NULL, NULL), ==, "/etc/a");
	g_assert_true(notes_path(f->notes, "/etc/a")->is_open);
	write_file(f, "etc/a", "3");
	f->world.is_being_written = never_written;
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "/etc/a");
	g_assert_cmpuint(look_report(f->look)->postponed->len, ==, 0);
}

/* Emptied: one more moment, then it is empty. */
static void test_emptied(Fixture *f, const void *data)
{
	Order *again = order("/etc/a");

	write_file(f, "etc/a", "1");
	adopt(f);
	write_file(f, "etc/a", "");
	f->world.is_being_written = never_written;
	g_assert_cmpstr(look(f, order("/etc/a"), NULL, NULL), ==, "");
	g_assert_cmpuint(look_report(f->look)->postponed->len, ==, 1);
	again->postponed = 1; /* for another reason: that it is empty is new */
	g_assert_cmpstr(look(f, again, NULL, NULL), ==, "");
	again = order("/etc/a");
	again->was_empty = true;
	g_assert_cmpstr(look(f, again, NULL, NULL), ==, "/etc/a");
}

/* A new name with nothing in it: its maker may be about to write. Not for ever. */
static void test_hardly_begun(Fixture *f, const void *data)
{
	Order *begun = order("/etc/a"), *at_last = order("/etc/a"), *full = order("/etc/b");

	adopt(f);
	write_file(f, "etc/a", "");
	write_file(f, "etc/b", "1");
	f->world.is_being_written = never_written;
	begun->is_begun = true;
	g_assert_cmpstr(look(f, begun, NULL, NULL), ==, "");
	g_assert_cmpuint(look_report(f->look)->postponed->len, ==, 1);
	at_last->is_begun = true;
	at_last->postponed = 8;
	full->is_begun = true;
	g_assert_cmpstr(look(f, at_last, full, NULL), ==, "/etc/a /etc/b");
}

/*
 * The catalog says one thing, the last commit another (a crash between the two), and the disk is
 * as the catalog says: comparing would record nothing and leave the wrong commit standing.
 */
static void test_rebuild(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *head = NULL;
	g_autofree char *stray = g_strdup("/etc/stray");

	write_file(f, "etc/a", "1");
	adopt(f);
	must(snapshot_begin(f->world.snapshot, &error), error);
	snapshot_put(f->world.snapshot, stray, &(FileState){.type = FILE_FIFO, .mode = 0600});
	snapshot_remove(f->world.snapshot, "/etc/a");
	must(snapshot_commit(f->world.snapshot, f->notes, &error) == SNAPSHOT_COMMITTED, error);
	head = g_strdup(snapshot_head(f->world.snapshot));
	look(f, subtree("/etc"), NULL, NULL);
	g_assert_cmpstr(snapshot_head(f->world.snapshot), ==, head);
	look_mode(f, LOOK_REBUILD, CHANGE_SET_CHANGE,
		  orders_of(subtree("/etc"), subtree("/one.conf"), NULL));
	g_assert_cmpstr(snapshot_head(f->world.snapshot), !=, head);
	/* And once more changes nothing: it is not recorded twice. */
	g_free(head);
	head = g_strdup(snapshot_head(f->world.snapshot));
	look_mode(f, LOOK_REBUILD, CHANGE_SET_CHANGE,
		  orders_of(subtree("/etc"), subtree("/one.conf"), NULL));
	g_assert_cmpstr(snapshot_head(f->world.snapshot), ==, head);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/look/baseline", test_baseline);
	ADD("/look/change", test_change);
	ADD("/look/touched", test_touched);
	ADD("/look/doubt", test_doubt);
	ADD("/look/new-tree", test_new_tree);
	ADD("/look/known-directory", test_known_directory);
	ADD("/look/unwatched-directory", test_unwatched_directory);
	ADD("/look/vanished", test_vanished);
	ADD("/look/transient", test_transient);
	ADD("/look/transient-temporary", test_transient_temporary);
	ADD("/look/file-and-directory", test_file_and_directory);
	ADD("/look/moved-file", test_moved_file);
	ADD("/look/moved-directory", test_moved_directory);
	ADD("/look/moved-unseen", test_moved_unseen);
	ADD("/look/moved-secret", test_moved_secret);
	ADD("/look/moved-among-secrets", test_moved_among_secrets);
	ADD("/look/single-before-subtree", test_single_before_subtree);
	ADD("/look/budget", test_budget);
	ADD("/look/several-names", test_several_names);
	ADD("/look/root-file", test_root_file);
	ADD("/look/excluded", test_excluded);
	ADD("/look/stopped", test_stopped);
	ADD("/look/being-written", test_being_written);
	ADD("/look/emptied", test_emptied);
	ADD("/look/hardly-begun", test_hardly_begun);
	ADD("/look/rebuild", test_rebuild);
	return g_test_run();
}
