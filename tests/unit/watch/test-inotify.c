/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inotify backend against the real kernel. Mostly without the reader thread: watch_drain reads
 * what the kernel has queued, so nothing here waits.
 */
#include "base/fd.h"
#include "watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *dir;
	int dir_fd;
	Watch *watch;
	GString *told; /* one letter and the name per hint */
	guint gaps;
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
	g_string_append_printf(f->told, "%c%s ", letters[hint->kind], hint->path);
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

	f->dir = g_dir_make_tmp("reeve-inotify-XXXXXX", NULL);
	f->dir_fd = open(f->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	f->watch = watch_open("inotify", &error);
	g_assert_no_error(error);
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
	return g_strchomp(f->told->str);
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
	g_assert_cmpstr(take(f), ==, "g/t/x m/t/y");
	g_assert_cmpint(unlinkat(f->dir_fd, "y", 0), ==, 0);
	g_assert_cmpstr(take(f), ==, "g/t/y");
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
	g_assert_cmpstr(take(f), ==, "g/t/d m/t/e");
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

/* More events than the kernel keeps: a gap, nothing is watched any more, and then all is well. */
static void test_overflow(Fixture *f, const void *data)
{
	g_autofree char *text = NULL;
	guint64 limit = 0;

	g_file_get_contents("/proc/sys/fs/inotify/max_queued_events", &text, NULL, NULL);
	if (text == NULL ||
	    !g_ascii_string_to_unsigned(g_strstrip(text), 10, 1, 100000, &limit, NULL)) {
		g_test_skip("the kernel's queue is too long to be filled here");
		return;
	}
	add(f, ".", "/t", WATCH_EVERYTHING);
	for (guint64 i = 0; i <= limit / 2; i++) {
		g_assert_cmpint(mkdirat(f->dir_fd, "d", 0700), ==, 0);
		g_assert_cmpint(unlinkat(f->dir_fd, "d", AT_REMOVEDIR), ==, 0);
	}
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

#define ADD(name, function) g_test_add(name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/inotify/file", test_file);
	ADD("/inotify/names-only", test_names_only);
	ADD("/inotify/directory-moves", test_directory_moves);
	ADD("/inotify/directory-remade", test_directory_remade);
	ADD("/inotify/two-paths", test_two_paths);
	ADD("/inotify/overflow", test_overflow);
	ADD("/inotify/not-a-directory", test_not_a_directory);
	ADD("/inotify/reader", test_reader);
	return g_test_run();
}
