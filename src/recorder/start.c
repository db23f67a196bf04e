/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The start: see start.h.
 *
 * The catalog is written after the ref has moved, so a crash (or a power cut: the catalog is not
 * synced) may leave it behind the snapshot. Then comparing with it is not enough: a path that
 * changed, was committed, and has been changed back since equals the catalog, and its last commit
 * would stay the wrong one for ever. So no entry is trusted: the new tree is built from nothing but
 * what is on disk now (LOOK_REBUILD: the roots are removed from the snapshot's tree, then every
 * path that is found is read and put). Therefore
 *   - nothing is lost: the tree is what is there, whatever the catalog said;
 *   - nothing is recorded twice: the commit's parent is the head, so what the head already had
 *     does not differ from it;
 *   - what is gone is gone from the tree, also where the catalog never knew of it.
 * The price is reading everything once, as for a baseline, after a crash within that one moment.
 */
#include "recorder/start.h"
#include "base/log.h"
#include "recorder/batch.h"

static GPtrArray *orders_for_roots(const Scope *scope)
{
	GPtrArray *orders = g_ptr_array_new_with_free_func((GDestroyNotify)order_free);

	for (guint i = 0; scope->roots[i] != NULL; i++) {
		Order *order = g_new0(Order, 1);

		order->path = g_strdup(scope->roots[i]);
		order->is_subtree = true;
		order->is_offline = true;
		g_ptr_array_add(orders, order);
	}
	return orders;
}

/* Entries without a commit they belong to say nothing. */
static bool forget_catalog(Catalog *catalog, GError **error)
{
	if (catalog_count(catalog) == 0) {
		return true;
	}
	if (!catalog_begin(catalog, error)) {
		return false;
	}
	if (!catalog_remove(catalog, "/", error) || !catalog_finish(catalog, "", error)) {
		catalog_abandon(catalog);
		return false;
	}
	return true;
}

/* Whether this host has recorded before, though there is nothing in the store. */
static bool has_a_past(const Recorder *recorder)
{
	const char *commit = catalog_commit(recorder->world.catalog);

	return recorder->alive->last_usec > 0 || (commit != NULL && commit[0] != '\0');
}

/*
 * Somebody has removed the store. What there is now becomes the baseline, as it has to begin
 * somewhere, but never quietly: the commit carries a gap that is an alarm.
 */
static void note_removed_store(Recorder *recorder)
{
	log_error("snapshots.git was removed: the history is lost, a new baseline is made");
	g_ptr_array_add(recorder->gaps,
			gap_new("store-removed", "/", recorder->alive->last_usec, 0));
}

static bool make_baseline(Recorder *recorder, GError **error)
{
	g_autoptr(GPtrArray) orders = orders_for_roots(recorder->world.scope);
	BatchPlan plan = {.kind = CHANGE_SET_BASELINE, .mode = LOOK_ADOPT, .orders = orders};

	if (has_a_past(recorder) && recorder->gaps->len == 0) {
		note_removed_store(recorder);
	}
	return forget_catalog(recorder->world.catalog, error) && batch_run(recorder, &plan, error);
}

/* The scope of the last commit; NULL when the catalog does not know. */
static Scope *last_scope(const Recorder *recorder)
{
	g_autofree char *text = catalog_get_note(recorder->world.catalog, "scope");

	return text == NULL ? NULL : scope_parse(text);
}

/* Its own commit, without gaps: they are for the rescan that follows. */
static bool change_scope(Recorder *recorder, GError **error)
{
	g_autoptr(Scope) before = last_scope(recorder);
	g_autoptr(GPtrArray) orders = orders_for_roots(recorder->world.scope);
	g_auto(GStrv) added = NULL;
	g_auto(GStrv) removed = NULL;
	BatchPlan plan = {
		.kind = CHANGE_SET_SCOPE,
		.mode = LOOK_ADOPT,
		.orders = orders,
		.settled = before,
	};

	if (before == NULL) {
		return true;
	}
	scope_compare(before, recorder->world.scope, &added, &removed);
	if (added[0] == NULL && removed[0] == NULL) {
		return true;
	}
	plan.scope_added = added;
	plan.scope_removed = removed;
	return batch_run(recorder, &plan, error);
}

static bool rescan(Recorder *recorder, GError **error)
{
	g_autoptr(GPtrArray) orders = orders_for_roots(recorder->world.scope);
	BatchPlan plan = {
		.kind = CHANGE_SET_CHANGE,
		.mode = recorder->must_rebuild ? LOOK_REBUILD : LOOK_COMPARE,
		.orders = orders,
	};

	const char *cause = recorder->was_replaced ? "store-replaced" : recorder->alive->cause;
	Gap *gap = gap_new(cause, "/", recorder->alive->last_usec, 0);

	g_ptr_array_add(recorder->gaps, gap);
	if (!batch_run(recorder, &plan, error)) {
		g_ptr_array_remove(recorder->gaps, gap); /* told anew with the next attempt */
		return false;
	}
	return true;
}

/* The ref moves, durably, before the catalog names the commit: one that the store does not know was
 * taken out of it. */
static bool is_another_store(const LookWorld *world)
{
	const char *commit = catalog_commit(world->catalog);

	return commit != NULL && commit[0] != '\0' && !snapshot_knows(world->snapshot, commit);
}

bool start_catch_up(Recorder *recorder, GError **error)
{
	const LookWorld *world = &recorder->world;
	const char *head = snapshot_head(world->snapshot);

	if (head == NULL) {
		return make_baseline(recorder, error);
	}
	if (g_strcmp0(head, catalog_commit(world->catalog)) != 0 && !recorder->must_rebuild) {
		recorder->was_replaced = is_another_store(world);
		log_info("the catalog is not of the last commit: reading everything again");
		recorder->must_rebuild = true;
	}
	return change_scope(recorder, error) && rescan(recorder, error);
}
