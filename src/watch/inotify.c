/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel side of the inotify backend: see inotify.h.
 *
 * The reader thread and watch_drain both read the descriptor, under `reading`, so that blocks enter
 * the queue in the kernel's order. In doubt the instance is replaced (dup3 over the same number):
 * removing thousands of watches one by one would overflow the queue again by its IN_IGNORED events,
 * and after an overflow some of those may be missing, so that old descriptors would keep old paths.
 * Blocks of an earlier generation that are still in the queue are dropped: they are older than the
 * rescan the gap asks for.
 */
#include "watch/inotify.h"
#include "base/bell.h"
#include "base/fd.h"
#include "base/path.h"
#include "watch/ops.h"
#include "watch/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define READ_BYTES 65536
#define UNCOVERED_MAX 100000

typedef struct {
	int fd;          /* the kernel instance */
	int queue_bell;  /* rung when the queue has something */
	int reader_bell; /* wakes the reader: stop, or the instance was replaced */
	GMutex reading;
	guint generation; /* under `reading` */
	bool is_stopping; /* under `reading` */
	GThread *reader;
	Queue *queue;
	InotifyView *view;
	GHashTable *uncovered; /* paths that found no budget */
} Inotify;

static void inotify_backend_close(void *backend);

static void *inotify_backend_open(GError **error)
{
	Inotify *in = g_new0(Inotify, 1);

	g_mutex_init(&in->reading);
	in->queue = queue_new(QUEUE_MAX_BYTES);
	in->view = inotify_view_new();
	in->uncovered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	in->queue_bell = bell_new(error);
	in->reader_bell = in->queue_bell < 0 ? -1 : bell_new(error);
	in->fd = in->reader_bell < 0 ? -1 : inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (in->fd >= 0) {
		return in;
	}
	if (in->reader_bell >= 0) {
		error_set_errno(error, "cannot make an inotify instance (limit: "
				       "/proc/sys/fs/inotify/max_user_instances)");
	}
	inotify_backend_close(in);
	return NULL;
}

static void stop_reader(Inotify *in)
{
	if (in->reader == NULL) {
		return;
	}
	g_mutex_lock(&in->reading);
	in->is_stopping = true;
	g_mutex_unlock(&in->reading);
	bell_ring(in->reader_bell);
	g_thread_join(g_steal_pointer(&in->reader));
}

static void inotify_backend_close(void *backend)
{
	Inotify *in = backend;

	stop_reader(in);
	fd_close(&in->fd);
	fd_close(&in->queue_bell);
	fd_close(&in->reader_bell);
	queue_free(in->queue);
	inotify_view_free(in->view);
	g_hash_table_unref(in->uncovered);
	g_mutex_clear(&in->reading);
	g_free(in);
}

/* One read(2) into the queue, under `reading`; the number of bytes, 0 when there is nothing. */
static gsize read_once(Inotify *in)
{
	char buffer[READ_BYTES] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t got = read(in->fd, buffer, sizeof(buffer));

	if (got <= 0) {
		return 0;
	}
	queue_push(in->queue, in->generation, buffer, (gsize)got);
	bell_ring(in->queue_bell);
	return (gsize)got;
}

static void *reader_main(void *data)
{
	Inotify *in = data;
	bool is_stopping = false;

	while (!is_stopping) {
		struct pollfd polled[] = {{in->fd, POLLIN, 0}, {in->reader_bell, POLLIN, 0}};

		poll(polled, G_N_ELEMENTS(polled), -1);
		bell_answer(in->reader_bell);
		g_mutex_lock(&in->reading);
		is_stopping = in->is_stopping;
		read_once(in);
		g_mutex_unlock(&in->reading);
	}
	return NULL;
}

static bool inotify_backend_start(void *backend, GError **error)
{
	Inotify *in = backend;

	in->reader = g_thread_try_new("reeve-watch", reader_main, in, error);
	return in->reader != NULL;
}

static int inotify_backend_poll_fd(const void *backend)
{
	return ((const Inotify *)backend)->queue_bell;
}

static void inotify_backend_drain(void *backend)
{
	Inotify *in = backend;
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&in->reading);
	int left = 0;

	(void)locker;
	if (ioctl(in->fd, FIONREAD, &left) < 0) {
		return;
	}
	while (left > 0) {
		gsize got = read_once(in);

		if (got == 0) {
			break;
		}
		left -= (int)MIN(got, (gsize)left);
	}
}

/* A fresh instance under the same number. When the kernel refuses one, the old one stays: its
 * watches are added again, and what it still has of directories nobody knows leads here again. */
static void replace_instance(Inotify *in)
{
	int fresh = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	g_mutex_lock(&in->reading);
	if (fresh >= 0 && dup3(fresh, in->fd, O_CLOEXEC) >= 0) {
		in->generation++;
	}
	g_mutex_unlock(&in->reading);
	fd_close(&fresh);
	bell_ring(in->reader_bell); /* it may sleep on the old instance */
	inotify_view_reset(in->view);
	g_hash_table_remove_all(in->uncovered);
}

static guint give_gap(Inotify *in, const char *cause, const QueueBlock *block,
		      const WatchSink *sink)
{
	Hint hint = {
		.kind = HINT_SUBTREE,
		.path = g_strdup("/"),
		.wall_usec = block->wall_usec,
		.mono_usec = block->mono_usec,
	};

	replace_instance(in);
	sink->gap(sink->context, gap_new(cause, "/", block->wall_usec, 0));
	sink->hint(sink->context, &hint);
	return 2;
}

static void remove_orphans(Inotify *in)
{
	for (guint i = 0; i < in->view->orphans->len; i++) {
		inotify_rm_watch(in->fd, g_array_index(in->view->orphans, int, i));
	}
	g_array_set_size(in->view->orphans, 0);
}

static guint take_block(Inotify *in, const QueueBlock *block, const WatchSink *sink)
{
	InotifyTime time = {block->wall_usec, block->mono_usec};
	const char *cause;
	guint given = 0;

	if (block->generation != in->generation) {
		return 0;
	}
	if (block->is_loss) {
		return give_gap(in, "queue-full", block, sink);
	}
	cause = inotify_view_interpret(in->view, block->data, block->size, time, sink, &given);
	if (cause != NULL) {
		return given + give_gap(in, cause, block, sink);
	}
	remove_orphans(in);
	return given;
}

static guint inotify_backend_take(void *backend, const WatchSink *sink)
{
	Inotify *in = backend;
	guint given = 0;
	QueueBlock *block;

	bell_answer(in->queue_bell);
	while ((block = queue_pop(in->queue)) != NULL) {
		given += take_block(in, block, sink);
		g_free(block);
	}
	return given;
}

static WatchAdd refused(Inotify *in, const char *path)
{
	if (errno != ENOSPC && errno != ENOMEM) {
		return WATCH_FAILED;
	}
	if (g_hash_table_size(in->uncovered) < UNCOVERED_MAX) {
		g_hash_table_add(in->uncovered, g_strdup(path));
	}
	return WATCH_NO_BUDGET;
}

static WatchAdd inotify_backend_add(void *backend, const char *path, int dir_fd, WatchExtent extent)
{
	Inotify *in = backend;
	guint32 mask = extent == WATCH_NAMES ? INOTIFY_NAMES : INOTIFY_EVERYTHING;
	char link[32];
	int wd;

	/* IN_MASK_ADD: the directory may be known by another path too, with another extent. */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir_fd);
	wd = inotify_add_watch(in->fd, link, mask | IN_ONLYDIR | IN_MASK_ADD);
	if (wd < 0) {
		return refused(in, path);
	}
	g_hash_table_remove(in->uncovered, path);
	if (wd_table_find(in->view->table, path) == wd) {
		return WATCH_KNOWN;
	}
	wd = wd_table_put(in->view->table, wd, path);
	if (wd >= 0) {
		inotify_rm_watch(in->fd, wd);
	}
	return WATCH_ADDED;
}

static gboolean key_is_beneath(void *key, void *value, void *ancestor)
{
	return path_is_beneath(key, ancestor);
}

static void inotify_backend_forget(void *backend, const char *path)
{
	Inotify *in = backend;

	wd_table_forget(in->view->table, path, in->view->orphans);
	remove_orphans(in);
	g_hash_table_foreach_remove(in->uncovered, key_is_beneath, (void *)path);
}

static guint inotify_backend_count(const void *backend)
{
	return wd_table_count(((const Inotify *)backend)->view->table);
}

static guint inotify_backend_uncovered(const void *backend)
{
	return g_hash_table_size(((const Inotify *)backend)->uncovered);
}

const WatchOps watch_inotify_ops = {
	.name = "inotify",
	.is_automatic = true,
	.open = inotify_backend_open,
	.close = inotify_backend_close,
	.start = inotify_backend_start,
	.poll_fd = inotify_backend_poll_fd,
	.take = inotify_backend_take,
	.drain = inotify_backend_drain,
	.add = inotify_backend_add,
	.forget = inotify_backend_forget,
	.count = inotify_backend_count,
	.uncovered = inotify_backend_uncovered,
};
