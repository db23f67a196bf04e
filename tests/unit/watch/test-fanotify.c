/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is fanotify's alone: file systems that it cannot mark are listened to all the same, and the
 * backend says so. There is none such at hand everywhere, so the kernel is made to say no: from
 * refuse_handles() on, no handle is told to this program.
 */
#include "base/fd.h"
#include "watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <seccomp.h>
#include <unistd.h>

typedef struct {
	char *dir;
	Watch *watch;
	guint by_us, by_nobody; /* hints with our pid, and with none */
} Fixture;

static void setup(Fixture *f)
{
	g_autoptr(GError) error = NULL;

	f->dir = g_dir_make_tmp("reeve-fanotify-XXXXXX", NULL);
	f->watch = watch_open("fanotify", &error);
	g_assert_no_error(error);
}

static void teardown(Fixture *f)
{
	watch_close(f->watch);
	g_assert_cmpint(g_rmdir(f->dir), ==, 0);
	g_free(f->dir);
}

static void count_hint(void *context, Hint *hint)
{
	Fixture *f = context;

	g_assert_true(hint->pid == getpid() || hint->pid == 0);
	*(hint->pid == 0 ? &f->by_nobody : &f->by_us) += 1;
	hint_clear(hint);
}

static void take(Fixture *f)
{
	WatchSink sink = {count_hint, NULL, f};

	f->by_us = f->by_nobody = 0;
	watch_take(f->watch, &sink);
}

static char *make(Fixture *f, const char *name)
{
	char *path = g_build_filename(f->dir, name, NULL);

	g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
	return path;
}

static WatchAdd add(Fixture *f, const char *dir)
{
	auto_fd int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return watch_add(f->watch, dir, fd, WATCH_EVERYTHING);
}

static void put_link(const char *dir)
{
	g_autofree char *path = g_build_filename(dir, "link", NULL);

	g_assert_cmpint(symlink("x", path), ==, 0);
}

static void clean(const char *dir)
{
	g_autofree char *path = g_build_filename(dir, "link", NULL);

	g_unlink(path);
	g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static void refuse_handles(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	g_assert_nonnull(filter);
	g_assert_cmpint(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EOPNOTSUPP),
					 SCMP_SYS(name_to_handle_at), 0),
			==, 0);
	g_assert_cmpint(seccomp_load(filter), ==, 0);
	seccomp_release(filter);
}

/* Some of what is watched can be marked, some not: both are heard, and both are drained. */
static void test_mixed(void)
{
	Fixture f = {0};
	g_autofree char *marked = NULL, *other = NULL;

	setup(&f);
	marked = make(&f, "marked");
	other = make(&f, "other");
	g_assert_cmpint(add(&f, marked), ==, WATCH_ADDED);
	g_assert_cmpstr(watch_backend(f.watch), ==, "fanotify");
	refuse_handles();
	g_assert_cmpint(add(&f, other), ==, WATCH_ADDED);
	g_assert_cmpint(add(&f, other), ==, WATCH_KNOWN);
	g_assert_cmpstr(watch_backend(f.watch), ==, "fanotify and inotify");
	g_assert_cmpuint(watch_count(f.watch), ==, 2);
	put_link(marked);
	put_link(other);
	watch_drain(f.watch);
	take(&f);
	g_assert_cmpuint(f.by_us, ==, 1);
	g_assert_cmpuint(f.by_nobody, ==, 1);
	watch_forget(f.watch, other);
	g_assert_cmpstr(watch_backend(f.watch), ==, "fanotify");
	g_assert_cmpuint(watch_count(f.watch), ==, 1);
	clean(marked);
	clean(other);
	teardown(&f);
}

/* Nothing can be marked: then it is inotify, and is called so. Its events wake whoever waits. */
static void test_nothing_marked(void)
{
	Fixture f = {0};
	g_autofree char *other = NULL;
	g_autoptr(GError) error = NULL;
	struct pollfd polled = {.events = POLLIN};

	setup(&f);
	refuse_handles();
	other = make(&f, "other");
	g_assert_cmpint(add(&f, other), ==, WATCH_ADDED);
	g_assert_cmpstr(watch_backend(f.watch), ==, "inotify");
	g_assert_true(watch_start(f.watch, &error));
	polled.fd = watch_poll_fd(f.watch);
	g_assert_cmpint(poll(&polled, 1, 0), ==, 0);
	put_link(other);
	g_assert_cmpint(poll(&polled, 1, 10000), ==, 1);
	take(&f);
	g_assert_cmpuint(f.by_nobody, ==, 1);
	g_assert_cmpint(poll(&polled, 1, 0), ==, 0);
	clean(other);
	teardown(&f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fanotify/mixed", test_mixed);
	g_test_add_func("/fanotify/nothing-marked", test_nothing_marked);
	return g_test_run();
}
