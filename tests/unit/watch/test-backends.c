/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both backends against the real kernel: one suite, and only what the kernel does differently is
 * told apart. Mostly without the reader thread: watch_drain reads what the kernel has queued, so
 * nothing here waits.
 */
#include "base/clock.h"
#include "base/fd.h"
#include "watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A backend, and how the kernel differs behind it. */
typedef struct {
	const char *name;
	bool knows_pid;
	bool has_limit; /* the kernel keeps only so many events */
	bool merges;    /* what happened to the same thing is one record */
} Kind;

static const Kind kinds[] = {
	{.name = "fanotify", .knows_pid = true, .merges = true},
	{.name = "inotify", .has_limit = true},
};

typedef struct {
	const Kind *kind;
	char *dir;
	int dir_fd;
	Watch *watch;
	gint64 opened_usec;
	GString *told; /* one letter and the name per hint */
	guint gaps, written;
	char *cause;
} Fixture;

static void tell_hint(void *context, Hint *hint)
{
	static const char letters[] = {
		[HINT_LOOK] = 'l',    [HINT_CREATED] = 'c', [HINT_MOVED] = 'm',   [HINT_GONE] = 'g',
		[HINT_WRITING] = 'w', [HINT_WRITTEN] = 'W', [HINT_SUBTREE] = 's',
	};
	Fixture *f = context;

	g_assert_cmpint(hint->wall_usec, >, 0);
	g_assert_cmpint(hint->since_usec, >=, f->opened_usec);
	g_assert_cmpint(hint->since_usec, <=, hint->mono_usec);
	g_assert_cmpint(hint->pid, ==, f->kind->knows_pid ? getpid() : 0);
	g_string_append_printf(f->told, "%c%s%s%s ", letters[hint->kind], hint->path,
			       hint->moved_from == NULL ? "" : "<",
			       hint->moved_from == NULL ? "" : hint->moved_from);
	hint_clear(hint);
}

static void tell_gap(void *context, Gap *gap)
{
	Fixture *f = context;

	f->gaps++;
	g_free(f->cause);
	f->cause = g_strdup(gap->cause);
	gap_free(gap);
}

static void setup(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;

	f->kind = data;
	f->dir = g_dir_make_tmp("reeve-watch-XXXXXX", NULL);
	f->dir_fd = open(f->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	f->opened_usec = clock_mono_usec();
	f->watch = watch_open(f->kind->name, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(watch_backend(f->watch), ==, f->kind->name);
	f->told = g_string_new(NULL);
}

static void teardown(Fixture *f, const void *data)
{
	watch_close(f->watch);
	g_assert_cmpint(g_rmdir(f->dir), ==, 0);
	fd_close(&f->dir_fd);
	g_string_free(f->told, TRUE);
	g_free(f->cause);
	g_free(f->dir);
}

static WatchAdd add(Fixture *f, const char *name, const char *path, WatchExtent extent)
{
	auto_fd int fd = openat(f->dir_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	g_assert_cmpint(fd, >=, 0);
	return watch_add(f->watch, path, fd, extent);
}

static const char *take(Fixture *f)
{
	WatchSink sink = {tell_hint, tell_gap, f};

	g_string_truncate(f->told, 0);
	watch_drain(f->watch);
	watch_take(f->watch, &sink);
	if (f->told->len > 0) {
		g_string_truncate(f->told, f->told->len - 1);
	}
	return f->told->str;
}

static void write_file(Fixture *f, const char *name, const char *text)
{
	auto_fd int fd = openat(f->dir_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	g_assert_cmpint(write(fd, text, strlen(text)), ==, (ssize_t)strlen(text));
}

static void test_file(Fixture *f, const void *data)
{
	g_assert_cmpint(add(f, ".", "/t", WATCH_EVERYTHING), ==, WATCH_ADDED);
	g_assert_cmpint(add(f, ".", "/t", WATCH_EVERYTHING), ==, WATCH_KNOWN);
	g_assert_cmpstr(take(f), ==, "");
	write_file(f, "x", "hello");
	g_assert_cmpstr(take(f), ==, "c/t/x w/t/x W/t/x");
	g_assert_cmpint(fchmodat(f->dir_fd, "x", 0644, 0), ==, 0);
	g_assert_cmpstr(take(f), ==, "l/t/x");
	g_assert_cmpint(renameat(f->dir_fd, "x", f->dir_fd, "y"), ==, 0);
	g_assert_cmpstr(take(f), ==, "g/t/x m/t/y</t/x");
	g_assert_cmpint(unlinkat(f->dir_fd, "y", 0), ==, 0);
	g_assert_cmpstr(take(f), ==, "g/t/y");
}

#define ENDLESS 1000

/* Somebody who writes on whenever we have heard of it. */
static void write_on(void *context, Hint *hint)
{
	Fixture *f = context;

	hint_clear(hint);
	if (f->written++ < ENDLESS) {
		write_file(f, "log", "more");
		watch_drain(f->watch);
	}
}

static void test_endless(Fixture *f, const void *data)
{
	WatchSink sink = {write_on, tell_gap, f};

	write_file(f, "log", "some");
	g_assert_cmpint(add(f, ".", "/t", WATCH_EVERYTHING), ==, WATCH_ADDED);
	write_file(f, "log", "more");
	watch_drain(f->watch);
	watch_take(f->watch, &sink);
	g_assert_cmpuint(f->written, >, 0);
	g_assert_cmpuint(f->written, <, 10);
	g_assert_cmpstr(take(f), !=, "");
	g_assert_cmpint(unlinkat(f->dir_fd, "log", 0), ==, 0);
}

/* Above a root only names matter: what is written there wakes nobody. */
static void test_names_only(Fixture *f, const void *data)
{
	g_assert_cmpint(add(f, ".", "/t", WATCH_NAMES), ==, WATCH_ADDED);
	write_file(f, "x", "hello");
	g_assert_cmpstr(take(f), ==, "c/t/x");
	g_assert_cmpint(add(f, ".", "/t", WATCH_EVERYTHING), ==, WATCH_KNOWN);
	write_file(f, "x", "again");
	g_assert_cmpstr(take(f), ==, "w/t/x W/t/x");
	/* Above one root and in another: the wider extent stays. */
	g_assert_cmpint(add(f, ".", "/t", WATCH_NAMES), ==, WATCH_KNOWN);
	write_file(f, "x", "third");
	g_assert_cmpstr(take(f), ==, "w/t/x W/t/x");
	g_assert_cmpint(unlinkat(f->dir_fd, "x", 0), ==, 0);
}

static void test_directory_moves(Fixture *f, const void *data)
{
	g_assert_cmpint(mkdirat(f->dir_fd, "d", 0700), ==, 0);
	add(f, ".", "/t", WATCH_EVERYTHING);
	add(f, "d", "/t/d", WATCH_EVERYTHING);
	g_assert_cmpint(renameat(f->dir_fd, "d", f->dir_fd, "e"), ==, 0);
	write_file(f, "e/x", "1");
	g_assert_cmpstr(take(f), ==, "g/t/d m/t/e</t/d");
	g_assert_cmpuint(watch_count(f->watch), ==, 1);
	/* The same directory again, by its new path: nothing is told by the old one. */
	g_assert_cmpint(add(f, "e", "/t/e", WATCH_EVERYTHING), ==, WATCH_ADDED);
	write_file(f, "e/x", "2");
	g_assert_cmpstr(take(f), ==, "w/t/e/x W/t/e/x");
	unlinkat(f->dir_fd, "e/x", 0);
	unlinkat(f->dir_fd, "e", AT_REMOVEDIR);
}

/* Removed and made again under the same name, all before anybody looked. */
static void test_directory_remade(Fixture *f, const void *data)
{
	g_assert_cmpint(mkdirat(f->dir_fd, "d", 0700), ==, 0);
	add(f, ".", "/t", WATCH_EVERYTHING);
	add(f, "d", "/t/d", WATCH_EVERYTHING);
	unlinkat(f->dir_fd, "d", AT_REMOVEDIR);
	g_assert_cmpint(mkdirat(f->dir_fd, "d", 0700), ==, 0);
	g_assert_cmpint(add(f, "d", "/t/d", WATCH_EVERYTHING), ==, WATCH_ADDED);
	write_file(f, "d/x", "1");
	g_assert_nonnull(strstr(take(f), "W/t/d/x"));
	g_assert_cmpint(add(f, "d", "/t/d", WATCH_EVERYTHING), ==, WATCH_KNOWN);
	unlinkat(f->dir_fd, "d/x", 0);
	unlinkat(f->dir_fd, "d", AT_REMOVEDIR);
}

static void test_two_paths(Fixture *f, const void *data)
{
	g_assert_cmpint(add(f, ".", "/t", WATCH_EVERYTHING), ==, WATCH_ADDED);
	g_assert_cmpint(add(f, ".", "/u", WATCH_EVERYTHING), ==, WATCH_ADDED);
	g_assert_cmpint(mkdirat(f->dir_fd, "d", 0700), ==, 0);
	g_assert_cmpstr(take(f), ==, "c/t/d c/u/d");
	watch_forget(f->watch, "/t");
	unlinkat(f->dir_fd, "d", AT_REMOVEDIR);
	g_assert_cmpstr(take(f), ==, "g/u/d");
}

static guint64 queue_limit(void)
{
	g_autofree char *text = NULL;
	guint64 limit = 0;

	g_file_get_contents("/proc/sys/fs/inotify/max_queued_events", &text, NULL, NULL);
	if (text == NULL ||
	    !g_ascii_string_to_unsigned(g_strstrip(text), 10, 1, 100000, &limit, NULL)) {
		g_test_skip("the kernel's queue is too long to be filled here");
	}
	return limit;
}

/* More names come and go than inotify's kernel queue keeps, and nobody reads. */
static void make_burst(Fixture *f, guint64 events)
{
	for (guint64 i = 0; i < events / 2; i++) {
		g_autofree char *name = g_strdup_printf("d%" G_GUINT64_FORMAT, i);

		g_assert_cmpint(symlinkat("x", f->dir_fd, name), ==, 0);
		g_assert_cmpint(unlinkat(f->dir_fd, name, 0), ==, 0);
	}
}

static void check_burst(Fixture *f, guint64 events)
{
	g_auto(GStrv) hints = g_strsplit(take(f), " ", -1);

	g_assert_cmpuint(g_strv_length(hints), ==, events / 2 * 2);
	g_assert_cmpstr(hints[0], ==, "g/t/d0");
	g_assert_cmpstr(hints[1], ==, "c/t/d0");
	g_assert_cmpuint(f->gaps, ==, 0);
}

/* A gap, nothing is watched any more, and then all is well. */
static void check_overflow(Fixture *f)
{
	/* Read after the overflow, by the same instance: older than the rescan, so not told. */
	watch_drain(f->watch);
	g_assert_cmpint(mkdirat(f->dir_fd, "late", 0700), ==, 0);
	g_assert_true(g_str_has_suffix(take(f), "s/"));
	unlinkat(f->dir_fd, "late", AT_REMOVEDIR);
	g_assert_cmpuint(f->gaps, ==, 1);
	g_assert_cmpstr(f->cause, ==, "overflow");
	g_assert_cmpuint(watch_count(f->watch), ==, 0);
	g_assert_cmpint(mkdirat(f->dir_fd, "d", 0700), ==, 0);
	g_assert_cmpstr(take(f), ==, "");
	g_assert_cmpint(add(f, ".", "/t", WATCH_EVERYTHING), ==, WATCH_ADDED);
	unlinkat(f->dir_fd, "d", AT_REMOVEDIR);
	g_assert_cmpstr(take(f), ==, "g/t/d");
	g_assert_cmpuint(f->gaps, ==, 1);
}

static void test_burst(Fixture *f, const void *data)
{
	guint64 events = queue_limit() + 10;

	add(f, ".", "/t", WATCH_EVERYTHING);
	make_burst(f, events);
	if (f->kind->has_limit) {
		check_overflow(f);
	} else {
		check_burst(f, events);
	}
}

/* Two names change places. */
static void test_exchange(Fixture *f, const void *data)
{
	write_file(f, "x", "1");
	write_file(f, "y", "2");
	add(f, ".", "/t", WATCH_EVERYTHING);
	g_assert_cmpint(renameat2(f->dir_fd, "x", f->dir_fd, "y", RENAME_EXCHANGE), ==, 0);
	g_assert_cmpstr(take(f), ==, "g/t/x m/t/y</t/x g/t/y m/t/x</t/y");
	unlinkat(f->dir_fd, "x", 0);
	unlinkat(f->dir_fd, "y", 0);
}

/* Renames over the border of what is watched: only one half is heard of. */
static void test_border(Fixture *f, const void *data)
{
	g_assert_cmpint(mkdirat(f->dir_fd, "in", 0700), ==, 0);
	g_assert_cmpint(mkdirat(f->dir_fd, "in/d", 0700), ==, 0);
	add(f, "in", "/t", WATCH_EVERYTHING);
	add(f, "in/d", "/t/d", WATCH_EVERYTHING);
	g_assert_cmpint(renameat(f->dir_fd, "in/d", f->dir_fd, "d"), ==, 0);
	g_assert_cmpstr(take(f), ==, "g/t/d");
	write_file(f, "d/x", "1"); /* its mark is still there, and it is none of ours */
	g_assert_cmpstr(take(f), ==, "");
	g_assert_cmpint(renameat(f->dir_fd, "d", f->dir_fd, "in/e"), ==, 0);
	g_assert_cmpstr(take(f), ==, "m/t/e");
	g_assert_cmpint(add(f, "in/e", "/t/e", WATCH_EVERYTHING), ==, WATCH_ADDED);
	unlinkat(f->dir_fd, "in/e/x", 0);
	g_assert_cmpstr(take(f), ==, "g/t/e/x");
	unlinkat(f->dir_fd, "in/e", AT_REMOVEDIR);
	unlinkat(f->dir_fd, "in", AT_REMOVEDIR);
	g_assert_cmpuint(f->gaps, ==, 0);
}

/* A file without a name gets one: it comes complete. */
static void test_late_name(Fixture *f, const void *data)
{
	auto_fd int fd = openat(f->dir_fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);

	g_assert_cmpint(fd, >=, 0);
	add(f, ".", "/t", WATCH_EVERYTHING);
	g_assert_cmpint(write(fd, "1", 1), ==, 1);
	take(f);
	g_assert_cmpint(linkat(AT_FDCWD, link, f->dir_fd, "x", AT_SYMLINK_FOLLOW), ==, 0);
	g_assert_cmpstr(take(f), ==, "c/t/x");
	unlinkat(f->dir_fd, "x", 0);
}

/* Written through a name that lies outside of everything watched: the file itself tells. */
static void test_other_name(Fixture *f, const void *data)
{
	auto_fd int fd = -1;

	g_assert_cmpint(mkdirat(f->dir_fd, "in", 0700), ==, 0);
	write_file(f, "in/x", "1");
	g_assert_cmpint(linkat(f->dir_fd, "in/x", f->dir_fd, "y", 0), ==, 0);
	add(f, "in", "/t", WATCH_EVERYTHING);
	write_file(f, "y", "2");
	g_assert_cmpstr(take(f), ==, ""); /* the directory hears nothing of it */
	fd = openat(f->dir_fd, "in/x", O_PATH | O_CLOEXEC);
	g_assert_cmpint(watch_add_file(f->watch, "/t/x", fd), ==, WATCH_ADDED);
	g_assert_cmpint(watch_add_file(f->watch, "/t/x", fd), ==, WATCH_KNOWN);
	g_assert_cmpuint(watch_count(f->watch), ==, 1);
	write_file(f, "y", "3");
	g_assert_cmpstr(take(f), ==, "w/t/x W/t/x");
	g_assert_cmpint(fchmodat(f->dir_fd, "y", 0644, 0), ==, 0);
	g_assert_cmpstr(take(f), ==, "l/t/x");
	watch_forget(f->watch, "/t/x");
	write_file(f, "y", "4");
	g_assert_cmpstr(take(f), ==, "");
	unlinkat(f->dir_fd, "in/x", 0);
	unlinkat(f->dir_fd, "y", 0);
	unlinkat(f->dir_fd, "in", AT_REMOVEDIR);
	g_assert_cmpuint(f->gaps, ==, 0);
}

/* Any byte but NUL and '/', and as long as a name can be. */
static void test_names(Fixture *f, const void *data)
{
	char name[256];

	add(f, ".", "/t", WATCH_EVERYTHING);
	for (int first = 1; first < 256; first++) {
		g_autofree char *expected = NULL;

		if (first == '/') {
			continue;
		}
		memset(name, first, sizeof(name) - 1);
		name[sizeof(name) - 1] = '\0';
		g_assert_cmpint(symlinkat("x", f->dir_fd, name), ==, 0);
		g_assert_cmpint(unlinkat(f->dir_fd, name, 0), ==, 0);
		expected = f->kind->merges ? g_strdup_printf("g/t/%s c/t/%s", name, name)
					   : g_strdup_printf("c/t/%s g/t/%s", name, name);
		g_assert_cmpstr(take(f), ==, expected);
	}
	g_assert_cmpuint(f->gaps, ==, 0);
}

static void test_not_a_directory(Fixture *f, const void *data)
{
	auto_fd int fd = -1;

	write_file(f, "x", "1");
	fd = openat(f->dir_fd, "x", O_PATH | O_CLOEXEC);
	g_assert_cmpint(watch_add(f->watch, "/t/x", fd, WATCH_EVERYTHING), ==, WATCH_FAILED);
	g_assert_cmpuint(watch_count(f->watch), ==, 0);
	unlinkat(f->dir_fd, "x", 0);
}

/* With the thread: an event makes the descriptor readable, and closing ends the thread. */
static void test_reader(Fixture *f, const void *data)
{
	struct pollfd polled = {watch_poll_fd(f->watch), POLLIN, 0};
	g_autoptr(GError) error = NULL;

	add(f, ".", "/t", WATCH_EVERYTHING);
	g_assert_true(watch_start(f->watch, &error));
	g_assert_cmpint(mkdirat(f->dir_fd, "d", 0700), ==, 0);
	g_assert_cmpint(poll(&polled, 1, 10000), ==, 1);
	g_assert_cmpstr(take(f), ==, "c/t/d");
	unlinkat(f->dir_fd, "d", AT_REMOVEDIR);
}

static const struct {
	const char *name;
	void (*function)(Fixture *f, const void *data);
} tests[] = {
	{"file", test_file},
	{"endless", test_endless},
	{"names-only", test_names_only},
	{"directory-moves", test_directory_moves},
	{"directory-remade", test_directory_remade},
	{"two-paths", test_two_paths},
	{"burst", test_burst},
	{"exchange", test_exchange},
	{"border", test_border},
	{"late-name", test_late_name},
	{"other-name", test_other_name},
	{"names", test_names},
	{"not-a-directory", test_not_a_directory},
	{"reader", test_reader},
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
		for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
			g_autofree char *name =
				g_strdup_printf("/backends/%s/%s", kinds[k].name, tests[i].name);

			g_test_add(name, Fixture, &kinds[k], setup, tests[i].function, teardown);
		}
	}
	return g_test_run();
}
