/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading lines: only whole ones, none too long, whatever the file does meanwhile. */
#include "story.h"

/* A reader over a file that the test writes to. */
typedef struct {
	int fd;
	JournalReader *reader;
} Desk;

static Desk desk_begin(void)
{
	g_autofree char *name = NULL;
	Desk desk = {.fd = g_file_open_tmp("reeve-reader-XXXXXX", &name, NULL)};

	g_assert_cmpint(desk.fd, >=, 0);
	g_unlink(name);
	desk.reader = journal_reader_new(desk.fd, 0);
	return desk;
}

static void desk_end(Desk *desk)
{
	journal_reader_free(desk->reader);
	fd_close(&desk->fd);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Desk, desk_end)

static void put(Desk *desk, const char *text)
{
	g_assert_true(
		io_pwrite_all(desk->fd, text, strlen(text), lseek(desk->fd, 0, SEEK_END), NULL));
}

static void put_much(Desk *desk, gsize size)
{
	g_autofree char *much = g_strnfill(size, 'x');

	put(desk, much);
}

static void expect_line(Desk *desk, const char *text)
{
	GError *error = NULL;
	JournalLine line;
	JournalRead got = journal_reader_next(desk->reader, &line, &error);

	g_assert_no_error(error);
	g_assert_cmpint(got, ==, JOURNAL_LINE);
	g_assert_cmpmem(line.body, line.size, text, strlen(text));
}

static void expect_end(Desk *desk)
{
	GError *error = NULL;
	JournalLine line;

	g_assert_cmpint(journal_reader_next(desk->reader, &line, &error), ==, JOURNAL_END);
	g_assert_no_error(error);
}

static void test_only_whole_lines(void)
{
	g_auto(Desk) desk = desk_begin();

	expect_end(&desk);
	put(&desk, "one\ntwo\nthr");
	expect_line(&desk, "one");
	expect_line(&desk, "two");
	expect_end(&desk);
	expect_end(&desk);
	put(&desk, "ee");
	expect_end(&desk);
	put(&desk, "\n\n");
	expect_line(&desk, "three");
	expect_line(&desk, "");
	expect_end(&desk);
}

/* Half a line that is cut off and written anew must not be remembered. */
static void test_torn_tail_written_anew(void)
{
	g_auto(Desk) desk = desk_begin();

	put(&desk, "one\nhalf of");
	expect_line(&desk, "one");
	expect_end(&desk);
	g_assert_cmpint(ftruncate(desk.fd, 4), ==, 0);
	expect_end(&desk);
	put(&desk, "whole\n");
	expect_line(&desk, "whole");
}

static void test_offset_and_id(void)
{
	g_auto(Desk) desk = desk_begin();
	JournalLine line;

	put(&desk, "one\n{\"a\":1}\n");
	expect_line(&desk, "one");
	g_assert_cmpint(journal_reader_offset(desk.reader), ==, 4);
	g_assert_cmpint(journal_reader_next(desk.reader, &line, NULL), ==, JOURNAL_LINE);
	g_assert_cmpint(line.offset, ==, 4);
	g_assert_cmpstr(line.id, ==,
			"015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
	journal_reader_seek(desk.reader, 0);
	expect_line(&desk, "one");
}

static void test_shorter_than_read(void)
{
	g_auto(Desk) desk = desk_begin();
	GError *error = NULL;
	JournalLine line;

	put(&desk, "one\ntwo\n");
	expect_line(&desk, "one");
	expect_line(&desk, "two");
	g_assert_cmpint(ftruncate(desk.fd, 4), ==, 0);
	g_assert_cmpint(journal_reader_next(desk.reader, &line, &error), ==, JOURNAL_ERROR);
	g_assert_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT);
	g_clear_error(&error);
}

static const struct {
	gsize size;
	bool fits;
} sizes[] = {
	{1, true},
	{64 * 1024 - 1, true},
	{64 * 1024, true},
	{JOURNAL_LINE_MAX_BYTES, true},
	{JOURNAL_LINE_MAX_BYTES + 1, false},
	{4 * JOURNAL_LINE_MAX_BYTES, false},
};

static void test_size(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_auto(Desk) desk = desk_begin();
		GError *error = NULL;
		JournalLine line;

		put(&desk, "before\n");
		put_much(&desk, sizes[i].size);
		put(&desk, "\nbehind\n");
		expect_line(&desk, "before");
		if (sizes[i].fits) {
			g_assert_cmpint(journal_reader_next(desk.reader, &line, &error), ==,
					JOURNAL_LINE);
			g_assert_cmpuint(line.size, ==, sizes[i].size);
		} else {
			g_assert_cmpint(journal_reader_next(desk.reader, &line, &error), ==,
					JOURNAL_ERROR);
			g_assert_error(error, REEVE_ERROR, REEVE_ERROR_LIMIT);
			g_clear_error(&error);
			g_assert_cmpint(journal_reader_offset(desk.reader), ==, 7);
			g_assert_cmpint(journal_reader_skip(desk.reader, &error), ==, JOURNAL_LINE);
		}
		expect_line(&desk, "behind");
		expect_end(&desk);
	}
}

static void test_skip_needs_an_end(void)
{
	g_auto(Desk) desk = desk_begin();

	put_much(&desk, JOURNAL_LINE_MAX_BYTES + 5);
	g_assert_cmpint(journal_reader_skip(desk.reader, NULL), ==, JOURNAL_END);
	g_assert_cmpint(journal_reader_offset(desk.reader), ==, 0);
	put(&desk, "\nx\n");
	g_assert_cmpint(journal_reader_skip(desk.reader, NULL), ==, JOURNAL_LINE);
	expect_line(&desk, "x");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reader/only-whole-lines", test_only_whole_lines);
	g_test_add_func("/reader/torn-tail-written-anew", test_torn_tail_written_anew);
	g_test_add_func("/reader/offset-and-id", test_offset_and_id);
	g_test_add_func("/reader/shorter-than-read", test_shorter_than_read);
	g_test_add_func("/reader/size", test_size);
	g_test_add_func("/reader/skip-needs-an-end", test_skip_needs_an_end);
	return g_test_run();
}
