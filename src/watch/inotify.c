/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel side of the inotify backend: see inotify.h.
 *
 * In doubt the instance is replaced (dup3 over the same number): removing thousands of watches one
 * by one would overflow the queue again by its IN_IGNORED events, and after an overflow some of
 * those may be missing, so that old descriptors would keep old paths.
 */
#include "watch/inotify.h"
#include "base/fd.h"
#include "base/path.h"
#include "watch/ops.h"
#include "watch/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define UNCOVERED_MAX 100000

typedef struct {
	Reader *reader;
	InotifyView *view;
	GHashTable *uncovered; /* paths that found no budget */
} Inotify;

/* FIONREAD tells bytes. */
static int weigh(const char *data, gsize size)
{
	return (int)size;
}

/* When the kernel refuses a fresh instance, the old one stays: its watches are added again, and
 * what it still has of directories nobody knows leads here again. */
static bool replace_instance(int fd)
{
	auto_fd int fresh = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	return fresh >= 0 && dup3(fresh, fd, O_CLOEXEC) >= 0;
}

static const ReaderKind reader_kind = {"reeve-inotify", QUEUE_MAX_BYTES, weigh, replace_instance};

static void *inotify_backend_open(GError **error)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	Reader *reader;
	Inotify *in;

	if (fd < 0) {
		error_set_errno(error, "cannot make an inotify instance (limit: "
				       "/proc/sys/fs/inotify/max_user_instances)");
		return NULL;
	}
	reader = reader_new(fd, &reader_kind, error);
	if (reader == NULL) {
		return NULL;
	}
	in = g_new0(Inotify, 1);
	in->reader = reader;
	in->view = inotify_view_new();
	in->uncovered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return in;
}

static void inotify_backend_close(void *backend)
{
	Inotify *in = backend;

	reader_free(in->reader);
	inotify_view_free(in->view);
	g_hash_table_unref(in->uncovered);
	g_free(in);
}

static bool inotify_backend_start(void *backend, GError **error)
{
	return reader_start(((Inotify *)backend)->reader, error);
}

static int inotify_backend_poll_fd(const void *backend)
{
	return reader_poll_fd(((const Inotify *)backend)->reader);
}

static void inotify_backend_drain(void *backend)
{
	reader_drain(((Inotify *)backend)->reader);
}

static guint give_gap(Inotify *in, const char *cause, const QueueBlock *block,
		      const WatchSink *sink)
{
	Hint hint = {
		.kind = HINT_SUBTREE,
		.path = g_strdup("/"),
		.wall_usec = block->wall_usec,
		.mono_usec = block->mono_usec,
		.since_usec = block->since_usec,
	};

	reader_renew(in->reader);
	inotify_view_reset(in->view);
	g_hash_table_remove_all(in->uncovered);
	sink->gap(sink->context, gap_new(cause, "/", block->wall_usec, 0));
	sink->hint(sink->context, &hint);
	return 2;
}

static void remove_orphans(Inotify *in)
{
	for (guint i = 0; i < in->view->orphans->len; i++) {
		inotify_rm_watch(reader_fd(in->reader), g_array_index(in->view->orphans, int, i));
	}
	g_array_set_size(in->view->orphans, 0);
}

static guint take_block(Inotify *in, const QueueBlock *block, const WatchSink *sink)
{
	InotifyTime time = {block->wall_usec, block->mono_usec, block->since_usec};
	const char *cause;
	guint given = 0;

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

	for (guint pops = reader_pops(in->reader); pops > 0; pops--) {
		g_autofree QueueBlock *block = reader_pop(in->reader);

		given += block == NULL ? 0 : take_block(in, block, sink);
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

/* Adds to the kernel what `fd` refers to; -1 and errno. */
static int add_watch(const Inotify *in, int fd, guint32 mask)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	/* IN_MASK_ADD: it may be known by another path too, with another extent. */
	return inotify_add_watch(reader_fd(in->reader), link, mask | IN_MASK_ADD);
}

/* Binds a path; what it was bound to before may be an orphan now. */
static WatchAdd bind(const Inotify *in, WdTable *table, int wd, const char *path)
{
	if (wd_table_find(table, path) == wd) {
		return WATCH_KNOWN;
	}
	wd = wd_table_put(table, wd, path);
	if (wd >= 0) {
		inotify_rm_watch(reader_fd(in->reader), wd);
	}
	return WATCH_ADDED;
}

static WatchAdd inotify_backend_add(void *backend, const char *path, int dir_fd, WatchExtent extent)
{
	Inotify *in = backend;
	guint32 mask = extent == WATCH_NAMES ? INOTIFY_NAMES : INOTIFY_EVERYTHING;
	int wd = add_watch(in, dir_fd, mask | IN_ONLYDIR);

	if (wd < 0) {
		return refused(in, path);
	}
	g_hash_table_remove(in->uncovered, path);
	return bind(in, in->view->table, wd, path);
}

static WatchAdd inotify_backend_add_file(void *backend, const char *path, int fd)
{
	Inotify *in = backend;
	int wd = add_watch(in, fd, INOTIFY_FILE);

	if (wd < 0) {
		return errno == ENOSPC || errno == ENOMEM ? WATCH_NO_BUDGET : WATCH_FAILED;
	}
	return bind(in, in->view->files, wd, path);
}

static gboolean key_is_beneath(void *key, void *value, void *ancestor)
{
	return path_is_beneath(key, ancestor);
}

static void inotify_backend_forget(void *backend, const char *path)
{
	Inotify *in = backend;

	inotify_view_forget(in->view, path);
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
	.add_file = inotify_backend_add_file,
	.forget = inotify_backend_forget,
	.count = inotify_backend_count,
	.uncovered = inotify_backend_uncovered,
};
