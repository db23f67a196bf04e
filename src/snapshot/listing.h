/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The manifests of one directory as a whole: sorted lines in one text, edited by merging. Whether
 * the text lies in one blob or in shards is decided by whoever stores it.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	const char *name;  /* raw; borrowed */
	const char *line;  /* with LF; NULL: away with it; borrowed */
	bool was_there;    /* set by the merge: the old text had a line of this name */
	bool is_different; /* set by the merge: what is there now is not what was */
	void *owner;       /* the caller's */
} ListingEdit;

/* The edits of a GArray of ListingEdit, by name; they stay where they are. Caller unrefs. */
GPtrArray *listing_sort(GArray *edits);

/*
 * Merges sorted edits (of ListingEdit *) into the old lines and appends the new text.
 * An old text that is not sorted lines of ours is REEVE_ERROR_CORRUPT. *ret_lines: how many lines
 * the new text has.
 */
bool listing_merge(const char *old, gsize size, const GPtrArray *edits, GString *out,
		   guint *ret_lines, GError **error);

/* Distributes the lines of a text by layout_shard to as many texts. */
bool listing_split(const char *text, gsize size, GString **shards, GError **error);
