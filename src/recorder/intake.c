/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The intake: see intake.h. */
#include "recorder/intake.h"
#include "base/clock.h"
#include "base/log.h"

#include <poll.h>

#define SEARCH_MOST_USEC 100000

void intake_rescan(Recorder *recorder, const char *path)
{
	const Scope *scope = recorder->world.scope;
	g_autoptr(GPtrArray) roots = g_ptr_array_new_with_free_func(g_free);

	if (scope_covers(scope, path)) {
		g_ptr_array_add(roots, g_strdup(path));
	}
	scope_roots_below(scope, path, roots);
	for (guint i = 0; i < roots->len; i++) {
		settle_push_rescan(recorder->settle, roots->pdata[i], clock_mono_usec());
	}
}

/* Who gave occasion to a hint; NULL where the kernel does not say. A reference. */
static Actor *name_actor(const Recorder *recorder, const Hint *hint)
{
	if (hint->pid <= 0 || recorder->witness == NULL) {
		return NULL;
	}
	return witness_name(recorder->witness, hint->pid, hint->since_usec, hint->mono_usec);
}

/*
 * The kernel says who closed a file last that was open for writing. That is its writer mostly; but
 * a descriptor may have been handed to somebody who only let it go, and of what is written through
 * a mapping nothing else is told. So it is an inference, unless he was seen writing as well.
 */
static void attribute(Recorder *recorder, const char *path, HintKind kind, Actor *actor)
{
	g_autoptr(Actor) closer = NULL;

	if (kind == HINT_WRITTEN && actor != NULL && actor->confidence == CONFIDENCE_EXACT &&
	    !actors_have(settle_actors(recorder->settle, path), actor)) {
		closer = actor_copy(actor);
		closer->confidence = CONFIDENCE_INFERRED;
		closer->how = g_strdup("it closed the file; its writing was not seen");
		actor = closer;
	}
	settle_attribute(recorder->settle, path, actor);
}

/* Something above a root came or went: the root is what we answer for. */
static void push_for_roots_below(Recorder *recorder, const Hint *hint, Actor *actor)
{
	g_autoptr(GPtrArray) roots = g_ptr_array_new_with_free_func(g_free);

	scope_roots_below(recorder->world.scope, hint->path, roots);
	for (guint i = 0; i < roots->len; i++) {
		Hint about = {
			.kind = HINT_SUBTREE,
			.path = g_strdup(roots->pdata[i]),
			.wall_usec = hint->wall_usec,
			.mono_usec = hint->mono_usec,
		};

		settle_push(recorder->settle, &about);
		settle_attribute(recorder->settle, roots->pdata[i], actor);
	}
}

static void take_hint(void *context, Hint *hint)
{
	Recorder *recorder = context;
	const Scope *scope = recorder->world.scope;
	g_autoptr(Actor) actor = name_actor(recorder, hint);
	g_autofree char *path = NULL;
	HintKind kind = hint->kind;

	if (!scope_covers(scope, hint->path)) {
		push_for_roots_below(recorder, hint, actor);
		hint_clear(hint);
		return;
	}
	if (hint->moved_from != NULL && !scope_covers(scope, hint->moved_from)) {
		g_clear_pointer(&hint->moved_from, g_free);
	}
	path = g_strdup(hint->path);
	settle_push(recorder->settle, hint);
	attribute(recorder, path, kind, actor);
}

static void take_gap(void *context, Gap *gap)
{
	Recorder *recorder = context;

	log_warning("%s: hints were lost, looking at everything again", gap->cause);
	g_hash_table_remove_all(recorder->uncovered);
	intake_rescan(recorder, gap->scope);
	g_ptr_array_add(recorder->gaps, gap);
}

/* A hint of our own: nobody else says that something may have happened there. */
static void push_own_hint(Recorder *recorder, HintKind kind, const char *path)
{
	Hint about = {
		.kind = kind,
		.path = g_strdup(path),
		.wall_usec = clock_wall_usec(),
		.mono_usec = clock_mono_usec(),
	};

	take_hint(recorder, &about);
}

/* What is mounted hides what was there: from here on it is a subtree like any other in doubt. */
static void take_mounts(Recorder *recorder)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

	mounts_compare(recorder->mounts, paths);
	for (guint i = 0; i < paths->len; i++) {
		linked_forget(recorder->world.linked, paths->pdata[i]);
		push_own_hint(recorder, HINT_SUBTREE, paths->pdata[i]);
	}
}

void intake_take_clock(Recorder *recorder)
{
	gint64 wall_usec = clock_wall_usec();
	gint64 moved_usec = clock_step_take(&recorder->clock, wall_usec, clock_boot_usec());

	if (moved_usec == 0) {
		return;
	}
	log_warning("the clock was moved by %" G_GINT64_FORMAT " s", moved_usec / G_USEC_PER_SEC);
	if (recorder->is_started) {
		/* from the earlier to the later of the two: both may stand in what was recorded */
		g_ptr_array_add(recorder->gaps,
				gap_new("clock", "/", MIN(wall_usec, wall_usec - moved_usec),
					MAX(wall_usec, wall_usec - moved_usec)));
	}
}

void intake_take_linked(Recorder *recorder)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

	linked_stirred(recorder->world.linked, recorder->world.root_fd, paths);
	for (guint i = 0; i < paths->len; i++) {
		push_own_hint(recorder, HINT_LOOK, paths->pdata[i]);
	}
}

void intake_take(Recorder *recorder)
{
	WatchSink sink = {take_hint, take_gap, recorder};
	struct pollfd mounts = {
		.fd = recorder->mounts == NULL ? -1 : mounts_poll_fd(recorder->mounts),
		.events = POLLPRI,
	};

	watch_take(recorder->world.watch, &sink);
	if (poll(&mounts, 1, 0) > 0 || recorder->mounts_stirred) {
		recorder->mounts_stirred = false;
		take_mounts(recorder);
	}
}

bool intake_find_names(Recorder *recorder, bool is_now)
{
	const GPtrArray *paths;

	if (recorder->scrub == NULL) {
		return false;
	}
	if (linked_take_added(recorder->world.linked)) {
		scrub_hurry(recorder->scrub);
	}
	if (!is_now || !scrub_is_hurried(recorder->scrub)) {
		return false;
	}
	scrub_sweep_now(recorder->scrub, SEARCH_MOST_USEC);
	paths = scrub_doubts(recorder->scrub)->differ;
	for (guint i = 0; i < paths->len; i++) {
		push_own_hint(recorder, HINT_LOOK, paths->pdata[i]);
	}
	return true;
}

void intake_take_doubts(Recorder *recorder, const ScrubDoubts *doubts)
{
	gint64 wall_usec = clock_wall_usec();
	gint64 due_usec;

	if (doubts->differ->len == 0 && doubts->differ_inside->len == 0) {
		return;
	}
	/* What has just happened has a hint of its own, which knows more: it goes first. */
	watch_drain(recorder->world.watch);
	intake_take(recorder);
	due_usec = clock_mono_usec() + SETTLE_RECHECK_USEC;
	for (guint i = 0; i < doubts->differ->len; i++) {
		settle_push_doubt(recorder->settle, doubts->differ->pdata[i], false, wall_usec,
				  due_usec);
	}
	for (guint i = 0; i < doubts->differ_inside->len; i++) {
		settle_push_doubt(recorder->settle, doubts->differ_inside->pdata[i], true,
				  wall_usec, due_usec);
	}
}

static void resolve(const Scope *scope, Order *order, GPtrArray *ret)
{
	g_autoptr(GPtrArray) roots = g_ptr_array_new_with_free_func(g_free);

	if (scope_covers(scope, order->path)) {
		g_ptr_array_add(ret, order);
		return;
	}
	scope_roots_below(scope, order->path, roots);
	for (guint i = 0; i < roots->len; i++) {
		Order *about = order_copy(order);

		g_free(about->path);
		about->path = g_strdup(roots->pdata[i]);
		g_ptr_array_add(ret, about);
	}
	order_free(order);
}

void intake_due(Recorder *recorder, GPtrArray *ret)
{
	g_autoptr(GPtrArray) due = g_ptr_array_new();

	settle_take(recorder->settle, clock_mono_usec(), due);
	for (guint i = 0; i < due->len; i++) {
		resolve(recorder->world.scope, due->pdata[i], ret);
	}
}
