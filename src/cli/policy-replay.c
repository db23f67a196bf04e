/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules held against the past: see policy-replay.h. */
#include "cli/policy-replay.h"

#include "base/clock.h"
#include "base/escape.h"
#include "change/store.h"
#include "cli/history.h"
#include "cli/moment.h"
#include "cli/paint.h"
#include "cli/progress.h"
#include "cli/verb.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* A longer history is told from its end. */
#define MAX_COMMITS 1000000
#define MAX_DIFF_BYTES (64 * 1024)

typedef struct {
	const Context *context;
	Policy *policy;
	Store *store;
	Paint paint;
	gint64 since_usec, now_usec;
	guint changes, hits;
} Replay;

static void print_json(const Change *change, const RuleHit *hit, gint64 time_usec)
{
	g_autofree char *path = escape_path(change->path);
	g_autofree char *time = clock_format(time_usec);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s}", "time", time, "path", path,
				   "op", change_op_word(change->op), "rule", hit->title, "id",
				   hit->id, "level", severity_word(hit->level));
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);

	if (text != NULL) {
		puts(text);
	}
	free(text);
	json_decref(object);
}

static void print_hit(const Replay *replay, const Change *change, const RuleHit *hit,
		      gint64 time_usec)
{
	static const Style styles[_SEVERITY_N] = {
		[SEVERITY_INFORMATIONAL] = STYLE_DIM, [SEVERITY_LOW] = STYLE_LOW,
		[SEVERITY_MEDIUM] = STYLE_MEDIUM,     [SEVERITY_HIGH] = STYLE_HIGH,
		[SEVERITY_CRITICAL] = STYLE_CRITICAL,
	};
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *moment = moment_short(time_usec, replay->now_usec);
	g_autofree char *path = escape_path(change->path);

	if (replay->context->is_json) {
		print_json(change, hit, time_usec);
		return;
	}
	paint_format(&replay->paint, out, STYLE_DIM, "%s  ", moment);
	paint_format(&replay->paint, out, styles[hit->level], "%-13s ", severity_word(hit->level));
	paint_foreign(&replay->paint, out, STYLE_PLAIN, path);
	g_string_append(out, "  ");
	paint_foreign(&replay->paint, out, STYLE_BOLD, hit->title);
	g_print("%s\n", out->str);
}

static void replay_change(Replay *replay, const ChangeSet *set, Change *change)
{
	gint64 time_usec = change->time_usec != 0 ? change->time_usec : set->recorded_usec;

	store_add_text(replay->store, change, MAX_DIFF_BYTES, NULL);
	change->verdict = VERDICT_UNAPPROVED;
	policy_judge(replay->policy, change);
	replay->changes++;
	for (guint i = 0; i < change->rules->len; i++) {
		print_hit(replay, change, change->rules->pdata[i], time_usec);
		replay->hits++;
	}
}

static bool replay_commit(Replay *replay, const char *before, const char *commit, GError **error)
{
	g_autoptr(ChangeSet) set = store_change_set_since(replay->store, before, commit, error);

	if (set == NULL) {
		return false;
	}
	if (set->kind != CHANGE_SET_BASELINE && set->recorded_usec >= replay->since_usec) {
		for (guint i = 0; i < set->changes->len; i++) {
			replay_change(replay, set, set->changes->pdata[i]);
		}
	}
	return true;
}

static bool replay_all(Replay *replay, GError **error)
{
	g_autoptr(GPtrArray) commits = store_commits(replay->store, NULL, MAX_COMMITS, error);
	Progress progress = progress_on(replay->context);
	const char *before = NULL;
	bool ok = commits != NULL;

	progress_begin(&progress, "replaying");
	for (guint i = 0; ok && i < commits->len; i++) {
		/* (a baseline is adopted, whatever is in it) */
		ok = before == NULL || replay_commit(replay, before, commits->pdata[i], error);
		before = commits->pdata[i];
		progress_step(&progress, i + 1, commits->len);
	}
	progress_end(&progress);
	return ok;
}

int policy_replay(const Context *context, Policy *policy, gint64 since_usec)
{
	GError *error = NULL;
	g_autoptr(Store) store = store_open(context->config->state_dir, &error);
	Replay replay = {context, policy, store, paint_of(context), since_usec, clock_wall_usec()};

	if (store == NULL) {
		history_explain_missing(context, context->config->state_dir, &error);
		return verb_fail(error);
	}
	if (!replay_all(&replay, &error)) {
		return verb_fail(error);
	}
	if (!context->is_json) {
		g_print("%u changes, %u hits\n", replay.changes, replay.hits);
	}
	return CLI_OK;
}
