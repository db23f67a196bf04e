/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounded queue: order, the limit, and what is said of a loss. */
#include "watch/queue.h"

#include <string.h>

static void test_order(void)
{
	g_autoptr(Queue) queue = queue_new(QUEUE_MAX_BYTES);
	QueueBlock *block;

	g_assert_null(queue_pop(queue));
	g_assert_cmpint(queue_push(queue, 3, 33, "one", 3), ==, QUEUE_PUSHED_FIRST);
	g_assert_cmpint(queue_push(queue, 4, 44, "three", 5), ==, QUEUE_PUSHED);
	block = queue_pop(queue);
	g_assert_cmpmem(block->data, block->size, "one", 3);
	g_assert_cmpuint(block->generation, ==, 3);
	g_assert_cmpint(block->since_usec, ==, 33);
	g_assert_false(block->is_loss);
	g_assert_cmpint(block->wall_usec, >, 0);
	g_assert_cmpint(block->mono_usec, >, 0);
	g_free(block);
	block = queue_pop(queue);
	g_assert_cmpmem(block->data, block->size, "three", 5);
	g_free(block);
	g_assert_null(queue_pop(queue));
}

/* Losses are told where they happened, once however many there were. */
static void test_full(void)
{
	char data[1000] = "";
	g_autoptr(Queue) queue = queue_new(3 * (sizeof(data) + sizeof(QueueBlock)));
	guint kept = 0, lost = 0;
	QueueBlock *block;

	for (int i = 0; i < 10; i++) {
		QueuePush expected = i == 0  ? QUEUE_PUSHED_FIRST
				     : i < 3 ? QUEUE_PUSHED
					     : QUEUE_LOST;

		g_assert_cmpint(queue_push(queue, 0, 0, data, sizeof(data)), ==, expected);
	}
	while ((block = queue_pop(queue)) != NULL) {
		kept += !block->is_loss;
		lost += block->is_loss;
		g_assert_true(lost == 0 || block->is_loss);
		g_free(block);
	}
	g_assert_cmpuint(kept, ==, 3);
	g_assert_cmpuint(lost, ==, 1);
	g_assert_cmpint(queue_push(queue, 0, 0, data, sizeof(data)), !=, QUEUE_LOST);
	block = queue_pop(queue);
	g_assert_false(block->is_loss);
	g_free(block);
}

/* After a loss the queue takes what fits again; a second loss is a second mark. */
static void test_two_losses(void)
{
	char data[1000] = "";
	g_autoptr(Queue) queue = queue_new(sizeof(data) + sizeof(QueueBlock));
	const bool expected[] = {false, true, false, true};

	g_assert_cmpint(queue_push(queue, 0, 0, data, sizeof(data)), !=, QUEUE_LOST);
	g_assert_cmpint(queue_push(queue, 0, 0, data, sizeof(data)), ==, QUEUE_LOST);
	for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
		g_autofree QueueBlock *block = queue_pop(queue);

		g_assert_cmpint(block->is_loss, ==, expected[i]);
		if (i == 0) {
			g_assert_cmpint(queue_push(queue, 0, 0, data, sizeof(data)), !=,
					QUEUE_LOST);
			g_assert_cmpint(queue_push(queue, 0, 0, data, sizeof(data)), ==,
					QUEUE_LOST);
		}
	}
	g_assert_null(queue_pop(queue));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/queue/order", test_order);
	g_test_add_func("/queue/full", test_full);
	g_test_add_func("/queue/two-losses", test_two_losses);
	return g_test_run();
}
