/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader, on a pipe instead of a kernel queue: order, bell, drain, loss, renewal. */
#include "base/fd.h"
#include "watch/reader.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static int weigh(const char *data, gsize size)
{
	return (int)size;
}

static bool empty(int fd)
{
	char thrown_away[64];

	while (read(fd, thrown_away, sizeof(thrown_away)) > 0) {
	}
	return true;
}

static const ReaderKind kind = {"reeve-test", QUEUE_MAX_BYTES, weigh, empty};
static const ReaderKind small_kind = {"reeve-test", sizeof(QueueBlock) + 8, weigh, empty};

typedef struct {
	int in;
	Reader *reader;
} Fixture;

static void setup(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;
	int ends[2];

	g_assert_cmpint(pipe2(ends, O_CLOEXEC | O_NONBLOCK), ==, 0);
	f->in = ends[1];
	f->reader = reader_new(ends[0], data, &error);
	g_assert_no_error(error);
}

static void teardown(Fixture *f, const void *data)
{
	reader_free(f->reader);
	fd_close(&f->in);
}

static void put(Fixture *f, const char *text)
{
	g_assert_cmpint(write(f->in, text, strlen(text)), ==, (ssize_t)strlen(text));
}

static bool rings(const Fixture *f, int patience_ms)
{
	struct pollfd polled = {reader_poll_fd(f->reader), POLLIN, 0};

	return poll(&polled, 1, patience_ms) == 1;
}

/* What the next block holds; "lost", or "" when there is none. */
static char *pop(Fixture *f)
{
	g_autofree QueueBlock *block = reader_pop(f->reader);

	if (block == NULL) {
		return g_strdup("");
	}
	return block->is_loss ? g_strdup("lost") : g_strndup(block->data, block->size);
}

#define ASSERT_POP(f, text)                           \
	do {                                          \
		g_autofree char *popped_ = pop(f);    \
		g_assert_cmpstr(popped_, ==, (text)); \
	} while (0)

static void test_drain(Fixture *f, const void *data)
{
	reader_drain(f->reader);
	g_assert_false(rings(f, 0));
	put(f, "one");
	reader_drain(f->reader);
	put(f, "two");
	reader_drain(f->reader);
	g_assert_true(rings(f, 0));
	ASSERT_POP(f, "one");
	ASSERT_POP(f, "two");
	ASSERT_POP(f, "");
	g_assert_false(rings(f, 0));
}

static void test_thread(Fixture *f, const void *data)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(reader_start(f->reader, &error));
	put(f, "one");
	g_assert_true(rings(f, 10000));
	ASSERT_POP(f, "one");
}

/* More than is kept: what came before it, then the loss, once. */
static void test_loss(Fixture *f, const void *data)
{
	static const char *const puts[] = {"12345678", "more", "and more"};

	for (gsize i = 0; i < G_N_ELEMENTS(puts); i++) {
		put(f, puts[i]);
		reader_drain(f->reader);
	}
	ASSERT_POP(f, "12345678");
	ASSERT_POP(f, "lost");
	ASSERT_POP(f, "");
	put(f, "again");
	reader_drain(f->reader);
	ASSERT_POP(f, "again");
}

/* What was queued before, on either side, is of an earlier life. */
static void test_renew(Fixture *f, const void *data)
{
	put(f, "one");
	reader_drain(f->reader);
	put(f, "two");
	reader_renew(f->reader);
	put(f, "three");
	reader_drain(f->reader);
	ASSERT_POP(f, "three");
	ASSERT_POP(f, "");
}

#define ADD(name, kind, function) g_test_add(name, Fixture, kind, setup, function, teardown)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/reader/drain", &kind, test_drain);
	ADD("/reader/thread", &kind, test_thread);
	ADD("/reader/loss", &small_kind, test_loss);
	ADD("/reader/renew", &kind, test_renew);
	return g_test_run();
}
