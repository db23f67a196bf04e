/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file of an event for a person: path, what happened to it, and what differs: modes in words,
 * owners by name, the text. Used for alerts and for `reeve diff`.
 */
#pragma once

#include "cli/paint.h"

#include <glib.h>
#include <jansson.h>

/* What a file's part may take. */
typedef struct {
	bool is_brief;    /* the path and the operation, nothing else */
	bool is_full;     /* everything, whole */
	bool is_patch;    /* the text as a patch, from approved/PATH to current/PATH */
	const char *note; /* our own words, dim, below the path; NULL */
	guint diff_lines; /* left for text; file_block_put counts it down */
} FileBlockRoom;

/* Appends the part of one member of `files`. */
void file_block_put(const Paint *paint, GString *out, const json_t *file, FileBlockRoom *room);
