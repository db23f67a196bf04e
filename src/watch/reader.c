/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of a backend: see reader.h. */
#include "watch/reader.h"
#include "base/bell.h"
#include "base/clock.h"
#include "base/fd.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define READ_BYTES 65536
/* A read that leaves this much room has taken all there was: no event is as big. */
#define EVENT_MAX_BYTES 4096

struct Reader {
	const ReaderKind *kind;
	int fd;         /* the kernel instance */
	int queue_bell; /* rung when the queue has something */
	int own_bell;   /* wakes the thread: stop, or the instance was renewed */
	GMutex reading;
	gint64 empty_usec; /* under `reading`: when the kernel's queue was last known to be empty */
	guint generation;  /* under `reading`; changed by the thread of reader_pop alone */
	bool is_stopping;  /* under `reading` */
	GThread *thread;
	Queue *queue;
};

Reader *reader_new(int fd, const ReaderKind *kind, GError **error)
{
	g_autoptr(Reader) reader = g_new0(Reader, 1);

	reader->kind = kind;
	reader->fd = fd;
	reader->own_bell = -1;
	reader->empty_usec = clock_mono_usec();
	g_mutex_init(&reader->reading);
	reader->queue = queue_new(kind->queue_max_bytes);
	reader->queue_bell = bell_new(error);
	if (reader->queue_bell < 0) {
		return NULL;
	}
	reader->own_bell = bell_new(error);
	return reader->own_bell < 0 ? NULL : g_steal_pointer(&reader);
}

static void stop(Reader *reader)
{
	if (reader->thread == NULL) {
		return;
	}
	g_mutex_lock(&reader->reading);
	reader->is_stopping = true;
	g_mutex_unlock(&reader->reading);
	bell_ring(reader->own_bell);
	g_thread_join(g_steal_pointer(&reader->thread));
}

void reader_free(Reader *reader)
{
	if (reader == NULL) {
		return;
	}
	stop(reader);
	fd_close(&reader->fd);
	fd_close(&reader->queue_bell);
	fd_close(&reader->own_bell);
	queue_free(reader->queue);
	g_mutex_clear(&reader->reading);
	g_free(reader);
}

/* One read(2) into the queue, under `reading`; what it weighs, 0 when there is nothing. */
static int read_once(Reader *reader)
{
	char buffer[READ_BYTES] __attribute__((aligned(8)));
	gint64 now = clock_mono_usec();
	ssize_t got = read(reader->fd, buffer, sizeof(buffer));

	if (got <= 0) {
		reader->empty_usec = now;
		return 0;
	}
	switch (queue_push(reader->queue, reader->generation, reader->empty_usec, buffer,
			   (gsize)got)) {
	case QUEUE_PUSHED:
		break; /* rung for already: reader_pop answers only when it has emptied the queue */
	case QUEUE_PUSHED_FIRST:
	case QUEUE_LOST:
		bell_ring(reader->queue_bell);
		break;
	}
	if (sizeof(buffer) - (gsize)got >= EVENT_MAX_BYTES) {
		reader->empty_usec = now;
	}
	return reader->kind->weigh(buffer, (gsize)got);
}

static void *thread_main(void *data)
{
	Reader *reader = data;
	bool is_stopping = false;

	while (!is_stopping) {
		struct pollfd polled[] = {{reader->fd, POLLIN, 0}, {reader->own_bell, POLLIN, 0}};

		poll(polled, G_N_ELEMENTS(polled), -1);
		if (polled[1].revents != 0) {
			bell_answer(reader->own_bell);
		}
		g_mutex_lock(&reader->reading);
		is_stopping = reader->is_stopping;
		read_once(reader);
		g_mutex_unlock(&reader->reading);
	}
	return NULL;
}

bool reader_start(Reader *reader, GError **error)
{
	reader->thread = g_thread_try_new(reader->kind->thread_name, thread_main, reader, error);
	return reader->thread != NULL;
}

int reader_fd(const Reader *reader)
{
	return reader->fd;
}

int reader_poll_fd(const Reader *reader)
{
	return reader->queue_bell;
}

void reader_drain(Reader *reader)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&reader->reading);
	int left = 0;

	(void)locker;
	if (ioctl(reader->fd, FIONREAD, &left) < 0) {
		return;
	}
	while (left > 0) {
		int got = read_once(reader);

		if (got == 0) {
			break;
		}
		left -= MIN(got, left);
	}
}

guint reader_pops(Reader *reader)
{
	return queue_length(reader->queue) + 1;
}

QueueBlock *reader_pop(Reader *reader)
{
	QueueBlock *block = queue_pop(reader->queue);

	if (block == NULL) {
		/* A block that came after this look and before the bell was answered is seen by
		 * the next: the bell may be silent only when the queue is empty. */
		bell_answer(reader->queue_bell);
		block = queue_pop(reader->queue);
	}
	while (block != NULL && block->generation != reader->generation) {
		g_free(block);
		block = queue_pop(reader->queue);
	}
	return block;
}

void reader_renew(Reader *reader)
{
	g_mutex_lock(&reader->reading);
	if (reader->kind->renew(reader->fd)) {
		reader->generation++;
	}
	g_mutex_unlock(&reader->reading);
	bell_ring(reader->own_bell); /* it may sleep on the old instance */
}
