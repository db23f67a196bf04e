/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of the package manager: see run.h. */
#include "judge/run.h"

#include "base/path.h"
#include "change/change-set.h"
#include "change/evidence.h"

#include <string.h>

/* The last records of a run may come as much later as its last files. */
#define AFTERWARDS_USEC (5 * G_USEC_PER_SEC)

struct Run {
	const char *canary;
	bool is_placed;     /* is_busy is known */
	bool is_busy;       /* dpkg may write */
	gint64 worked_usec; /* when it was last seen to; 0: never */
	char *last;         /* the last commit taken */
	/* what waits */
	GHashTable *waiting; /* path -> Change */
	char *since, *base;  /* the first commit of it, and the one before */
	gint64 since_usec, last_usec;
	bool has_database; /* the database changed */
	char *manager;
	GPtrArray *gaps; /* of Gap: those in which some of it may have happened */
	char *weighed;   /* the commit whose evidence was asked */
	bool is_covered;
};

Run *run_new(const char *canary)
{
	Run *run = g_new0(Run, 1);

	run->canary = canary;
	run->waiting =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)change_free);
	run->gaps = g_ptr_array_new_with_free_func((GDestroyNotify)gap_free);
	return run;
}

static void forget(Run *run)
{
	g_hash_table_remove_all(run->waiting);
	g_ptr_array_set_size(run->gaps, 0);
	g_clear_pointer(&run->since, g_free);
	g_clear_pointer(&run->base, g_free);
	g_clear_pointer(&run->manager, g_free);
	g_clear_pointer(&run->weighed, g_free);
	run->since_usec = 0;
	run->has_database = false;
}

void run_free(Run *run)
{
	if (run != NULL) {
		forget(run);
		g_hash_table_unref(run->waiting);
		g_ptr_array_unref(run->gaps);
		g_free(run->last);
		g_free(run);
	}
}

guint run_waiting(const Run *run)
{
	return g_hash_table_size(run->waiting);
}

const char *run_since(const Run *run)
{
	return run_waiting(run) == 0 ? NULL : run->since;
}

gint64 run_since_usec(const Run *run)
{
	return run->since_usec;
}

const char *run_manager(const Run *run)
{
	return run->manager;
}

bool run_is_at_rest(const Run *run)
{
	return !run->is_busy;
}

bool run_is_due(const Run *run)
{
	return run_waiting(run) >= RUN_MAX_WAITING ||
	       (run_waiting(run) > 0 && run->last_usec - run->since_usec >= RUN_MAX_USEC);
}

/*
 * Whose change it is
 */

/* What the actors say, where they say anything; a run that nobody is known to be in is a matter of
 * time. */
static PackageRun run_of(const Change *change, bool is_active, const char **ret_manager)
{
	guint known = 0;

	for (guint i = 0; i < change->actors->len; i++) {
		const Actor *actor = change->actors->pdata[i];

		if (actor->confidence == CONFIDENCE_UNKNOWN) {
			continue;
		}
		if (actor->transaction == NULL) {
			return PACKAGE_RUN_NONE;
		}
		known++;
		*ret_manager = actor->transaction;
	}
	if (known > 0 && known == change->actors->len) {
		return PACKAGE_RUN_WRITER;
	}
	return is_active ? PACKAGE_RUN_TIME : PACKAGE_RUN_NONE;
}

/* Whether dpkg may have been at work in this change-set, as far as its files tell. */
static bool look_at_database(Run *run, Store *store, const ChangeSet *set)
{
	bool was_busy, is_empty, is_touched = false, has_worked = false;

	if (!run->is_placed) {
		run->is_placed = true;
		run->is_busy =
			set->parent != NULL &&
			store_folder_is_empty(store, set->parent, DPKG_UPDATES, &is_empty, NULL) &&
			!is_empty;
	}
	was_busy = run->is_busy;
	for (guint i = 0; i < set->changes->len; i++) {
		const Change *change = set->changes->pdata[i];

		is_touched |= path_is_beneath(change->path, DPKG_DIR);
		if (path_is_beneath(change->path, DPKG_UPDATES)) {
			has_worked = true;
			run->is_busy = store_folder_is_empty(store, set->commit, DPKG_UPDATES,
							     &is_empty, NULL) &&
				       !is_empty;
			break;
		}
	}
	if (was_busy || run->is_busy || has_worked) {
		run->worked_usec = set->recorded_usec;
	}
	run->has_database |= is_touched;
	return was_busy || run->is_busy || run->has_database;
}

static bool may_wait(const Run *run, const Change *change)
{
	return change->provenance.run != PACKAGE_RUN_NONE &&
	       g_strcmp0(change->path, run->canary) != 0;
}

/*
 * Waiting
 */

/* A path changed again: both as one change. The result replaces the two; NULL: nothing is left of
 * them. Both are consumed. */
static Change *join(Change *first, Change *second)
{
	g_autoptr(Change) old = first;
	g_autoptr(Change) new = second;
	Change *both = change_between(old->path, &old->before, &new->after);

	if (both == NULL && old->before.type != FILE_ABSENT) {
		return NULL;
	}
	both = both != NULL ? both : change_new(old->path, OP_TRANSIENT);
	both->time_usec = old->time_usec;
	both->is_offline = old->is_offline || new->is_offline;
	both->is_open = new->is_open;
	actors_add_all(both->actors, old->actors);
	actors_add_all(both->actors, new->actors);
	both->provenance.run = MIN(old->provenance.run, new->provenance.run);
	both->provenance.manager = g_strdup(old->provenance.manager);
	return both;
}

/* The place a file was moved from is a change of its own, so this one is as good as new. */
static void forget_move(Change *change)
{
	if (change->op == OP_MOVED) {
		change->op = OP_CREATED;
		g_clear_pointer(&change->moved_from, g_free);
	}
}

static void keep_gaps(Run *run, const ChangeSet *set)
{
	for (guint i = 0; i < set->gaps->len; i++) {
		const Gap *gap = set->gaps->pdata[i];
		Gap *copy = gap_new(gap->cause, gap->scope, gap->start_usec, gap->end_usec);

		copy->closed_usec = gap->closed_usec;
		g_ptr_array_add(run->gaps, copy);
	}
}

static void begin(Run *run, const ChangeSet *set)
{
	if (run->since == NULL) {
		run->since = g_strdup(set->commit);
		run->base = g_strdup(set->parent);
		run->since_usec = set->recorded_usec;
	}
}

static void wait_with(Run *run, const ChangeSet *set, Change *change)
{
	Change *known;

	begin(run, set);
	forget_move(change);
	if (run->manager == NULL) {
		run->manager = g_strdup(change->provenance.manager);
	}
	if (g_hash_table_steal_extended(run->waiting, change->path, NULL, (gpointer *)&known)) {
		change = join(known, change);
	}
	if (change != NULL) {
		g_hash_table_insert(run->waiting, change->path, change);
	}
}

/* NULL: it waits, or nothing is left of it. */
static Change *sort_out(Run *run, const ChangeSet *set, Change *change)
{
	Change *known;

	if (may_wait(run, change)) {
		wait_with(run, set, change);
		return NULL;
	}
	if (g_hash_table_steal_extended(run->waiting, change->path, NULL, (gpointer *)&known)) {
		forget_move(change);
		return join(known, change);
	}
	return change;
}

void run_take(Run *run, Store *store, ChangeSet *set)
{
	bool is_active = look_at_database(run, store, set);
	GPtrArray *rest = g_ptr_array_new_full(set->changes->len, (GDestroyNotify)change_free);
	guint waited = run_waiting(run);

	for (guint i = 0; i < set->changes->len; i++) {
		Change *change = set->changes->pdata[i];
		const char *manager = NULL;

		change->provenance.run = run_of(change, is_active, &manager);
		change->provenance.manager = g_strdup(manager);
		change = sort_out(run, set, change);
		if (change != NULL) {
			g_ptr_array_add(rest, change);
		}
	}
	g_ptr_array_set_free_func(set->changes, NULL);
	g_ptr_array_unref(set->changes);
	set->changes = rest;
	if (run_waiting(run) > waited) {
		keep_gaps(run, set);
	}
	if (run_waiting(run) == 0) {
		forget(run);
	}
	g_free(run->last);
	run->last = g_strdup(set->commit);
	run->last_usec = set->recorded_usec;
}

/*
 * The end
 */

static GPtrArray *borrow_waiting(const Run *run)
{
	GPtrArray *changes = g_ptr_array_sized_new(run_waiting(run));
	GHashTableIter iter;
	gpointer change;

	g_hash_table_iter_init(&iter, run->waiting);
	while (g_hash_table_iter_next(&iter, NULL, &change)) {
		g_ptr_array_add(changes, change);
	}
	return changes;
}

/* A database that was written while dpkg was not at work is no sign of a run. */
static void drop_false_runs(const Run *run, const GPtrArray *changes)
{
	bool has_worked =
		run->worked_usec > 0 && run->since_usec - run->worked_usec <= AFTERWARDS_USEC;

	for (guint i = 0; !has_worked && i < changes->len; i++) {
		Change *change = changes->pdata[i];

		if (change->provenance.run == PACKAGE_RUN_TIME) {
			change->provenance.run = PACKAGE_RUN_NONE;
		}
	}
}

static bool needs_evidence(const Change *change)
{
	return !path_is_beneath(change->path, DPKG_DIR);
}

/* Where the database cannot be read, nobody vouches. */
static void weigh(const Run *run, Store *store, const GPtrArray *changes, GPtrArray **ret_packages)
{
	g_autoptr(Evidences) after = evidences_new(store, run->last, NULL);
	g_autoptr(Evidences) before =
		run->base == NULL ? NULL : evidences_new(store, run->base, NULL);
	g_autoptr(GHashTable) owners = g_hash_table_new(g_str_hash, g_str_equal);

	if (after == NULL) {
		return;
	}
	evidences_weigh(after, before, changes);
	for (guint i = 0; i < changes->len; i++) {
		const Change *change = changes->pdata[i];

		if (change->provenance.package != NULL) {
			g_hash_table_add(owners, change->provenance.package);
		}
	}
	if (before != NULL && ret_packages != NULL) {
		*ret_packages = evidences_packages(before, after, owners);
	}
}

bool run_is_covered(Run *run, Store *store)
{
	g_autoptr(GPtrArray) changes = NULL;

	if (run->is_busy || run->worked_usec < run->since_usec) {
		return false; /* the first files are seen before those that say who is at work */
	}
	if (g_strcmp0(run->weighed, run->last) == 0) {
		return run->is_covered;
	}
	changes = borrow_waiting(run);
	weigh(run, store, changes, NULL);
	run->is_covered = true;
	for (guint i = 0; i < changes->len; i++) {
		const Change *change = changes->pdata[i];

		run->is_covered &=
			!needs_evidence(change) || evidence_is_sound(change->provenance.evidence);
	}
	g_free(run->weighed);
	run->weighed = g_strdup(run->last);
	return run->is_covered;
}

static gint compare_paths(gconstpointer a, gconstpointer b)
{
	return strcmp((*(Change *const *)a)->path, (*(Change *const *)b)->path);
}

ChangeSet *run_end(Run *run, Store *store, const char *group_id, EventGroup **ret_group)
{
	ChangeSet *set = change_set_new();
	EventGroup *group = event_group_new(group_id != NULL ? group_id : run->since, run->since);
	g_autoptr(GPtrArray) changes = borrow_waiting(run);
	GPtrArray *packages = NULL;

	weigh(run, store, changes, &packages);
	drop_false_runs(run, changes);
	g_ptr_array_extend(set->changes, changes, NULL, NULL);
	g_ptr_array_sort(set->changes, compare_paths);
	g_hash_table_steal_all(run->waiting);
	set->kind = CHANGE_SET_CHANGE;
	set->commit = g_strdup(run->last);
	set->parent = g_strdup(run->base);
	set->first_usec = set->last_usec = set->recorded_usec = run->since_usec;
	g_ptr_array_extend_and_steal(set->gaps, g_steal_pointer(&run->gaps));
	run->gaps = g_ptr_array_new_with_free_func((GDestroyNotify)gap_free);
	group->count = set->changes->len;
	if (packages != NULL) {
		g_ptr_array_unref(group->packages);
		group->packages = packages;
	}
	forget(run);
	*ret_group = group;
	return set;
}
