/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers: order, bounds, failure, and nothing leaked whoever stops first. */
#include "snapshot/worker.h"

#include <string.h>

#define JOBS 1000

static gint living; /* jobs not yet freed */

typedef struct {
	guint number;
} Job;

static void job_free(void *job)
{
	g_atomic_int_add(&living, -1);
	g_free(job);
}

static Job *job_new(guint number)
{
	Job *job = g_new(Job, 1);

	job->number = number;
	g_atomic_int_inc(&living);
	return job;
}

/* Takes down the numbers; fails at one of them. */
typedef struct {
	GArray *seen; /* of guint */
	guint fails_at;
	GMutex *gate; /* held: the work stands still */
} Scribe;

static bool take_down(void *context, void *data, GError **error)
{
	Scribe *scribe = context;
	Job *job = data;

	if (scribe->gate != NULL) {
		g_mutex_lock(scribe->gate);
		g_mutex_unlock(scribe->gate);
	}
	g_array_append_val(scribe->seen, job->number);
	if (job->number == scribe->fails_at) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_IO, "no more paper");
		return false;
	}
	return true;
}

static void check_in_order(const Scribe *scribe, guint n)
{
	g_assert_cmpuint(scribe->seen->len, ==, n);
	for (guint i = 0; i < n; i++) {
		g_assert_cmpuint(g_array_index(scribe->seen, guint, i), ==, i);
	}
}

static void test_order(void)
{
	g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(guint));
	Scribe scribe = {.seen = seen, .fails_at = G_MAXUINT};
	g_autoptr(Worker) worker = worker_new(take_down, &scribe, job_free, 64);
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < JOBS; i++) {
		/* now and then one that is bigger than all that may wait */
		g_assert_true(worker_give(worker, job_new(i), i % 100 == 0 ? 1000 : 10, &error));
	}
	g_assert_true(worker_finish(worker, &error));
	check_in_order(&scribe, JOBS);
	g_assert_cmpint(g_atomic_int_get(&living), ==, 0);
}

static void test_failure(void)
{
	g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(guint));
	Scribe scribe = {.seen = seen, .fails_at = 5};
	Worker *worker = worker_new(take_down, &scribe, job_free, 64);
	g_autoptr(GError) at_give = NULL;
	g_autoptr(GError) at_finish = NULL;

	/* Far more than may wait: whoever gives is told, and never waits for ever. */
	for (guint i = 0; i < JOBS; i++) {
		if (!worker_give(worker, job_new(i), 10, &at_give)) {
			break;
		}
	}
	g_assert_error(at_give, REEVE_ERROR, REEVE_ERROR_IO);
	g_assert_false(worker_finish(worker, &at_finish));
	g_assert_cmpstr(at_finish->message, ==, "no more paper");
	check_in_order(&scribe, 6);
	worker_free(worker);
	g_assert_cmpint(g_atomic_int_get(&living), ==, 0);
}

static void test_dropped(void)
{
	g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(guint));
	GMutex gate;
	Scribe scribe = {.seen = seen, .fails_at = G_MAXUINT, .gate = &gate};
	Worker *worker;

	g_mutex_init(&gate);
	g_mutex_lock(&gate);
	worker = worker_new(take_down, &scribe, job_free, 1000);
	for (guint i = 0; i < 10; i++) {
		g_assert_true(worker_give(worker, job_new(i), 10, NULL));
	}
	g_mutex_unlock(&gate);
	worker_free(worker);
	g_assert_cmpint(g_atomic_int_get(&living), ==, 0);
	g_mutex_clear(&gate);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/worker/order", test_order);
	g_test_add_func("/worker/failure", test_failure);
	g_test_add_func("/worker/dropped", test_dropped);
	return g_test_run();
}
