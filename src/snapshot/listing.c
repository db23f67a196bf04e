/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listings: see listing.h. */
#include "snapshot/listing.h"

#include "snapshot/layout.h"
#include "snapshot/manifest.h"

#include <stdlib.h>
#include <string.h>

/* A walk over the lines of a text. */
typedef struct {
	const char *next, *end;
	const char *line; /* the line at hand; NULL behind the last */
	gsize size;       /* with its LF */
	char *name;
} Walk;

static void walk_clear(Walk *walk)
{
	g_free(walk->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

/* Steps to the next line; its name must be greater than the last one's. */
static bool walk_step(Walk *walk, GError **error)
{
	g_autofree char *last = g_steal_pointer(&walk->name);
	const char *stop;

	if (walk->next == walk->end) {
		walk->line = NULL;
		return true;
	}
	stop = memchr(walk->next, '\n', (gsize)(walk->end - walk->next));
	if (stop != NULL) {
		walk->name = manifest_parse_name(walk->next, (gsize)(stop - walk->next));
	}
	if (walk->name == NULL || (last != NULL && strcmp(last, walk->name) >= 0)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "a manifest is not made of sorted lines");
		return false;
	}
	walk->line = walk->next;
	walk->size = (gsize)(stop + 1 - walk->next);
	walk->next = stop + 1;
	return true;
}

static int compare_edits(const void *a, const void *b)
{
	return strcmp((*(ListingEdit *const *)a)->name, (*(ListingEdit *const *)b)->name);
}

GPtrArray *listing_sort(GArray *edits)
{
	GPtrArray *sorted = g_ptr_array_sized_new(edits->len);

	for (guint i = 0; i < edits->len; i++) {
		g_ptr_array_add(sorted, &g_array_index(edits, ListingEdit, i));
	}
	g_ptr_array_sort(sorted, compare_edits);
	return sorted;
}

static void append_line(GString *out, const char *line, gsize size, guint *lines)
{
	g_string_append_len(out, line, (gssize)size);
	(*lines)++;
}

/* Copies the old lines whose names come before `name` (NULL: all that are left). */
static bool copy_until(Walk *walk, const char *name, GString *out, guint *lines, GError **error)
{
	while (walk->line != NULL && (name == NULL || strcmp(walk->name, name) < 0)) {
		append_line(out, walk->line, walk->size, lines);
		if (!walk_step(walk, error)) {
			return false;
		}
	}
	return true;
}

static void apply_edit(const Walk *walk, ListingEdit *edit, GString *out, guint *lines)
{
	gsize size = edit->line == NULL ? 0 : strlen(edit->line);

	edit->was_there = walk->line != NULL && strcmp(walk->name, edit->name) == 0;
	edit->is_different =
		edit->was_there ? size != walk->size || memcmp(edit->line, walk->line, size) != 0
				: edit->line != NULL;
	if (edit->line != NULL) {
		append_line(out, edit->line, size, lines);
	}
}

bool listing_merge(const char *old, gsize size, const GPtrArray *edits, GString *out,
		   guint *ret_lines, GError **error)
{
	g_auto(Walk) walk = {.next = old, .end = old + size};

	*ret_lines = 0;
	if (!walk_step(&walk, error)) {
		return false;
	}
	for (guint i = 0; i < edits->len; i++) {
		ListingEdit *edit = edits->pdata[i];

		if (!copy_until(&walk, edit->name, out, ret_lines, error)) {
			return false;
		}
		apply_edit(&walk, edit, out, ret_lines);
		if (edit->was_there && !walk_step(&walk, error)) {
			return false;
		}
	}
	return copy_until(&walk, NULL, out, ret_lines, error);
}

bool listing_split(const char *text, gsize size, GString **shards, GError **error)
{
	g_auto(Walk) walk = {.next = text, .end = text + size};

	for (;;) {
		if (!walk_step(&walk, error)) {
			return false;
		}
		if (walk.line == NULL) {
			return true;
		}
		g_string_append_len(shards[layout_shard(walk.name)], walk.line, (gssize)walk.size);
	}
}
