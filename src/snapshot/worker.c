/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers: see worker.h. */
#include "snapshot/worker.h"

/* A thread is woken for a share of what may wait, not for every job: a wake-up costs more than many
 * a job does. */
#define SHARE 16

typedef struct {
	void *job;
	gsize bytes;
} Task;

struct Worker {
	WorkerDo work;
	void *context;
	GDestroyNotify job_free;
	gsize max_bytes;
	GThread *thread; /* NULL: joined */
	GMutex lock;
	GCond given, taken;
	/* under the lock: */
	GQueue tasks;    /* of Task */
	gsize bytes;     /* of the tasks that wait */
	bool is_idle;    /* the thread waits for jobs */
	bool is_crowded; /* the giver waits for room */
	bool is_ending;
	GError *failure;
};

static void task_free(Worker *worker, Task *task)
{
	worker->job_free(task->job);
	g_free(task);
}

/* Waits for the next task; NULL: there will be none, or none that is to be done. */
static Task *next_task(Worker *worker)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&worker->lock);
	Task *task;

	(void)locker;
	while (g_queue_is_empty(&worker->tasks) && !worker->is_ending) {
		worker->is_idle = true;
		g_cond_wait(&worker->given, &worker->lock);
	}
	task = g_queue_pop_head(&worker->tasks);
	if (task == NULL) {
		return NULL;
	}
	worker->bytes -= task->bytes;
	if (worker->is_crowded && worker->bytes <= worker->max_bytes / SHARE) {
		worker->is_crowded = false;
		g_cond_signal(&worker->taken);
	}
	return task;
}

static void fail(Worker *worker, GError *failure)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&worker->lock);

	(void)locker;
	worker->failure = failure;
	g_cond_signal(&worker->taken);
}

static void *run(void *data)
{
	Worker *worker = data;
	Task *task;

	while ((task = next_task(worker)) != NULL) {
		GError *failure = NULL;
		bool done = worker->work(worker->context, task->job, &failure);

		task_free(worker, task);
		if (!done) {
			fail(worker, failure);
			break;
		}
	}
	return NULL;
}

Worker *worker_new(WorkerDo work, void *context, GDestroyNotify job_free, gsize max_bytes)
{
	Worker *worker = g_new0(Worker, 1);

	worker->work = work;
	worker->context = context;
	worker->job_free = job_free;
	worker->max_bytes = max_bytes;
	g_mutex_init(&worker->lock);
	g_cond_init(&worker->given);
	g_cond_init(&worker->taken);
	g_queue_init(&worker->tasks);
	worker->thread = g_thread_new("worker", run, worker);
	return worker;
}

static void join(Worker *worker)
{
	g_mutex_lock(&worker->lock);
	worker->is_ending = true;
	g_cond_signal(&worker->given);
	g_mutex_unlock(&worker->lock);
	g_thread_join(g_steal_pointer(&worker->thread));
}

static void drop_all(Worker *worker)
{
	Task *task;

	while ((task = g_queue_pop_head(&worker->tasks)) != NULL) {
		task_free(worker, task);
	}
}

void worker_free(Worker *worker)
{
	if (worker == NULL) {
		return;
	}
	if (worker->thread != NULL) {
		g_mutex_lock(&worker->lock);
		drop_all(worker);
		g_mutex_unlock(&worker->lock);
		join(worker);
	}
	drop_all(worker);
	g_clear_error(&worker->failure);
	g_mutex_clear(&worker->lock);
	g_cond_clear(&worker->given);
	g_cond_clear(&worker->taken);
	g_free(worker);
}

static bool has_failed(const Worker *worker, GError **error)
{
	if (worker->failure == NULL) {
		return false;
	}
	g_propagate_error(error, g_error_copy(worker->failure));
	return true;
}

bool worker_give(Worker *worker, void *job, gsize bytes, GError **error)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&worker->lock);
	Task *task = g_new(Task, 1);

	(void)locker;
	g_assert(worker->thread != NULL);
	*task = (Task){.job = job, .bytes = bytes};
	while (worker->failure == NULL && worker->bytes > 0 &&
	       worker->bytes + bytes > worker->max_bytes) {
		worker->is_crowded = true;
		g_cond_wait(&worker->taken, &worker->lock);
	}
	g_queue_push_tail(&worker->tasks, task);
	worker->bytes += bytes;
	if (worker->is_idle && worker->bytes >= worker->max_bytes / SHARE) {
		worker->is_idle = false;
		g_cond_signal(&worker->given);
	}
	return !has_failed(worker, error);
}

bool worker_finish(Worker *worker, GError **error)
{
	if (worker->thread != NULL) {
		join(worker);
	}
	return !has_failed(worker, error);
}
