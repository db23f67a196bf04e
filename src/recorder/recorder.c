/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recorder's loop: see recorder.h. */
#include "recorder/recorder.h"
#include "base/clock.h"
#include "base/log.h"
#include "recorder/batch.h"
#include "recorder/flood.h"
#include "recorder/intake.h"
#include "recorder/mend.h"
#include "recorder/round.h"
#include "recorder/start.h"
#include "recorder/trouble.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define BEAT_USEC 5000000
#define PROGRESS_USEC 100000
#define PATROL_USEC 60000000
#define TIDY_LATER_USEC 60000000

void recorder_init(Recorder *recorder)
{
	recorder->settle = settle_new(SETTLE_MAX);
	recorder->gaps = g_ptr_array_new_with_free_func((GDestroyNotify)gap_free);
	recorder->lost =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)gap_free);
	recorder->world.linked = linked_new();
	recorder->world.known_secrets = known_secrets_new();
	recorder->uncovered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void recorder_clear(Recorder *recorder)
{
	settle_free(recorder->settle);
	scrub_free(recorder->scrub);
	g_ptr_array_unref(recorder->gaps);
	g_hash_table_unref(recorder->lost);
	g_hash_table_unref(recorder->uncovered);
	linked_free(recorder->world.linked);
	known_secrets_free(recorder->world.known_secrets);
	g_clear_pointer(&recorder->budget_gap, gap_free);
}

/*
 * What comes out: commits
 */

static void show_status(Recorder *recorder)
{
	Status *status = recorder->status;
	const LookWorld *world = &recorder->world;

	status->backend = watch_backend(world->watch);
	status->directories = watch_count(world->watch);
	status->uncovered = watch_uncovered(world->watch);
	status->pending = settle_count(recorder->settle);
	status->gaps_open = recorder->gaps->len + g_hash_table_size(recorder->lost) +
			    (recorder->budget_gap != NULL ? 1 : 0);
	status->entries = catalog_count(world->catalog);
	if (recorder->scrub != NULL) {
		status->scrub = *scrub_facts(recorder->scrub);
	}
	g_free(status->last_commit);
	status->last_commit = g_strdup(snapshot_head(world->snapshot));
	status_write(status);
}

/* Ready, and what a person should know all the same. */
static void set_ready_text(const Recorder *recorder)
{
	Status *status = recorder->status;
	guint uncovered = watch_uncovered(recorder->world.watch);

	if (uncovered > 0) {
		status_set_text(status,
				"%u directories have no watch and are looked at every "
				"minute: raise fs.inotify.max_user_watches",
				uncovered);
	} else if (recorder->n_blind > 0) {
		status_set_text(status, "watching; %u paths may not be read by this user",
				recorder->n_blind);
	} else if (recorder->was_mended) {
		status_set_text(status, "watching; snapshots.git was damaged and has been mended: "
					"`reeve verify` says what is lost");
	} else {
		status_set_text(status, "watching");
	}
}

static void note_success(Recorder *recorder)
{
	Status *status = recorder->status;

	trouble_end(recorder);
	status->state = STATUS_READY;
	set_ready_text(recorder);
	show_status(recorder);
}

/* False when the trouble is not one that passes. */
static bool note_failure(Recorder *recorder, GError *failure, GError **error)
{
	bool passes = trouble_take(recorder, failure, error);

	show_status(recorder);
	return passes;
}

static bool start(Recorder *recorder, GError **error)
{
	GError *failure = NULL;

	recorder->status->state = STATUS_STARTING;
	if (!start_catch_up(recorder, &failure)) {
		return note_failure(recorder, failure, error);
	}
	recorder->is_started = true;
	recorder->scrub = scrub_new(&recorder->world, &scrub_clock);
	linked_take_added(recorder->world.linked); /* everything has just been looked at */
	malloc_trim(0); /* what a baseline needed once is not kept for ever */
	note_success(recorder);
	stage_ready(recorder->options);
	log_info("watching %" G_GUINT64_FORMAT " entries in %u directories",
		 recorder->status->entries, recorder->status->directories);
	return true;
}

static void put_back(Recorder *recorder, GPtrArray *orders)
{
	gint64 now = clock_mono_usec();

	g_ptr_array_set_free_func(orders, NULL);
	for (guint i = 0; i < orders->len; i++) {
		Order *order = orders->pdata[i];

		/* Watches that the failed look added stay; a directory that is watched would
		 * pass for well known. */
		order->is_subtree = true;
		settle_put_back(recorder->settle, order, now);
	}
}

/* A flood is left to run; not when somebody waits for an answer. */
static bool is_resting(const Recorder *recorder)
{
	return recorder->barrier_asked == 0 && clock_mono_usec() < recorder->flood_usec;
}

static bool record(Recorder *recorder, GError **error)
{
	g_autoptr(GPtrArray) orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);
	BatchPlan plan = {.kind = CHANGE_SET_CHANGE, .mode = LOOK_COMPARE, .orders = orders};
	GError *failure = NULL;
	guint n_orders;

	if (recorder->must_rebuild) {
		plan.mode = LOOK_REBUILD;
		intake_rescan(recorder, "/");
	}
	intake_due(recorder, orders);
	if (orders->len == 0 && recorder->gaps->len == 0) {
		return true;
	}
	n_orders = orders->len;
	if (!batch_run(recorder, &plan, &failure)) {
		put_back(recorder, orders);
		return note_failure(recorder, failure, error);
	}
	recorder->flood_usec = clock_mono_usec() + flood_rest_usec(n_orders);
	note_success(recorder);
	return true;
}

/*
 * The loop
 */

/* Whether somebody wants us to go; never blocks. */
static bool is_told_to_leave(const Recorder *recorder)
{
	struct pollfd polled[] = {
		{recorder->signals, POLLIN, 0},
		{recorder->options->lifeline, POLLIN | POLLRDHUP, 0},
	};

	/* reeved never writes: whatever stirs on the lifeline is its end. */
	return poll(polled, G_N_ELEMENTS(polled), 0) > 0;
}

bool recorder_tick(void *context, guint64 done)
{
	Recorder *recorder = context;
	gint64 now;

	if (done % 64 != 0) {
		return true;
	}
	now = clock_mono_usec();
	if (now - recorder->progress_usec < PROGRESS_USEC) {
		return true;
	}
	recorder->progress_usec = now;
	if (!recorder->is_started) {
		recorder->status->baseline_done = done;
		show_status(recorder);
	}
	recorder->is_leaving |= is_told_to_leave(recorder);
	return !recorder->is_leaving;
}

bool recorder_is_being_written(void *context, const char *path)
{
	Recorder *recorder = context;

	watch_drain(recorder->world.watch);
	intake_take(recorder);
	return settle_was_written(recorder->settle, path);
}

const GPtrArray *recorder_actors(void *context, const char *path)
{
	return settle_actors(((const Recorder *)context)->settle, path);
}

gint64 recorder_sure_until_usec(const Recorder *recorder)
{
	gint64 pending = settle_oldest_wall_usec(recorder->settle);

	return pending != 0 ? pending : clock_wall_usec();
}

/* Directories without a watch are looked at every minute; a look tries to watch them, too. */
static void patrol(Recorder *recorder, gint64 now)
{
	GHashTableIter iter;
	void *path;

	if (g_hash_table_size(recorder->uncovered) == 0 || now < recorder->patrol_usec) {
		return;
	}
	recorder->patrol_usec = now + PATROL_USEC;
	g_hash_table_iter_init(&iter, recorder->uncovered);
	while (g_hash_table_iter_next(&iter, &path, NULL)) {
		settle_push_rescan(recorder->settle, path, now);
	}
}

static void tidy(Recorder *recorder, gint64 now)
{
	g_autoptr(GError) failure = NULL;

	if (recorder->maintain_usec == 0 || now < recorder->maintain_usec ||
	    recorder->retry_usec != 0) {
		return;
	}
	switch (snapshot_maintain(recorder->world.snapshot, clock_wall_usec(), &failure)) {
	case SNAPSHOT_TIDY:
		recorder->maintain_usec = 0;
		break;
	case SNAPSHOT_TIDY_MORE: /* after whatever has come meanwhile */
		recorder->maintain_usec = now;
		break;
	case SNAPSHOT_TIDY_LATER:
		recorder->maintain_usec = now + TIDY_LATER_USEC;
		break;
	case SNAPSHOT_TIDY_ERROR:
		log_warning("cannot tidy the snapshots: %s", failure->message);
		recorder->maintain_usec = now + TIDY_LATER_USEC;
		break;
	}
}

/* What is done now and then, not for a hint's sake. */
static void keep_house(Recorder *recorder)
{
	gint64 now = clock_mono_usec();

	if (now >= recorder->beat_usec) {
		recorder->beat_usec = now + BEAT_USEC;
		if (recorder->is_started && recorder->gaps->len == 0) {
			alive_beat(recorder->alive, recorder_sure_until_usec(recorder), false);
		}
		intake_take_clock(recorder);
		trouble_look(recorder);
		show_status(recorder);
		intake_take_linked(recorder);
	}
	patrol(recorder, now);
	tidy(recorder, now);
}

/* When the scrub wants its next slice; 0: not now. Nor while somebody waits for an answer: what it
 * would find meanwhile is for the round to search for (round.c). */
static gint64 scrub_due_usec(const Recorder *recorder)
{
	return recorder->scrub == NULL || recorder->retry_usec != 0 || recorder->must_rebuild ||
			       recorder->barrier_asked != 0
		       ? 0
		       : scrub_next_usec(recorder->scrub);
}

static bool scrub(Recorder *recorder, GError **error)
{
	gint64 due_usec;
	g_autoptr(GError) failure = NULL;

	intake_find_names(recorder, false);
	due_usec = scrub_due_usec(recorder);
	if (due_usec == 0 || clock_mono_usec() < due_usec) {
		return true;
	}
	if (scrub_turn(recorder->scrub, &failure)) {
		intake_take_doubts(recorder, scrub_doubts(recorder->scrub));
		return true;
	}
	if (g_error_matches(failure, REEVE_ERROR, REEVE_ERROR_CORRUPT)) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	log_warning("cannot compare with the catalog: %s", failure->message);
	return true;
}

static gint64 earlier(gint64 a, gint64 b)
{
	return b > 0 && b < a ? b : a;
}

static gint64 next_deadline(const Recorder *recorder)
{
	gint64 work_usec = settle_next_usec(recorder->settle);

	if (recorder->gaps->len > 0 || recorder->must_rebuild || !recorder->is_started) {
		work_usec = 1;
	}
	if (work_usec >= 0) {
		work_usec = MAX(work_usec, recorder->retry_usec);
	}
	if (work_usec >= 0 && recorder->barrier_asked == 0) {
		work_usec = MAX(work_usec, recorder->flood_usec);
	}
	return earlier(earlier(earlier(recorder->beat_usec, work_usec), recorder->maintain_usec),
		       scrub_due_usec(recorder));
}

static void wait_for_work(Recorder *recorder)
{
	const StageOptions *options = recorder->options;
	gint64 left_usec = MAX(next_deadline(recorder) - clock_mono_usec(), 0);
	struct timespec timeout = {left_usec / 1000000, left_usec % 1000000 * 1000};
	struct pollfd polled[] = {
		{watch_poll_fd(recorder->world.watch), POLLIN, 0},
		{recorder->signals, POLLIN, 0},
		{options->lifeline, POLLIN | POLLRDHUP, 0},
		{recorder->barrier == NULL ? -1 : options->barrier_bell, POLLIN, 0},
		{recorder->mounts == NULL ? -1 : mounts_poll_fd(recorder->mounts), POLLPRI, 0},
	};

	if (ppoll(polled, G_N_ELEMENTS(polled), &timeout, NULL) > 0) {
		/* Polling the mount table takes its news: nobody is told twice. */
		recorder->mounts_stirred |= polled[G_N_ELEMENTS(polled) - 1].revents != 0;
	}
}

static bool work(Recorder *recorder, GError **error)
{
	GError *failure = NULL;

	if (is_resting(recorder)) {
		intake_take(recorder);
		round_ask(recorder);
	}
	if (is_resting(recorder)) {
		return true;
	}
	intake_take(recorder);
	if (clock_mono_usec() < recorder->retry_usec) {
		return true;
	}
	if (!mend_stores(recorder, &failure)) {
		return note_failure(recorder, failure, error);
	}
	if (!recorder->is_started) {
		return start(recorder, error);
	}
	round_ask(recorder);
	if (!record(recorder, error)) {
		return false;
	}
	round_answer(recorder);
	return scrub(recorder, error);
}

/* The last words: what is pending is recorded, without waiting for anybody. */
static bool leave(Recorder *recorder, GError **error)
{
	recorder->is_leaving = true;
	if (!recorder->is_started) {
		return true; /* the debt to the past stays as it was */
	}
	recorder->world.tick = NULL;
	scrub_keep(recorder->scrub);
	watch_drain(recorder->world.watch);
	intake_take(recorder);
	intake_take_linked(recorder);
	settle_hurry(recorder->settle, clock_mono_usec());
	if (!record(recorder, error)) {
		return false;
	}
	if (recorder->gaps->len == 0) {
		alive_beat(recorder->alive, recorder_sure_until_usec(recorder), true);
	}
	return true;
}

bool recorder_run(Recorder *recorder, GError **error)
{
	while (!recorder->is_leaving) {
		if (!work(recorder, error)) {
			return false;
		}
		keep_house(recorder);
		if (!recorder->is_leaving) {
			wait_for_work(recorder);
		}
		recorder->is_leaving |= is_told_to_leave(recorder);
	}
	return leave(recorder, error);
}
