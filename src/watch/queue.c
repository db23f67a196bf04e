/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded queue: see queue.h. */
#include "watch/queue.h"
#include "base/clock.h"

#include <string.h>

struct Queue {
	GMutex lock;
	GQueue blocks; /* of QueueBlock */
	gsize bytes, max_bytes;
	bool is_losing; /* the newest block is a loss: later losses join it */
};

Queue *queue_new(gsize max_bytes)
{
	Queue *queue = g_new0(Queue, 1);

	g_mutex_init(&queue->lock);
	g_queue_init(&queue->blocks);
	queue->max_bytes = max_bytes;
	return queue;
}

void queue_free(Queue *queue)
{
	if (queue == NULL) {
		return;
	}
	g_queue_clear_full(&queue->blocks, g_free);
	g_mutex_clear(&queue->lock);
	g_free(queue);
}

static QueueBlock *block_new(guint generation, gint64 since_usec, const void *data, gsize size)
{
	QueueBlock *block = g_malloc0(sizeof(QueueBlock) + size);

	block->wall_usec = clock_wall_usec();
	block->mono_usec = clock_mono_usec();
	block->since_usec = since_usec;
	block->generation = generation;
	block->size = size;
	if (size > 0) {
		memcpy(block->data, data, size);
	}
	return block;
}

QueuePush queue_push(Queue *queue, guint generation, gint64 since_usec, const void *data,
		     gsize size)
{
	gsize cost = sizeof(QueueBlock) + size;
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&queue->lock);
	bool fits = cost <= queue->max_bytes - queue->bytes;
	bool is_first = g_queue_is_empty(&queue->blocks);
	QueueBlock *block;

	(void)locker;
	if (!fits && queue->is_losing) {
		return QUEUE_LOST;
	}
	/* The mark of a loss is let in above the limit: there is at most one in a row. */
	block = block_new(generation, since_usec, data, fits ? size : 0);
	block->is_loss = !fits;
	queue->is_losing = !fits;
	queue->bytes += fits ? cost : 0;
	g_queue_push_tail(&queue->blocks, block);
	return !fits ? QUEUE_LOST : is_first ? QUEUE_PUSHED_FIRST : QUEUE_PUSHED;
}

guint queue_length(Queue *queue)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&queue->lock);

	(void)locker;
	return g_queue_get_length(&queue->blocks);
}

QueueBlock *queue_pop(Queue *queue)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&queue->lock);
	QueueBlock *block = g_queue_pop_head(&queue->blocks);

	(void)locker;
	if (block != NULL && !block->is_loss) {
		queue->bytes -= sizeof(QueueBlock) + block->size;
	}
	if (g_queue_is_empty(&queue->blocks)) {
		queue->is_losing = false;
	}
	return block;
}
