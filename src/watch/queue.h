/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bounded queue between the reader thread and the thread that interprets: blocks of raw kernel
 * events with the time they were read. It knows nothing of what is in them.
 *
 * Bounded in bytes. A block that does not fit is dropped and remembered as a loss: the consumer
 * learns of it in order, behind the blocks that came before.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define QUEUE_MAX_BYTES (8u * 1024 * 1024)

typedef struct {
	gint64 wall_usec, mono_usec; /* when it was pushed */
	gint64 since_usec;           /* monotonic: what is in it happened after this */
	guint generation;            /* of the kernel descriptor it was read from */
	bool is_loss; /* no events: here blocks were dropped because the queue was full */
	gsize size;
	char data[] __attribute__((aligned(8)));
} QueueBlock;

typedef struct Queue Queue;

Queue *queue_new(gsize max_bytes);
void queue_free(Queue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Queue, queue_free)

typedef enum {
	QUEUE_PUSHED,
	QUEUE_PUSHED_FIRST, /* there was nothing before: the consumer may be asleep */
	QUEUE_LOST,         /* it did not fit */
} QueuePush;

/* Copies a block in. Any thread. */
QueuePush queue_push(Queue *queue, guint generation, gint64 since_usec, const void *data,
		     gsize size);

/* How many blocks there are. Any thread. */
guint queue_length(Queue *queue);

/* Takes the oldest block; NULL when there is none. Caller frees with g_free. Any thread. */
QueueBlock *queue_pop(Queue *queue);
