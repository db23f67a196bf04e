/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scrub: see scrub.h. */
#include "recorder/scrub.h"
#include "base/clock.h"
#include "base/log.h"
#include "recorder/pace.h"
#include "recorder/rotation.h"
#include "recorder/sweep.h"

#include <time.h>

#define SECOND G_GINT64_CONSTANT(1000000)
#define SLICE_USEC 2000
#define KEEP_USEC (300 * SECOND)
#define NOTE "rotation"

/* A third and a tenth of a percent of one processor. */
static const PaceRule sweep_rule = {
	.least_usec = 5 * SECOND,
	.greatest_usec = 900 * SECOND,
	.cpu_share = 300,
};
static const PaceRule rotation_rule = {
	.least_usec = 10 * SECOND,
	.greatest_usec = 24 * 3600 * SECOND,
	.cpu_share = 1000,
	.bytes_per_sec = 512 * 1024,
};

struct Scrub {
	const LookWorld *world;
	const ScrubClock *clock;
	Sweep *sweep;
	Rotation *rotation;
	Pace sweep_pace, rotation_pace;
	bool is_sweeping, is_rotating;
	bool is_whole; /* the rotation under way began at the first entry */
	enum {
		HURRY_NOT,
		HURRY_ASKED,
		HURRY_BEGUN, /* the sweep under way is the one that was asked for */
	} hurry;
	gint64 keep_usec; /* when to keep the position next */
	ScrubDoubts doubts;
	ScrubFacts facts;
};

static gint64 thread_cpu_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return clock_from_timespec(&ts);
}

const ScrubClock scrub_clock = {clock_mono_usec, thread_cpu_usec};

static void add_doubt(void *paths, const char *path)
{
	g_ptr_array_add(paths, g_strdup(path));
}

Scrub *scrub_new(const LookWorld *world, const ScrubClock *clock)
{
	Scrub *scrub = g_new0(Scrub, 1);
	g_autofree char *position = catalog_get_note(world->catalog, NOTE);
	gint64 now = clock->mono_usec();

	scrub->world = world;
	scrub->clock = clock;
	scrub->doubts.differ = g_ptr_array_new_with_free_func(g_free);
	scrub->doubts.differ_inside = g_ptr_array_new_with_free_func(g_free);
	scrub->sweep = sweep_new(world, add_doubt, scrub->doubts.differ);
	scrub->rotation = rotation_new(world, add_doubt, scrub->doubts.differ_inside);
	if (position != NULL && position[0] == '/') {
		rotation_set_position(scrub->rotation, position);
	}
	scrub->sweep_pace = (Pace){.rule = &sweep_rule, .next_usec = now + sweep_rule.least_usec};
	scrub->rotation_pace =
		(Pace){.rule = &rotation_rule, .next_usec = now + rotation_rule.least_usec};
	scrub->keep_usec = now + KEEP_USEC;
	return scrub;
}

void scrub_free(Scrub *scrub)
{
	if (scrub == NULL) {
		return;
	}
	sweep_free(scrub->sweep);
	rotation_free(scrub->rotation);
	g_ptr_array_unref(scrub->doubts.differ);
	g_ptr_array_unref(scrub->doubts.differ_inside);
	g_free(scrub);
}

gint64 scrub_next_usec(const Scrub *scrub)
{
	return MIN(scrub->sweep_pace.next_usec, scrub->rotation_pace.next_usec);
}

const ScrubDoubts *scrub_doubts(const Scrub *scrub)
{
	return &scrub->doubts;
}

const ScrubFacts *scrub_facts(const Scrub *scrub)
{
	return &scrub->facts;
}

static bool slice_is_over(const Scrub *scrub, gint64 began_usec)
{
	return scrub->clock->mono_usec() - began_usec >= SLICE_USEC;
}

static void end_sweep(Scrub *scrub, gint64 now)
{
	pace_end(&scrub->sweep_pace);
	scrub->is_sweeping = false;
	scrub->hurry = scrub->hurry == HURRY_BEGUN ? HURRY_NOT : scrub->hurry;
	if (scrub->hurry == HURRY_ASKED) {
		pace_hurry(&scrub->sweep_pace, now);
	}
	scrub->facts.sweeps++;
	scrub->facts.swept_usec = clock_wall_usec();
	scrub->facts.sweep_usec = now - scrub->sweep_pace.began_usec;
}

static bool sweep_slice(Scrub *scrub, gint64 began, GError **error)
{
	gint64 cpu = scrub->clock->cpu_usec();
	SweepStep step;
	gint64 now;

	if (!scrub->is_sweeping) {
		pace_begin(&scrub->sweep_pace, catalog_count(scrub->world->catalog), began);
		scrub->is_sweeping = true;
		scrub->hurry = scrub->hurry == HURRY_ASKED ? HURRY_BEGUN : scrub->hurry;
	}
	do {
		step = sweep_step(scrub->sweep, error);
	} while (step == SWEEP_MORE && !slice_is_over(scrub, began));
	now = scrub->clock->mono_usec();
	pace_did(&scrub->sweep_pace, now, scrub->clock->cpu_usec() - cpu, 0,
		 sweep_compared(scrub->sweep));
	if (step == SWEEP_DONE) {
		end_sweep(scrub, now);
	}
	return step != SWEEP_ERROR;
}

static void begin_rotation(Scrub *scrub, gint64 now)
{
	scrub->is_rotating = true;
	scrub->is_whole = rotation_position(scrub->rotation) == NULL;
	scrub->facts.reread = 0;
	scrub->facts.to_reread = catalog_count(scrub->world->catalog);
	pace_begin(&scrub->rotation_pace, scrub->facts.to_reread, now);
}

static void end_rotation(Scrub *scrub)
{
	pace_end(&scrub->rotation_pace);
	scrub->is_rotating = false;
	if (scrub->is_whole) {
		scrub->facts.rotations++;
		scrub->facts.rotated_usec = clock_wall_usec();
	}
}

static bool rotation_slice(Scrub *scrub, gint64 began, GError **error)
{
	gint64 cpu = scrub->clock->cpu_usec();
	guint64 bytes = 0;
	RotationStep step;

	if (!scrub->is_rotating) {
		begin_rotation(scrub, began);
	}
	do {
		step = rotation_step(scrub->rotation, &bytes, &scrub->facts.reread, error);
	} while (step == ROTATION_MORE && !slice_is_over(scrub, began));
	pace_did(&scrub->rotation_pace, scrub->clock->mono_usec(), scrub->clock->cpu_usec() - cpu,
		 bytes, scrub->facts.reread);
	if (step == ROTATION_DONE) {
		end_rotation(scrub);
	}
	return step != ROTATION_ERROR;
}

void scrub_keep(Scrub *scrub)
{
	const char *position = rotation_position(scrub->rotation);
	g_autoptr(GError) error = NULL;

	if (!catalog_set_note(scrub->world->catalog, NOTE, position == NULL ? "" : position,
			      &error)) {
		log_debug("the place of the rotation is not kept: %s", error->message);
	}
}

void scrub_hurry(Scrub *scrub)
{
	scrub->hurry = HURRY_ASKED;
	if (!scrub->is_sweeping) {
		pace_hurry(&scrub->sweep_pace, scrub->clock->mono_usec());
	}
}

bool scrub_is_hurried(const Scrub *scrub)
{
	return scrub->hurry != HURRY_NOT;
}

static void forget_doubts(Scrub *scrub)
{
	g_ptr_array_set_size(scrub->doubts.differ, 0);
	g_ptr_array_set_size(scrub->doubts.differ_inside, 0);
}

/* Beside the one that may be under way, which is not set back. */
bool scrub_sweep_now(Scrub *scrub, gint64 most_usec)
{
	g_autoptr(Sweep) sweep = sweep_new(scrub->world, add_doubt, scrub->doubts.differ);
	gint64 end_usec = scrub->clock->cpu_usec() + most_usec;
	SweepStep step;

	forget_doubts(scrub);
	do {
		step = sweep_step(sweep, NULL);
	} while (step == SWEEP_MORE && scrub->clock->cpu_usec() < end_usec);
	scrub->facts.doubts += scrub->doubts.differ->len;
	if (step == SWEEP_DONE) {
		scrub->hurry = HURRY_NOT;
	}
	return step == SWEEP_DONE;
}

bool scrub_turn(Scrub *scrub, GError **error)
{
	gint64 now = scrub->clock->mono_usec();
	bool ok = true;

	forget_doubts(scrub);
	if (scrub->sweep_pace.next_usec <= now) {
		ok = sweep_slice(scrub, now, error);
	} else if (scrub->rotation_pace.next_usec <= now) {
		ok = rotation_slice(scrub, now, error);
	}
	if (!ok) {
		scrub->sweep_pace.next_usec = now + sweep_rule.least_usec;
		scrub->rotation_pace.next_usec = now + rotation_rule.least_usec;
	}
	scrub->facts.doubts += scrub->doubts.differ->len + scrub->doubts.differ_inside->len;
	if (scrub->keep_usec <= now) {
		scrub->keep_usec = now + KEEP_USEC;
		scrub_keep(scrub);
	}
	return ok;
}
