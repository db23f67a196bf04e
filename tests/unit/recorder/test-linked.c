/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files with several names: what is done through one of them is noticed at the other. */
#include "base/clock.h"
#include "base/fd.h"
#include "recorder/linked.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
	char *dir;
	int fd;
	Linked *linked;
	GPtrArray *stirred;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	f->dir = g_dir_make_tmp("reeve-linked-XXXXXX", NULL);
	f->fd = open(f->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	f->linked = linked_new();
	f->stirred = g_ptr_array_new_with_free_func(g_free);
}

static void teardown(Fixture *f, const void *data)
{
	static const char *const names[] = {"a", "b"};

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		unlinkat(f->fd, names[i], 0);
	}
	g_ptr_array_unref(f->stirred);
	linked_free(f->linked);
	fd_close(&f->fd);
	g_rmdir(f->dir);
	g_free(f->dir);
}

static void make(Fixture *f, const char *name)
{
	auto_fd int fd = openat(f->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	g_assert_cmpint(fd, >=, 0);
}

/* Seen a good while after its last change, unless `age_usec` says how long. */
static void see_at(Fixture *f, const char *name, gint64 age_usec)
{
	g_autofree char *path = g_strconcat("/", name, NULL);
	struct stat st;

	g_assert_cmpint(fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW), ==, 0);
	linked_saw(f->linked, path, &st, clock_from_timespec(&st.st_ctim) + age_usec);
}

static void see(Fixture *f, const char *name)
{
	see_at(f, name, 1000000);
}

/* "a" is known by that name alone, though "b" is the same file. */
static void make_linked(Fixture *f)
{
	make(f, "a");
	g_assert_cmpint(linkat(f->fd, "a", f->fd, "b", 0), ==, 0);
	see(f, "a");
	g_assert_cmpuint(linked_count(f->linked), ==, 1);
}

/* Moves the time of the last change for sure, whatever the clock's grain. */
static void touch_until_changed(Fixture *f, const char *name)
{
	struct stat before, after;

	g_assert_cmpint(fstatat(f->fd, name, &before, 0), ==, 0);
	do {
		g_assert_cmpint(fchmodat(f->fd, name, 0640, 0), ==, 0);
		g_assert_cmpint(fstatat(f->fd, name, &after, 0), ==, 0);
	} while (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
		 after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

static void test_other_name(Fixture *f, const void *data)
{
	make_linked(f);
	touch_until_changed(f, "b");
	linked_stirred(f->linked, f->fd, f->stirred);
	g_assert_cmpuint(f->stirred->len, ==, 1);
	g_assert_cmpstr(f->stirred->pdata[0], ==, "/a");
	/* Until it is looked at again. */
	linked_stirred(f->linked, f->fd, f->stirred);
	g_assert_cmpuint(f->stirred->len, ==, 2);
	see(f, "a");
	linked_stirred(f->linked, f->fd, f->stirred);
	g_assert_cmpuint(f->stirred->len, ==, 2);
}

static void test_silent(Fixture *f, const void *data)
{
	make_linked(f);
	linked_stirred(f->linked, f->fd, f->stirred);
	g_assert_cmpuint(f->stirred->len, ==, 0);
	g_assert_cmpuint(linked_count(f->linked), ==, 1);
}

/* Seen in the very moment of a change: the next one may carry the same time. */
static void test_doubtful(Fixture *f, const void *data)
{
	make_linked(f);
	see_at(f, "a", 19000);
	linked_stirred(f->linked, f->fd, f->stirred);
	g_assert_cmpuint(f->stirred->len, ==, 1);
	see_at(f, "a", 20000);
	linked_stirred(f->linked, f->fd, f->stirred);
	g_assert_cmpuint(f->stirred->len, ==, 1);
}

static void test_replaced(Fixture *f, const void *data)
{
	make_linked(f);
	g_assert_cmpint(unlinkat(f->fd, "a", 0), ==, 0);
	make(f, "a");
	linked_stirred(f->linked, f->fd, f->stirred);
	g_assert_cmpuint(f->stirred->len, ==, 1);
}

static void test_added(Fixture *f, const void *data)
{
	g_assert_false(linked_take_added(f->linked));
	make_linked(f);
	g_assert_true(linked_take_added(f->linked));
	g_assert_false(linked_take_added(f->linked));
	see(f, "a");
	g_assert_false(linked_take_added(f->linked));
	see(f, "b");
	g_assert_true(linked_take_added(f->linked));
}

static void test_gone(Fixture *f, const void *data)
{
	make_linked(f);
	g_assert_cmpint(unlinkat(f->fd, "a", 0), ==, 0);
	linked_stirred(f->linked, f->fd, f->stirred);
	g_assert_cmpuint(f->stirred->len, ==, 1);
	g_assert_cmpuint(linked_count(f->linked), ==, 0);
}

static void test_one_name(Fixture *f, const void *data)
{
	make_linked(f);
	g_assert_cmpint(unlinkat(f->fd, "b", 0), ==, 0);
	see(f, "a");
	g_assert_cmpuint(linked_count(f->linked), ==, 0);
}

static void test_bound(Fixture *f, const void *data)
{
	struct stat st = {.st_mode = S_IFREG, .st_nlink = 2};

	for (guint i = 0; i < LINKED_MAX + 10; i++) {
		g_autofree char *path = g_strdup_printf("/%u", i);

		linked_saw(f->linked, path, &st, 1000000);
	}
	linked_saw(f->linked, "/0", &st, 1000000);
	g_assert_cmpuint(linked_count(f->linked), ==, LINKED_MAX);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name, function) \
	g_test_add("/recorder/linked/" name, Fixture, NULL, setup, function, teardown)
	ADD("other-name", test_other_name);
	ADD("silent", test_silent);
	ADD("doubtful", test_doubtful);
	ADD("replaced", test_replaced);
	ADD("added", test_added);
	ADD("gone", test_gone);
	ADD("one-name", test_one_name);
	ADD("bound", test_bound);
#undef ADD
	return g_test_run();
}
