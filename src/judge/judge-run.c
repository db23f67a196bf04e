/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a judge deals with runs of the package manager (run.h): what waits, when it is told, and how
 * that is found again after a kill.
 *
 * Exactly once: an event says since which commit how much waits, and those that tell it say to
 * which group they belong. From the last of them that the journal has, and from the commits, all of
 * it follows again.
 */
#include "judge/judge-inside.h"

#include "base/clock.h"
#include "base/log.h"

#define MAX_REPLAYED 65536
/* Evidence that comes a moment later than what it is for. */
#define GRACE_USEC (2 * G_USEC_PER_SEC)

/*
 * After a kill
 */

/* The commits from the first that had something to wait with, up to where judging went. */
static GPtrArray *commits_to_replay(Judge *judge, char **ret_base)
{
	Store *store = docket_store(judge->docket);
	g_autoptr(GPtrArray) commits = NULL;

	if (!store_parent(store, judge->replay_since, ret_base, NULL)) {
		return NULL;
	}
	commits = store_commits(store, *ret_base, MAX_REPLAYED, NULL);
	for (guint i = 0; commits != NULL && i < commits->len; i++) {
		if (g_strcmp0(commits->pdata[i], judge->replay_until) == 0) {
			/* a commit that was told in part comes again by itself */
			g_ptr_array_set_size(commits,
					     (gint)(judge->unfinished == NULL ? i + 1 : i));
			return g_steal_pointer(&commits);
		}
	}
	return NULL;
}

static bool replay(Judge *judge)
{
	Store *store = docket_store(judge->docket);
	g_autofree char *base = NULL;
	g_autoptr(GPtrArray) commits = commits_to_replay(judge, &base);
	const char *before = base;

	for (guint i = 0; commits != NULL && i < commits->len; i++) {
		g_autoptr(ChangeSet) set =
			store_change_set_since(store, before, commits->pdata[i], NULL);

		if (set == NULL) {
			return false;
		}
		run_take(judge->run, store, set);
		before = commits->pdata[i];
	}
	return commits != NULL;
}

void judge_run_resume(Judge *judge)
{
	if (judge->has_item || judge->replay_since == NULL || !docket_open(judge->docket)) {
		return;
	}
	if (!replay(judge)) {
		g_autofree char *text = g_strdup_printf(
			"what waited for the package manager since commit %s cannot be read any "
			"more; it is not told",
			judge->replay_since);

		judge_add_health(judge, SEVERITY_HIGH, text);
	}
	g_clear_pointer(&judge->replay_since, g_free);
	if (judge->is_ending && run_waiting(judge->run) > 0) {
		judge_run_end(judge);
	}
}

/*
 * Its end
 */

/* One apt-get runs dpkg several times: all of it is one group. */
static char *group_id(const Judge *judge)
{
	const char *manager = run_manager(judge->run);

	return manager == NULL ? NULL
			       : g_strdup_printf("%s@%s", manager,
						 judge->host.boot == NULL ? "" : judge->host.boot);
}

void judge_run_end(Judge *judge)
{
	g_autofree char *id = group_id(judge);

	judge->item = (DocketItem){0};
	judge->item.set = run_end(judge->run, docket_store(judge->docket), id, &judge->group);
	judge->has_item = true;
}

bool judge_run_is_due(Judge *judge)
{
	bool is_due = judge->replay_since == NULL && run_is_due(judge->run);

	if (is_due) {
		judge_run_end(judge);
	}
	return is_due;
}

bool judge_run_look(Judge *judge, bool is_hurried)
{
	bool is_over;

	if (judge->has_item || judge->replay_since != NULL || run_waiting(judge->run) == 0) {
		return false;
	}
	is_over = clock_wall_usec() - run_since_usec(judge->run) >= RUN_MAX_USEC;
	if (!is_over && run_is_at_rest(judge->run)) {
		is_over = is_hurried || clock_mono_usec() - judge->taken_usec >= GRACE_USEC ||
			  run_is_covered(judge->run, docket_store(judge->docket));
	}
	if (is_over) {
		judge_run_end(judge);
	}
	return is_over;
}

void judge_run_take(Judge *judge, ChangeSet *set)
{
	run_take(judge->run, docket_store(judge->docket), set);
	judge->taken_usec = clock_mono_usec();
}

bool judge_hurry(Judge *judge)
{
	return judge_run_look(judge, true);
}
