/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading ahead: what was given comes back read, in its order, and what is dropped is let go. */
#include "recorder/ahead.h"

#include "../thrift.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *state, *tree;
	int fd;
	Secrets *secrets;
	Ahead *ahead;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;

	f->state = g_dir_make_tmp("reeve-ahead-state-XXXXXX", NULL);
	f->tree = g_dir_make_tmp("reeve-ahead-tree-XXXXXX", NULL);
	f->fd = open(f->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f->secrets = secrets_open(f->state, NULL, &error);
	g_assert_no_error(error);
	f->ahead = ahead_new(f->secrets);
}

static void empty(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		g_assert_cmpint(g_remove(path), ==, 0);
	}
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void teardown(Fixture *f, const void *data)
{
	ahead_free(f->ahead);
	secrets_free(f->secrets);
	close(f->fd);
	empty(f->tree);
	empty(f->state);
	g_free(f->tree);
	g_free(f->state);
}

static void write_file(Fixture *f, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(f->tree, name, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void give(Fixture *f, const char *name)
{
	g_autofree char *path = g_strconcat("/etc/", name, NULL);

	ahead_give(f->ahead, f->fd, name, path);
}

static void assert_read(const AheadFile *file, const char *name, const char *text)
{
	g_assert_cmpstr(file->name, ==, name);
	g_assert_cmpint(file->result, ==, PROBE_PRESENT);
	g_assert_true(file->is_read);
	g_assert_cmpmem(g_bytes_get_data(file->probe.content, NULL),
			g_bytes_get_size(file->probe.content), text, strlen(text));
}

/* Many more than are held at a time; now the reader is the faster one, now the taker. */
static void test_in_order(Fixture *f, const void *data)
{
	const guint n = thrift(10, 3) * AHEAD_MAX;
	guint given = 0;

	for (guint i = 0; i < n; i++) {
		g_autofree char *name = g_strdup_printf("f%u", i);

		write_file(f, name, name);
	}
	for (guint taken = 0; taken < n; taken++) {
		g_autofree char *expected = g_strdup_printf("f%u", taken);
		g_autoptr(AheadFile) file = NULL;

		while (given < n && ahead_room(f->ahead) > taken % 3 * (AHEAD_MAX / 4)) {
			g_autofree char *name = g_strdup_printf("f%u", given++);

			give(f, name);
		}
		file = ahead_take(f->ahead);
		assert_read(file, expected, expected);
	}
	g_assert_cmpuint(ahead_room(f->ahead), ==, AHEAD_MAX);
}

/* Only regular files are read; of the others there is the reference and the stat. */
static void test_other_types(Fixture *f, const void *data)
{
	static const char *const names[] = {"fifo", "gone", "link", "plain"};
	g_autofree char *fifo = g_build_filename(f->tree, "fifo", NULL);
	g_autofree char *link = g_build_filename(f->tree, "link", NULL);

	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	g_assert_cmpint(symlink("plain", link), ==, 0);
	write_file(f, "plain", "text");
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		give(f, names[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autoptr(AheadFile) file = ahead_take(f->ahead);

		g_assert_cmpstr(file->name, ==, names[i]);
		g_assert_cmpint(file->result, ==, i == 1 ? PROBE_GONE : PROBE_PRESENT);
		g_assert_true(file->is_read == (i == 3));
		g_assert_true((file->fd >= 0) == (i != 1));
		g_assert_no_error(file->error);
	}
}

/* Large ones are not piled up, and each comes all the same. */
static void test_large(Fixture *f, const void *data)
{
	g_autofree char *text = g_strnfill(6 * 1024 * 1024, 'x');

	for (guint i = 0; i < 8; i++) {
		g_autofree char *name = g_strdup_printf("f%u", i);

		write_file(f, name, text);
		give(f, name);
	}
	for (guint i = 0; i < 8; i++) {
		g_autofree char *name = g_strdup_printf("f%u", i);
		g_autoptr(AheadFile) file = ahead_take(f->ahead);

		assert_read(file, name, text);
	}
}

static guint count_descriptors(void)
{
	g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
	guint n = 0;

	while (g_dir_read_name(dir) != NULL) {
		n++;
	}
	return n;
}

/* At any moment; then it can be given to again. */
static void test_dropped(Fixture *f, const void *data)
{
	guint before = count_descriptors();

	write_file(f, "a", "a");
	for (guint round = 0; round < thrift(200, 30); round++) {
		for (guint i = 0; i < round % AHEAD_MAX; i++) {
			give(f, "a");
		}
		if (round % 3 == 0 && round % AHEAD_MAX > 0) {
			ahead_file_free(ahead_take(f->ahead));
		}
		ahead_drop(f->ahead);
		g_assert_cmpuint(ahead_room(f->ahead), ==, AHEAD_MAX);
		g_assert_cmpuint(count_descriptors(), ==, before);
	}
}

#define ADD(name, function) g_test_add("/ahead/" name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("in-order", test_in_order);
	ADD("other-types", test_other_types);
	ADD("large", test_large);
	ADD("dropped", test_dropped);
	return g_test_run();
}
