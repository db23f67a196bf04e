/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tape: a journal that grows, and one that does something else. */
#include "relay/tape.h"

#include "base/fd.h"
#include "base/io.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "line.h"

typedef struct {
	char *path;
	int fd; /* of the writer */
	int tape_fd;
	Tape *tape;
	guint64 seq;
	char head[EVENT_ID_HEX + 1];
	goffset before; /* where the last line begins */
} Scene;

static Scene scene_begin(void)
{
	Scene scene = {0};

	scene.fd = g_file_open_tmp("reeve-tape-XXXXXX", &scene.path, NULL);
	g_assert_cmpint(scene.fd, >=, 0);
	scene.tape_fd = open(scene.path, O_RDONLY | O_CLOEXEC);
	scene.tape = tape_new(scene.tape_fd);
	return scene;
}

static void scene_end(Scene *scene)
{
	tape_free(scene->tape);
	g_unlink(scene->path);
	fd_close(&scene->fd);
	fd_close(&scene->tape_fd);
	g_free(scene->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_end)

static void scene_write(Scene *scene, const char *text, gsize size)
{
	g_assert_true(io_write_all(scene->fd, text, size, NULL));
}

static void scene_append(Scene *scene, guint n)
{
	while (n-- > 0) {
		char id[EVENT_ID_HEX + 1];
		g_autofree char *body = line_body(++scene->seq, scene->head, id);

		scene->before = lseek(scene->fd, 0, SEEK_CUR);
		scene_write(scene, body, strlen(body));
		scene_write(scene, "\n", 1);
		memcpy(scene->head, id, sizeof(id));
	}
}

static guint scene_read(Scene *scene)
{
	JournalLine line;
	guint n = 0;

	while (tape_next(scene->tape, &line, NULL) == JOURNAL_LINE) {
		n++;
	}
	return n;
}

static void test_grows(void)
{
	g_auto(Scene) scene = scene_begin();
	char first[EVENT_ID_HEX + 1];

	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_SAME);
	g_assert_cmpstr(tape_head(scene.tape)->id, ==, "");
	g_assert_cmpuint(tape_head(scene.tape)->seq, ==, 0);
	g_assert_cmpstr(tape_oldest(scene.tape), ==, "");
	scene_append(&scene, 1);
	memcpy(first, scene.head, sizeof(first));
	g_assert_cmpuint(scene_read(&scene), ==, 0); /* not before a look */
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpuint(scene_read(&scene), ==, 1);
	scene_append(&scene, 5);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpuint(scene_read(&scene), ==, 5);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_SAME);
	g_assert_cmpstr(tape_head(scene.tape)->id, ==, scene.head);
	g_assert_cmpuint(tape_head(scene.tape)->seq, ==, 6);
	g_assert_cmpuint(strlen(tape_head(scene.tape)->prev), ==, EVENT_ID_HEX);
	g_assert_cmpstr(tape_oldest(scene.tape), ==, first);
}

/* Lines that come after the look may not be on disk yet. */
static void test_reads_no_further_than_looked(void)
{
	g_auto(Scene) scene = scene_begin();

	scene_append(&scene, 2);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	scene_append(&scene, 2);
	g_assert_cmpuint(scene_read(&scene), ==, 2);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpuint(scene_read(&scene), ==, 2);
}

/* A line that was half there at the look has a half that may not be on disk. */
static void test_reads_no_line_across_the_look(void)
{
	g_auto(Scene) scene = scene_begin();
	char id[EVENT_ID_HEX + 1];
	g_autofree char *body = line_body(1, "", id);

	scene_write(&scene, body, 20);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	scene_write(&scene, body + 20, strlen(body) - 20);
	scene_write(&scene, "\n", 1);
	g_assert_cmpuint(scene_read(&scene), ==, 0);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpuint(scene_read(&scene), ==, 1);
}

static void test_half_a_line_written_anew(void)
{
	g_auto(Scene) scene = scene_begin();
	goffset whole;

	scene_append(&scene, 2);
	whole = lseek(scene.fd, 0, SEEK_CUR);
	scene_write(&scene, "{\"torn\":\"by a crash, longer than", 32);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpuint(scene_read(&scene), ==, 2);
	/* the judge cuts it off when it opens the journal */
	g_assert_cmpint(ftruncate(scene.fd, whole), ==, 0);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_SAME);
	lseek(scene.fd, whole, SEEK_SET);
	scene_append(&scene, 1);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpuint(scene_read(&scene), ==, 1);
	g_assert_cmpstr(tape_head(scene.tape)->id, ==, scene.head);
}

/* Garbage without an end is trouble as long as it is there, and no longer. */
static void test_endless_line(void)
{
	g_auto(Scene) scene = scene_begin();
	g_autofree char *garbage = g_strnfill(1024 * 1024, 'x');
	g_autoptr(GError) error = NULL;
	JournalLine line;
	goffset whole;

	scene_append(&scene, 1);
	whole = lseek(scene.fd, 0, SEEK_CUR);
	scene_write(&scene, garbage, strlen(garbage));
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpint(tape_next(scene.tape, &line, NULL), ==, JOURNAL_LINE);
	g_assert_cmpint(tape_next(scene.tape, &line, &error), ==, JOURNAL_ERROR);
	g_assert_cmpint(ftruncate(scene.fd, whole), ==, 0);
	lseek(scene.fd, whole, SEEK_SET);
	scene_append(&scene, 1);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpint(tape_next(scene.tape, &line, NULL), ==, JOURNAL_LINE);
}

static void test_cut(void)
{
	g_auto(Scene) scene = scene_begin();
	g_autoptr(GError) error = NULL;

	scene_append(&scene, 3);
	tape_look(scene.tape, NULL);
	scene_read(&scene);
	g_assert_cmpint(ftruncate(scene.fd, scene.before), ==, 0);
	g_assert_cmpint(tape_look(scene.tape, &error), ==, TAPE_REWRITTEN);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	tape_rewind(scene.tape);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpuint(scene_read(&scene), ==, 2);
}

static void test_rewritten(void)
{
	g_auto(Scene) scene = scene_begin();
	g_autoptr(GError) error = NULL;
	goffset offset;

	scene_append(&scene, 3);
	tape_look(scene.tape, NULL);
	scene_read(&scene);
	/* cut and grown again between two looks */
	g_assert_cmpint(ftruncate(scene.fd, 0), ==, 0);
	lseek(scene.fd, 0, SEEK_SET);
	scene.head[0] = '\0';
	scene_append(&scene, 6);
	g_assert_cmpint(tape_look(scene.tape, &error), ==, TAPE_REWRITTEN);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	tape_rewind(scene.tape);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_assert_cmpuint(scene_read(&scene), ==, 6);
	g_assert_true(tape_find(scene.tape, scene.head, &offset));
}

static void test_replaced(void)
{
	g_auto(Scene) scene = scene_begin();

	scene_append(&scene, 1);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_GREW);
	g_unlink(scene.path);
	g_assert_cmpint(tape_look(scene.tape, NULL), ==, TAPE_REPLACED);
}

static void test_find_and_read(void)
{
	g_auto(Scene) scene = scene_begin();
	char middle[EVENT_ID_HEX + 1];
	goffset offset, next;
	JournalLine line;

	scene_append(&scene, 100);
	memcpy(middle, scene.head, sizeof(middle));
	scene_append(&scene, 100);
	tape_look(scene.tape, NULL);
	scene_read(&scene);
	g_assert_true(tape_find(scene.tape, "", &offset));
	g_assert_cmpint(offset, ==, 0);
	g_assert_true(tape_find(scene.tape, middle, &offset));
	for (guint n = 0; n < 100; n++) {
		g_assert_cmpint(tape_read(scene.tape, offset, &line, &next, NULL), ==,
				JOURNAL_LINE);
		g_assert_cmpint(line.offset, ==, offset);
		offset = next;
	}
	g_assert_cmpstr(line.id, ==, scene.head);
	g_assert_cmpint(tape_read(scene.tape, offset, &line, &next, NULL), ==, JOURNAL_END);
	middle[0] = middle[0] == '0' ? '1' : '0';
	g_assert_false(tape_find(scene.tape, middle, &offset));
}

/* An id that the index knows, but whose line was changed in place, is not known any more. */
static void test_find_reads_the_line(void)
{
	g_auto(Scene) scene = scene_begin();
	goffset offset;

	scene_append(&scene, 2);
	tape_look(scene.tape, NULL);
	scene_read(&scene);
	g_assert_true(tape_find(scene.tape, scene.head, &offset));
	g_assert_true(io_pwrite_all(scene.fd, "[", 1, scene.before, NULL));
	g_assert_false(tape_find(scene.tape, scene.head, &offset));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/tape/grows", test_grows);
	g_test_add_func("/relay/tape/no-further", test_reads_no_further_than_looked);
	g_test_add_func("/relay/tape/across", test_reads_no_line_across_the_look);
	g_test_add_func("/relay/tape/half-a-line", test_half_a_line_written_anew);
	g_test_add_func("/relay/tape/endless", test_endless_line);
	g_test_add_func("/relay/tape/cut", test_cut);
	g_test_add_func("/relay/tape/rewritten", test_rewritten);
	g_test_add_func("/relay/tape/replaced", test_replaced);
	g_test_add_func("/relay/tape/find", test_find_and_read);
	g_test_add_func("/relay/tape/find-reads", test_find_reads_the_line);
	return g_test_run();
}
