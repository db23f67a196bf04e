/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel side of the fanotify backend: see fanotify.h.
 *
 * The group is made before the wall, with CAP_SYS_ADMIN: that gives it process ids and a queue and
 * marks without limit, for as long as it lives. Adding marks on directories and files needs no
 * capability afterwards, only the right to read them; a second group could not be had. So after a
 * loss the group is not replaced: all its marks are flushed, and what is queued is read and thrown
 * away.
 */
#include "watch/fanotify.h"
#include "base/fd.h"
#include "watch/ops.h"
#include "watch/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID 0x200 /* since Linux 6.5: for comparing, not for opening */
#endif

/* Each record is about twice the size of one of inotify's. */
#define FANOTIFY_QUEUE_MAX_BYTES (2 * QUEUE_MAX_BYTES)

#define GROUP_FLAGS                                                                             \
	(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DFID_NAME | FAN_REPORT_FID | \
	 FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS)

typedef struct {
	Reader *reader;
	FanotifyView *view;
	void *inner; /* of inotify: directories that cannot be marked */
	int poll_fd; /* epoll: there is something from either */
} Fanotify;

/* FIONREAD tells of each event the size of its fixed part alone. */
static int weigh(const char *data, gsize size)
{
	int events = 0;

	for (gsize at = 0; at + sizeof(struct fanotify_event_metadata) <= size;) {
		guint32 length;

		memcpy(&length, data + at, sizeof(length));
		g_assert(length >= sizeof(struct fanotify_event_metadata));
		at += length;
		events++;
	}
	return events * (int)FAN_EVENT_METADATA_LEN;
}

/* Without marks nothing is queued any more, so this comes to an end. */
static bool flush(int fd)
{
	char thrown_away[65536];

	if (fanotify_mark(fd, FAN_MARK_FLUSH, 0, AT_FDCWD, NULL) < 0) {
		return false;
	}
	while (read(fd, thrown_away, sizeof(thrown_away)) > 0) {
	}
	return true;
}

static const ReaderKind reader_kind = {"reeve-fanotify", FANOTIFY_QUEUE_MAX_BYTES, weigh, flush};

/* An old kernel knows groups of this kind but not all events: better told now than with each
 * directory. */
static bool knows_events(int fd, GError **error)
{
	if (fanotify_mark(fd, FAN_MARK_ADD, FANOTIFY_EVERYTHING, AT_FDCWD, "/") < 0 &&
	    errno == EINVAL) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
			    "this kernel has no FAN_RENAME (it needs Linux 5.17)");
		return false;
	}
	return flush(fd) || error_set_errno(error, "cannot remove a mark");
}

static Reader *open_reader(GError **error)
{
	auto_fd int fd = fanotify_init(GROUP_FLAGS, O_RDONLY | O_CLOEXEC | O_LARGEFILE);

	if (fd < 0) {
		error_set_errno(error, errno == EPERM ? "it needs root (CAP_SYS_ADMIN)"
						      : "cannot make a fanotify group");
		return NULL;
	}
	return knows_events(fd, error) ? reader_new(fd_steal(&fd), &reader_kind, error) : NULL;
}

static bool poll_both(Fanotify *fan, GError **error)
{
	const int bells[] = {reader_poll_fd(fan->reader), watch_inotify_ops.poll_fd(fan->inner)};

	fan->poll_fd = epoll_create1(EPOLL_CLOEXEC);
	for (gsize i = 0; i < G_N_ELEMENTS(bells) && fan->poll_fd >= 0; i++) {
		struct epoll_event in = {.events = EPOLLIN};

		if (epoll_ctl(fan->poll_fd, EPOLL_CTL_ADD, bells[i], &in) < 0) {
			fd_close(&fan->poll_fd);
		}
	}
	return fan->poll_fd >= 0 || error_set_errno(error, "cannot wait for two watches");
}

static void fanotify_backend_close(void *backend)
{
	Fanotify *fan = backend;

	reader_free(fan->reader);
	if (fan->inner != NULL) {
		watch_inotify_ops.close(fan->inner);
	}
	fanotify_view_free(fan->view);
	fd_close(&fan->poll_fd);
	g_free(fan);
}

static void *fanotify_backend_open(GError **error)
{
	Fanotify *fan = g_new0(Fanotify, 1);

	fan->poll_fd = -1;
	fan->view = fanotify_view_new();
	fan->reader = open_reader(error);
	fan->inner = fan->reader == NULL ? NULL : watch_inotify_ops.open(error);
	if (fan->inner != NULL && poll_both(fan, error)) {
		return fan;
	}
	fanotify_backend_close(fan);
	return NULL;
}

static const char *fanotify_backend_describe(const void *backend)
{
	const Fanotify *fan = backend;

	if (watch_inotify_ops.count(fan->inner) + watch_inotify_ops.uncovered(fan->inner) == 0) {
		return "fanotify";
	}
	return wd_table_count(fan->view->table) == 0 ? "inotify" : "fanotify and inotify";
}

static bool fanotify_backend_start(void *backend, GError **error)
{
	Fanotify *fan = backend;

	return reader_start(fan->reader, error) && watch_inotify_ops.start(fan->inner, error);
}

static int fanotify_backend_poll_fd(const void *backend)
{
	return ((const Fanotify *)backend)->poll_fd;
}

static void fanotify_backend_drain(void *backend)
{
	Fanotify *fan = backend;

	reader_drain(fan->reader);
	watch_inotify_ops.drain(fan->inner);
}

static guint give_gap(Fanotify *fan, const char *cause, const QueueBlock *block,
		      const WatchSink *sink)
{
	Hint hint = {
		.kind = HINT_SUBTREE,
		.path = g_strdup("/"),
		.wall_usec = block->wall_usec,
		.mono_usec = block->mono_usec,
		.since_usec = block->since_usec,
	};

	reader_renew(fan->reader);
	fanotify_view_reset(fan->view);
	sink->gap(sink->context, gap_new(cause, "/", block->wall_usec, 0));
	sink->hint(sink->context, &hint);
	return 2;
}

static guint take_block(Fanotify *fan, const QueueBlock *block, const WatchSink *sink)
{
	FanotifyTime time = {block->wall_usec, block->mono_usec, block->since_usec};
	const char *cause = "queue-full";
	guint given = 0;

	if (!block->is_loss) {
		cause = fanotify_view_interpret(fan->view, block->data, block->size, time, sink,
						&given);
	}
	return cause == NULL ? given : given + give_gap(fan, cause, block, sink);
}

static guint fanotify_backend_take(void *backend, const WatchSink *sink)
{
	Fanotify *fan = backend;
	guint given = 0;

	for (guint pops = reader_pops(fan->reader); pops > 0; pops--) {
		g_autofree QueueBlock *block = reader_pop(fan->reader);

		given += block == NULL ? 0 : take_block(fan, block, sink);
	}
	return given + watch_inotify_ops.take(fan->inner, sink);
}

/*
 * The handle by which the kernel will tell of what `fd` refers to. False: this file system has
 * none, or has been found to tell by others (an overlay may name a directory anew when it copies
 * it up).
 */
static bool find_handle(const Fanotify *fan, int fd, guint8 ret[HANDLE_MAX_BYTES])
{
	union {
		struct file_handle head;
		guint8 bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = {.head = {.handle_bytes = MAX_HANDLE_SZ}};
	struct statfs fs;
	guint64 fsid;
	int mount_id;

	if (fstatfs(fd, &fs) < 0) {
		return false;
	}
	memcpy(&fsid, &fs.f_fsid, sizeof(fsid));
	if (fsid == 0 || g_hash_table_contains(fan->view->strange, &fsid)) {
		return false;
	}
	if (name_to_handle_at(fd, "", &handle.head, &mount_id, AT_EMPTY_PATH | AT_HANDLE_FID) < 0 &&
	    (errno != EINVAL ||
	     name_to_handle_at(fd, "", &handle.head, &mount_id, AT_EMPTY_PATH) < 0)) {
		return false;
	}
	memcpy(ret, &fsid, HANDLE_FSID_BYTES);
	memcpy(ret + HANDLE_FSID_BYTES, handle.bytes,
	       sizeof(struct file_handle) + handle.head.handle_bytes);
	return true;
}

/* Marks `name` in `dir_fd`, which is what `fd` refers to; its number, or -1. */
static int mark(const Fanotify *fan, int fd, int dir_fd, const char *name, guint64 mask)
{
	guint8 handle[HANDLE_MAX_BYTES];

	if (!find_handle(fan, fd, handle) ||
	    fanotify_mark(reader_fd(fan->reader), FAN_MARK_ADD, mask, dir_fd, name) < 0) {
		return -1;
	}
	return handle_table_put(fan->view->handles, handle);
}

static WatchAdd bind(WdTable *table, int number, const char *path)
{
	if (wd_table_find(table, path) == number) {
		return WATCH_KNOWN;
	}
	wd_table_put(table, number, path);
	return WATCH_ADDED;
}

static WatchAdd fanotify_backend_add(void *backend, const char *path, int dir_fd,
				     WatchExtent extent)
{
	Fanotify *fan = backend;
	guint64 mask = extent == WATCH_NAMES ? FANOTIFY_NAMES : FANOTIFY_EVERYTHING;
	int number = mark(fan, dir_fd, dir_fd, ".", mask);

	if (number < 0) {
		return watch_inotify_ops.add(fan->inner, path, dir_fd, extent);
	}
	return bind(fan->view->table, number, path);
}

static WatchAdd fanotify_backend_add_file(void *backend, const char *path, int fd)
{
	Fanotify *fan = backend;
	char link[32];
	int number;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd); /* a reference has no other way */
	number = mark(fan, fd, AT_FDCWD, link, FANOTIFY_FILE);
	if (number < 0) {
		return watch_inotify_ops.add_file(fan->inner, path, fd);
	}
	return bind(fan->view->files, number, path);
}

static void fanotify_backend_forget(void *backend, const char *path)
{
	Fanotify *fan = backend;

	fanotify_view_forget(fan->view, path);
	watch_inotify_ops.forget(fan->inner, path);
}

static guint fanotify_backend_count(const void *backend)
{
	const Fanotify *fan = backend;

	return wd_table_count(fan->view->table) + watch_inotify_ops.count(fan->inner);
}

static guint fanotify_backend_uncovered(const void *backend)
{
	return watch_inotify_ops.uncovered(((const Fanotify *)backend)->inner);
}

const WatchOps watch_fanotify_ops = {
	.name = "fanotify",
	.describe = fanotify_backend_describe,
	.is_automatic = true,
	.open = fanotify_backend_open,
	.close = fanotify_backend_close,
	.start = fanotify_backend_start,
	.poll_fd = fanotify_backend_poll_fd,
	.take = fanotify_backend_take,
	.drain = fanotify_backend_drain,
	.add = fanotify_backend_add,
	.add_file = fanotify_backend_add_file,
	.forget = fanotify_backend_forget,
	.count = fanotify_backend_count,
	.uncovered = fanotify_backend_uncovered,
};
