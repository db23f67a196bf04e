/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader of a backend: it owns the kernel descriptor and one thread that drains it into a
 * Queue, and does nothing else. What is in the blocks is the backend's business.
 *
 * reader_drain reads the descriptor too, under the same lock, so that blocks enter the queue in the
 * kernel's order. In doubt the backend renews the instance; blocks of an earlier generation that
 * are still in the queue are dropped then: they are older than the rescan that follows.
 */
#pragma once

#include "base/error.h"
#include "watch/queue.h"

#include <glib.h>
#include <stdbool.h>

/* What differs between kernel interfaces. */
typedef struct {
	const char *thread_name;
	gsize queue_max_bytes;
	/* How much of the number that FIONREAD had told a block of events is. */
	int (*weigh)(const char *data, gsize size);
	/* Makes the descriptor like a new one: nothing is watched, nothing is queued. Where the
	 * kernel refuses, false, and the old one stays. */
	bool (*renew)(int fd);
} ReaderKind;

typedef struct Reader Reader;

/* Takes the descriptor, which is non-blocking, in any case. */
Reader *reader_new(int fd, const ReaderKind *kind, GError **error);
void reader_free(Reader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reader, reader_free)

/* Starts the thread. */
bool reader_start(Reader *reader, GError **error);

/* The kernel descriptor, to add to and remove from. */
int reader_fd(const Reader *reader);

/* Readable when reader_pop has something. */
int reader_poll_fd(const Reader *reader);

/* Reads all that the kernel had queued at the call. */
void reader_drain(Reader *reader);

/*
 * How often reader_pop is to be called to have all that is in the queue now, and to find it empty
 * if nothing comes meanwhile. Who pops until there is nothing may never come back: somebody may
 * write faster than we interpret.
 */
guint reader_pops(Reader *reader);

/* The oldest block; NULL when there is none. Caller frees with g_free. */
QueueBlock *reader_pop(Reader *reader);

/* Renews the instance: what it had queued, and what is in the queue, is gone. */
void reader_renew(Reader *reader);
