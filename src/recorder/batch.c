/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One change-set: see batch.h. */
#include "recorder/batch.h"
#include "base/bell.h"
#include "base/clock.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/path.h"
#include "recorder/narrow.h"

#include <string.h>

#define UNSTABLE_RECHECK_USEC 1000000
#define MAINTAIN_AFTER_USEC 5000000

static void fill_times(Notes *notes, const GPtrArray *orders)
{
	for (guint i = 0; i < orders->len; i++) {
		gint64 usec = ((const Order *)orders->pdata[i])->wall_usec;

		if (usec != 0 && (notes->first_usec == 0 || usec < notes->first_usec)) {
			notes->first_usec = usec;
		}
		notes->last_usec = MAX(notes->last_usec, usec);
	}
	notes->recorded_usec = clock_wall_usec();
	if (notes->first_usec == 0) {
		notes->first_usec = notes->recorded_usec;
		notes->last_usec = notes->recorded_usec;
	}
}

static Gap *gap_copy(const Gap *gap)
{
	Gap *copy = gap_new(gap->cause, gap->scope, gap->start_usec, gap->end_usec);

	copy->closed_usec = gap->closed_usec;
	return copy;
}

/* The gaps that this look has closed: those that had come before it began. */
static void tell_closed_gaps(const GPtrArray *gaps, Notes *notes, gint64 looked_usec)
{
	for (guint i = 0; i < gaps->len; i++) {
		Gap *gap = gap_copy(gaps->pdata[i]);

		gap->end_usec = MAX(gap->end_usec, looked_usec);
		gap->closed_usec = looked_usec;
		g_ptr_array_add(notes->gaps, gap);
	}
}

/* A root that went: a gap that stays open until it is there again. */
static void tell_lost_roots(const Recorder *recorder, const LookReport *report, Notes *notes)
{
	for (guint i = 0; i < report->lost_roots->len; i++) {
		g_ptr_array_add(notes->gaps, gap_new("root-lost", report->lost_roots->pdata[i],
						     notes->first_usec, 0));
	}
	for (guint i = 0; i < report->found_roots->len; i++) {
		const char *root = report->found_roots->pdata[i];
		const Gap *lost = g_hash_table_lookup(recorder->lost, root);

		if (lost != NULL) {
			Gap *closed = gap_copy(lost);

			closed->end_usec = notes->recorded_usec;
			closed->closed_usec = notes->recorded_usec;
			g_ptr_array_add(notes->gaps, closed);
		}
	}
}

/* The deepest directory that all paths are in. */
static char *common_ancestor(const GPtrArray *paths)
{
	char *common = g_strdup(paths->pdata[0]);

	for (guint i = 1; i < paths->len; i++) {
		while (!path_is_beneath(paths->pdata[i], common)) {
			char *parent = path_parent(common);

			g_free(common);
			common = parent;
		}
	}
	return common;
}

/*
 * Directories that found no watch: told once, as a gap that stays open until every directory has
 * one. Meanwhile they are looked at now and then (recorder.c).
 */
static void tell_uncovered(const Recorder *recorder, const LookReport *report, Notes *notes)
{
	g_autoptr(GPtrArray) fresh = g_ptr_array_new();

	if (recorder->budget_gap != NULL && watch_uncovered(recorder->world.watch) == 0) {
		Gap *closed = gap_copy(recorder->budget_gap);

		closed->end_usec = notes->recorded_usec;
		closed->closed_usec = notes->recorded_usec;
		g_ptr_array_add(notes->gaps, closed);
	}

	for (guint i = 0; i < report->uncovered->len; i++) {
		char *path = report->uncovered->pdata[i];

		if (!g_hash_table_contains(recorder->uncovered, path)) {
			g_ptr_array_add(fresh, path);
		}
	}
	if (fresh->len > 0) {
		g_autofree char *scope = common_ancestor(fresh);

		g_ptr_array_add(notes->gaps,
				gap_new("watch-budget", scope, notes->recorded_usec, 0));
	}
}

static Notes *make_notes(const Recorder *recorder, const BatchPlan *plan)
{
	Notes *notes = notes_new(plan->kind);

	notes->roots = g_strdupv(recorder->world.scope->roots);
	notes->scope_added = g_strdupv(plan->scope_added);
	notes->scope_removed = g_strdupv(plan->scope_removed);
	return notes;
}

static bool look(const Recorder *recorder, const BatchPlan *plan, const GPtrArray *gaps, Look *at,
		 Notes *notes, GError **error)
{
	if (plan->kind == CHANGE_SET_SCOPE && !narrow_stores(&recorder->world, error)) {
		return false;
	}
	if (!look_carry_out(at, plan->orders, error)) {
		return false;
	}
	fill_times(notes, plan->orders);
	notes->entries = catalog_count(recorder->world.catalog);
	tell_closed_gaps(gaps, notes, notes->recorded_usec);
	tell_lost_roots(recorder, look_report(at), notes);
	tell_uncovered(recorder, look_report(at), notes);
	return true;
}

/*
 * The ref has moved (or had no reason to): the catalog follows, or is known to be behind. One that
 * is to be rebuilt gets no commit to belong to before that is done, whatever else is recorded.
 */
static bool finish_catalog(Recorder *recorder, LookMode mode, GError **error)
{
	Catalog *catalog = recorder->world.catalog;
	g_autofree char *scope = scope_format(recorder->world.scope);
	bool is_whole = mode == LOOK_REBUILD || !recorder->must_rebuild;
	const char *head = is_whole ? snapshot_head(recorder->world.snapshot) : "";

	if (catalog_set_note(catalog, "scope", scope, error) &&
	    catalog_finish(catalog, head, error)) {
		recorder->must_rebuild = !is_whole;
		return true;
	}
	catalog_abandon(catalog);
	recorder->must_rebuild = true;
	return false;
}

static bool commit(Recorder *recorder, LookMode mode, const Notes *notes, SnapshotCommit *ret,
		   GError **error)
{
	*ret = snapshot_commit(recorder->world.snapshot, notes, error);
	switch (*ret) {
	case SNAPSHOT_COMMITTED:
		bell_ring(recorder->options->next_bell);
		return finish_catalog(recorder, mode, error);
	case SNAPSHOT_UNCHANGED:
		return finish_catalog(recorder, mode, error);
	case SNAPSHOT_ERROR:
		break;
	}
	snapshot_abandon(recorder->world.snapshot);
	catalog_abandon(recorder->world.catalog);
	return false;
}

static void settle_all(Recorder *recorder, const GPtrArray *paths, gint64 delay_usec)
{
	gint64 wall_usec = clock_wall_usec();
	gint64 due_usec = clock_mono_usec() + delay_usec;

	for (guint i = 0; i < paths->len; i++) {
		settle_push_recheck(recorder->settle, paths->pdata[i], wall_usec, due_usec);
	}
}

static void follow_up_roots(Recorder *recorder, const LookReport *report, const Notes *notes)
{
	for (guint i = 0; i < report->lost_roots->len; i++) {
		const char *root = report->lost_roots->pdata[i];

		g_hash_table_replace(recorder->lost, g_strdup(root),
				     gap_new("root-lost", root, notes->first_usec, 0));
	}
	for (guint i = 0; i < report->found_roots->len; i++) {
		g_hash_table_remove(recorder->lost, report->found_roots->pdata[i]);
	}
}

static void follow_up_uncovered(Recorder *recorder, const LookReport *report, const Notes *notes)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();

	if (watch_uncovered(recorder->world.watch) == 0) {
		g_clear_pointer(&recorder->budget_gap, gap_free);
		g_hash_table_remove_all(recorder->uncovered);
		return;
	}
	for (guint i = 0; i < report->uncovered->len; i++) {
		g_hash_table_add(recorder->uncovered, g_strdup(report->uncovered->pdata[i]));
		g_ptr_array_add(all, report->uncovered->pdata[i]);
	}
	if (recorder->budget_gap == NULL && all->len > 0) {
		recorder->budget_gap =
			gap_new("watch-budget", all->pdata[0], notes->recorded_usec, 0);
	}
	if (recorder->budget_gap != NULL) {
		Gap *gap = recorder->budget_gap;
		char *told = gap->scope;

		g_ptr_array_add(all, told);
		gap->scope = common_ancestor(all);
		g_free(told);
	}
}

/* What a look leaves behind for later ones. */
static void follow_up(Recorder *recorder, const LookReport *report, const Notes *notes)
{
	gint64 now = clock_mono_usec();

	for (guint i = 0; i < report->changed->len; i++) {
		settle_committed(recorder->settle, report->changed->pdata[i], now);
	}
	follow_up_uncovered(recorder, report, notes);
	follow_up_roots(recorder, report, notes);
	if (!recorder->is_started) {
		recorder->n_blind = report->blind->len;
	}
	for (guint i = 0; i < report->postponed->len; i++) {
		settle_postpone(recorder->settle, order_copy(report->postponed->pdata[i]),
				now + SETTLE_BRIEF_USEC);
	}
	g_ptr_array_set_free_func(report->unpacked, NULL);
	for (guint i = 0; i < report->unpacked->len; i++) {
		settle_push_unpacked(recorder->settle, report->unpacked->pdata[i], now);
	}
	g_ptr_array_set_size(report->unpacked, 0);
	settle_all(recorder, report->unstable, UNSTABLE_RECHECK_USEC);
	settle_all(recorder, report->doubtful, SETTLE_RECHECK_USEC);
	/* not put off by every commit: where they never end, packs would never be merged */
	if (recorder->maintain_usec == 0) {
		recorder->maintain_usec = now + MAINTAIN_AFTER_USEC;
	}
}

static bool begin(const Recorder *recorder, GError **error)
{
	if (!snapshot_begin(recorder->world.snapshot, error)) {
		return false;
	}
	if (!catalog_begin(recorder->world.catalog, error)) {
		snapshot_abandon(recorder->world.snapshot);
		return false;
	}
	return true;
}

/* Those that came while we looked are for the next time, behind the old ones. */
static void put_back_gaps(Recorder *recorder, GPtrArray *gaps)
{
	g_ptr_array_extend_and_steal(gaps, g_ptr_array_ref(recorder->gaps));
	g_ptr_array_unref(recorder->gaps);
	recorder->gaps = g_ptr_array_ref(gaps);
}

static bool look_and_commit(Recorder *recorder, const BatchPlan *plan, const GPtrArray *gaps,
			    bool *ret_told, GError **error)
{
	g_autoptr(Notes) notes = make_notes(recorder, plan);
	g_autoptr(Look) at = look_new(&recorder->world, plan->mode, plan->settled, notes);
	SnapshotCommit outcome;

	if (!look(recorder, plan, gaps, at, notes, error)) {
		snapshot_abandon(recorder->world.snapshot);
		catalog_abandon(recorder->world.catalog);
		return false;
	}
	if (!commit(recorder, plan->mode, notes, &outcome, error)) {
		*ret_told = outcome == SNAPSHOT_COMMITTED;
		return false;
	}
	log_debug("%u orders, %u changes, %s", plan->orders->len, look_report(at)->changed->len,
		  outcome == SNAPSHOT_COMMITTED ? "committed" : "unchanged");
	follow_up(recorder, look_report(at), notes);
	return true;
}

bool batch_run(Recorder *recorder, const BatchPlan *plan, GError **error)
{
	g_autoptr(GPtrArray) gaps = NULL;
	bool told = false;

	if (!begin(recorder, error)) {
		return false;
	}
	gaps = recorder->gaps;
	recorder->gaps = g_ptr_array_new_with_free_func((GDestroyNotify)gap_free);
	if (look_and_commit(recorder, plan, gaps, &told, error)) {
		return true;
	}
	if (!told) {
		put_back_gaps(recorder, gaps);
	}
	return false;
}

bool batch_tell(Recorder *recorder, const Gap *gap, GError **error)
{
	g_autoptr(GPtrArray) orders = g_ptr_array_new();
	BatchPlan plan = {.kind = CHANGE_SET_CHANGE, .mode = LOOK_COMPARE, .orders = orders};
	g_autoptr(Notes) notes = NULL;
	SnapshotCommit outcome;

	if (!begin(recorder, error)) {
		return false;
	}
	notes = make_notes(recorder, &plan);
	fill_times(notes, orders);
	notes->entries = catalog_count(recorder->world.catalog);
	g_ptr_array_add(notes->gaps, gap_copy(gap));
	return commit(recorder, plan.mode, notes, &outcome, error);
}
