/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sightings as bytes, between the lookout's process and ours: one message each, packed on one side
 * and read on the other of the same program. Read strictly all the same: every size is checked.
 */
#pragma once

#include "actor/proc-files.h"
#include "actor/sighting.h"

#include <glib.h>
#include <stdbool.h>

#define WIRE_MAX_BYTES (2 * PROC_PATH_BYTES + PROC_ARGS_BYTES + 512)

/* Messages travel together: this many bytes of them at most, each behind its size. */
#define WIRE_BATCH_BYTES (64 * 1024)

typedef struct {
	gsize size;
	char data[WIRE_BATCH_BYTES];
} WireBatch;

typedef enum {
	WIRE_SEEN,  /* a sighting as it came */
	WIRE_FOUND, /* the answer to a question about one process */
	WIRE_GONE,  /* likewise: there is none */
	WIRE_DONE,  /* everything that happened before the question has been told */
	WIRE_LOST,  /* the kernel has dropped sightings */
} WireKind;

/* Packs; returns the size. `sighting` is NULL for the kinds without. Its `doubt` is not sent. */
gsize wire_pack(WireKind kind, const Sighting *sighting, char ret[WIRE_MAX_BYTES]);

/* Reads; the strings of `ret` point into `data`. False: no message of ours. */
bool wire_read(const char *data, gsize size, WireKind *ret_kind, Sighting *ret);

/* Packs one more behind the others; false: it is full, nothing was added. */
bool wire_batch_add(WireBatch *batch, WireKind kind, const Sighting *sighting);

/* The next message from *at on; false: there is none, or what is there is not one. */
bool wire_batch_next(const WireBatch *batch, gsize *at, const char **ret_data, gsize *ret_size);
