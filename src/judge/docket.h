/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The docket: which commits of snapshots.git wait to be judged, in their order, each once; and what
 * to say of those that cannot be read. It never stops at damage: it tells of it and goes on behind
 * it, comparing with the last commit it could read, so that what a damaged commit changed is told
 * with the next one.
 *
 * It owns the store. It knows nothing of journals: the caller says where judging stands.
 */
#pragma once

#include "change/store.h"
#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Docket Docket;

/*
 * `judged`: the last commit that was told, NULL for none; `is_unfinished`: not all of its parts
 * were, so it comes first once more.
 */
Docket *docket_new(const char *state_dir, const char *judged, bool is_unfinished);
/* See store_set_people; to be told before anything is taken. */
void docket_set_people(Docket *docket, const Names *people);
/* See store_set_lens; likewise. */
void docket_set_lens(Docket *docket, Lens *lens);
void docket_free(Docket *docket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Docket, docket_free)

typedef enum {
	DOCKET_EMPTY,      /* nothing waits */
	DOCKET_CHANGE_SET, /* `set`: judge it */
	DOCKET_TROUBLE,    /* `text`: tell it; `commit` (may be NULL) counts as told then */
	DOCKET_BLOCKED, /* the system refuses, or the store is gone: try later; `text` says why */
} DocketNext;

typedef struct {
	ChangeSet *set; /* without texts: store_add_text */
	char *text;
	Severity severity;
	char *commit, *parent;
} DocketItem;

void docket_item_clear(DocketItem *item);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DocketItem, docket_item_clear)

/* What comes next. Looks at the ref first when nothing is known to wait; cheap when it stands where
 * it stood. */
DocketNext docket_next(Docket *docket, DocketItem *ret);

/* Opens the store unless it is open; false: it is not there, or refuses. */
bool docket_open(Docket *docket);

/* How many commits wait, as far as is known. */
guint64 docket_behind(const Docket *docket);
/* The last commit handed out; NULL: none. */
const char *docket_judged(const Docket *docket);
/* For texts and approved states; NULL before the first snapshot. */
Store *docket_store(Docket *docket);
