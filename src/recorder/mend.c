/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mending: see mend.h.
 *
 * A commit is built from the trees of the one before, so a damaged tree would stop every commit
 * that comes near it. The catalog knows what those trees say: with it they are written anew, bit
 * for bit, and the judge can compare as ever. Then everything is read again (must_rebuild), which
 * brings back the contents that are still in the watched tree.
 */
#include "recorder/mend.h"

#include "base/log.h"

#include <string.h>

#define CAUSE "store-damaged"

static void put_again(void *context, const char *path, const CatalogEntry *entry)
{
	snapshot_put(context, path, &entry->state);
}

static bool catalog_is_of_head(const LookWorld *world)
{
	const char *head = snapshot_head(world->snapshot);

	return head != NULL && g_strcmp0(head, catalog_commit(world->catalog)) == 0;
}

static bool write_trees(const LookWorld *world, GError **error)
{
	if (!catalog_is_of_head(world)) {
		log_warning("the catalog is not of the last commit: its trees are lost");
		return true;
	}
	if (!snapshot_begin(world->snapshot, error)) {
		return false;
	}
	if (!catalog_each_beneath(world->catalog, "/", put_again, world->snapshot, error)) {
		snapshot_abandon(world->snapshot);
		return false;
	}
	return snapshot_refill(world->snapshot, error);
}

static void tell(Recorder *recorder)
{
	for (guint i = 0; i < recorder->gaps->len; i++) {
		if (strcmp(((const Gap *)recorder->gaps->pdata[i])->cause, CAUSE) == 0) {
			return;
		}
	}
	g_ptr_array_add(recorder->gaps, gap_new(CAUSE, "/", recorder_sure_until_usec(recorder), 0));
}

static bool mend_snapshots(Recorder *recorder, GError **error)
{
	guint damaged;

	log_error("snapshots.git is damaged: saving what can be read and what is still there");
	if (!snapshot_mend(recorder->world.snapshot, &damaged, error) ||
	    !write_trees(&recorder->world, error)) {
		return false;
	}
	log_error("%u damaged files of snapshots.git were put aside; `reeve verify` says what is "
		  "lost",
		  damaged);
	tell(recorder);
	recorder->must_rebuild = true;
	recorder->was_mended = true;
	return true;
}

static bool mend_catalog(const Recorder *recorder, GError **error)
{
	log_warning("the catalog was removed or exchanged: it is written again");
	return catalog_put_back(recorder->world.catalog, error);
}

bool mend_stores(Recorder *recorder, GError **error)
{
	const LookWorld *world = &recorder->world;

	/* What was removed, or exchanged for another, is open here still, but nobody finds what is
	 * written there. The next start finds the place as it is, begins anew and says so. */
	if (!snapshot_is_in_place(world->snapshot)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_CORRUPT,
			    "snapshots.git was removed or exchanged while it was in use: starting "
			    "again");
		return false;
	}
	if (!catalog_is_in_place(world->catalog) && !mend_catalog(recorder, error)) {
		return false;
	}
	return !snapshot_is_damaged(world->snapshot) || mend_snapshots(recorder, error);
}
