/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a source of sightings is: a row of functions over a state of its own. source.c holds the
 * table of sources, the best first, and nothing else.
 *
 * A source is opened before the wall: what it needs besides read rights is open from then on. It
 * changes nothing on the host: no audit rule, no permission event, nothing that could delay others.
 */
#pragma once

#include "actor/proc-files.h"
#include "actor/sighting.h"
#include "base/error.h"
#include "event/actor.h"

#include <glib.h>
#include <stdbool.h>

typedef void SightingSink(void *context, const Sighting *sighting);

typedef struct {
	const char *name;
	bool is_automatic;  /* may be chosen by "auto" */
	Confidence reach;   /* the best it can be sure of */
	const char *limits; /* what it cannot do, one sentence for a person */
	void *(*open)(GError **error);
	void (*close)(void *source);
	/* Readable when `take` should be called soon; -1: never. */
	int (*poll_fd)(const void *source);
	/* Gives everything seen so far; never blocks. False: the source is dead. */
	bool (*take)(void *source, SightingSink *sink, void *context);
	/* Looks at one living process now; the sighting (SIGHTING_FOUND) borrows from `room`. */
	bool (*look)(void *source, gint64 pid, ProcRoom *room, Sighting *ret);
	/* How many sightings were lost since the beginning. */
	guint64 (*lost)(const void *source);
} SourceOps;

extern const SourceOps source_bpf_ops;
extern const SourceOps source_connector_ops;
extern const SourceOps source_proc_ops;
extern const SourceOps source_none_ops;

/* The n-th best; NULL behind the last. */
const SourceOps *source_at(guint n);

typedef struct {
	const SourceOps *ops;
	void *state;
	/* Why better ones were passed over, one line each (char *). */
	GPtrArray *passed_over;
} Source;

/*
 * Opens the source of that name, or with "auto" the best that can be had; "none" always can. False
 * and *error when the one named cannot.
 */
bool source_open(Source *source, const char *name, GError **error);
void source_close(Source *source);
