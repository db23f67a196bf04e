/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge at work: see judge.h. */
#include "judge/judge-inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "judge/approved.h"
#include "judge/occasion.h"
#include "judge/standing.h"
#include "judge/used.h"

#include <string.h>

#define STEP_USEC 50000
/* So many events at most are judged before they go to disk. */
#define MAX_BATCH 1024
#define MAX_DIFF_BYTES (64 * 1024)
/* Diffs of one change-set that are held in memory together; the rules saw all of them. */
#define MAX_SET_DIFF_BYTES (64 * 1024 * 1024)

JudgementFrame judge_frame(const Judge *judge)
{
	return (JudgementFrame){
		.host = judge->host,
		.policy = policy_digest(judge->rules->policy),
		.register_commit =
			judge->approvals == NULL ? NULL : approvals_commit(judge->approvals),
		.time_usec = clock_wall_usec(),
	};
}

void judge_add_health(Judge *judge, Severity severity, const char *text)
{
	JudgementFrame frame = judge_frame(judge);

	log_warning("%s", text);
	outbox_add(judge->outbox, judgement_health(&frame, severity, text, NULL, NULL));
}

Judge *judge_new(const JudgePlaces *places, const EventHost *host, Rules *rules,
		 Approvals *approvals, GError **error)
{
	g_autoptr(Judge) judge = g_new0(Judge, 1);
	OutboxPlaces outbox = {places->journal_fd, places->journal_dir, host->boot,
			       places->next_bell};
	g_auto(JournalOpened) opened = {0};

	judge->places = *places;
	judge->host = *host;
	judge->rules = rules;
	judge->approvals = approvals;
	judge->journal = journal_open(places->journal_fd, places->witness_fd, &opened, error);
	if (judge->journal == NULL) {
		return NULL;
	}
	judge->outbox = outbox_new(judge->journal, &outbox);
	judge->clerk =
		approvals == NULL ? NULL : clerk_new(approvals, judge->outbox, places->journal_fd);
	judge->run = run_new(places->canary);
	judge_begin(judge, &opened);
	return g_steal_pointer(&judge);
}

void judge_free(Judge *judge)
{
	if (judge == NULL) {
		return;
	}
	if (judge->has_item) {
		docket_item_clear(&judge->item);
	}
	g_clear_pointer(&judge->told.paths, g_hash_table_unref);
	event_group_free(judge->group);
	run_free(judge->run);
	g_free(judge->replay_since);
	g_free(judge->replay_until);
	docket_free(judge->docket);
	clerk_free(judge->clerk);
	outbox_free(judge->outbox);
	journal_close(judge->journal);
	g_free(judge->unfinished);
	g_free(judge->trouble);
	g_free(judge);
}

/*
 * Judging one change-set
 */

/* The index must know of earlier changes to a path before the next one to it is judged. */
static bool set_must_wait(const Judge *judge, const ChangeSet *set)
{
	for (guint i = 0; i < set->changes->len; i++) {
		g_autofree char *path = event_path(((Change *)set->changes->pdata[i])->path);

		if (outbox_touches(judge->outbox, path)) {
			return true;
		}
	}
	return false;
}

/* The request that was backed out by this change; NULL: none. */
static const char *find_back_out(Judge *judge, const Change *change, const MatchContext *context)
{
	const Register *reg = approvals_register(judge->approvals);
	g_auto(FileState) agreed = {0};

	return approved_before(outbox_index(judge->outbox), docket_store(judge->docket), change,
			       &agreed)
		       ? register_backed_out(reg, change, &agreed, context)
		       : NULL;
}

/* A path that drifted already is held against what it should have been. */
static void add_agreed(Judge *judge, const Change *change, const Approved *approved,
		       FileState *agreed, MatchContext *context)
{
	if (approved->kind != APPROVED_AGAIN && approved->kind != APPROVED_NOT_YET) {
		return;
	}
	if (approved_before(outbox_index(judge->outbox), docket_store(judge->docket), change,
			    agreed)) {
		context->agreed = agreed;
	} else {
		context->agreed_is_unknown = true;
	}
}

static void hold_against_register(Judge *judge, const ChangeSet *set, const Change *change,
				  VerdictGrounds *grounds, Considered *considered)
{
	const Register *reg = approvals_register(judge->approvals);
	g_auto(FileState) agreed = {0};
	const Used used = {outbox_index(judge->outbox), judge->places.journal_fd};
	MatchContext context;

	occasion_of(set, change, judge->host.name, &context);
	used_put(&used, &context);
	add_agreed(judge, change, grounds->approved, &agreed, &context);
	register_consider(reg, change, &context, false, considered);
	grounds->considered = considered;
	grounds->backed_out =
		considered->standing == NULL ? NULL : find_back_out(judge, change, &context);
	grounds->unreadable = approvals_unreadable(judge->approvals);
}

static void decide(Judge *judge, const ChangeSet *set, Change *change)
{
	Approved approved = approved_find(outbox_index(judge->outbox), change);
	g_auto(Considered) considered = {0};
	VerdictGrounds grounds = {.approved = &approved};

	if (judge->approvals != NULL) {
		hold_against_register(judge, set, change, &grounds, &considered);
	}
	verdict_decide(change, &grounds);
}

/* Only root writes there, and what stands in it means nothing: a sign of life, never an alert. */
static void pass_canary(Change *change)
{
	change->verdict = VERDICT_STANDARD;
	change->severity = SEVERITY_INFORMATIONAL;
	g_ptr_array_add(change->reasons, g_strdup("Reeve's own canary: the chain is whole"));
}

static void judge_change(Judge *judge, const ChangeSet *set, Change *change, char **ret_problem)
{
	if (g_strcmp0(change->path, judge->places.canary) == 0) {
		pass_canary(change);
		return;
	}
	store_add_text(docket_store(judge->docket), change, MAX_DIFF_BYTES, ret_problem);
	decide(judge, set, change);
	policy_judge(judge->rules->policy, change);
	standing_apply(change);
	verdict_weigh(change, judge->approvals == NULL
				      ? NULL
				      : register_people(approvals_register(judge->approvals)));
}

/* Lines were for the rules; what stays in memory until the event is written is bounded. */
static void lighten(Change *change, gsize *diff_bytes)
{
	g_ptr_array_set_size(change->added, 0);
	g_ptr_array_set_size(change->removed, 0);
	*diff_bytes += change->diff == NULL ? 0 : strlen(change->diff);
	if (change->diff != NULL && *diff_bytes > MAX_SET_DIFF_BYTES) {
		g_clear_pointer(&change->diff, g_free);
		change->diff_presence = DIFF_TOO_LARGE;
	}
}

static void judge_changes(Judge *judge, ChangeSet *set)
{
	g_autofree char *damage = NULL;
	gsize diff_bytes = 0;

	for (guint i = 0; i < set->changes->len; i++) {
		Change *change = set->changes->pdata[i];
		g_autofree char *problem = NULL;

		judge_change(judge, set, change, &problem);
		if (set->changes->len > 1) {
			lighten(change, &diff_bytes);
		}
		if (problem != NULL) {
			g_ptr_array_add(change->reasons,
					g_strdup("its content cannot be read from snapshots.git"));
			damage = damage != NULL ? damage : g_steal_pointer(&problem);
		}
	}
	if (damage != NULL) {
		judge_add_health(judge, SEVERITY_HIGH, damage);
	}
}

static void tell_new_problems(Judge *judge)
{
	for (guint i = rules_take_problems(judge->rules); i < judge->rules->problems->len; i++) {
		judge_add_health(judge, SEVERITY_MEDIUM, judge->rules->problems->pdata[i]);
	}
}

/* Once: who has gone does not come back before the next start. */
static void tell_lens(Judge *judge)
{
	const Lens *lens = judge->places.lens;

	if (lens != NULL && !lens_is_there(lens)) {
		judge->places.lens = NULL;
		judge_add_health(judge, SEVERITY_MEDIUM,
				 "reeve-lens has gone: until the judge is started again, the "
				 "settings of most formats are not told, but their lines");
	}
}

static void add_events(Judge *judge, ChangeSet *set)
{
	JudgementFrame frame = judge_frame(judge);
	bool is_end = judge->group != NULL;
	bool resumes = is_end ? judge->is_ending : g_strcmp0(set->commit, judge->unfinished) == 0;
	g_autoptr(GPtrArray) events = NULL;

	frame.group = judge->group;
	frame.waiting_since = run_since(judge->run);
	frame.waiting = run_waiting(judge->run);
	events = is_end ? judgement_run_events(set, &frame, resumes ? &judge->told : NULL)
			: judgement_events(set, &frame, resumes ? &judge->told : NULL);

	g_ptr_array_set_free_func(events, NULL);
	for (guint i = 0; i < events->len; i++) {
		outbox_add(judge->outbox, events->pdata[i]);
	}
	g_clear_pointer(&judge->unfinished, g_free);
	g_clear_pointer(&judge->group, event_group_free);
	judge->is_ending = false;
}

static void tell_trouble(Judge *judge, const DocketItem *item)
{
	JudgementFrame frame = judge_frame(judge);

	log_error("%s", item->text);
	outbox_add(judge->outbox, judgement_health(&frame, item->severity, item->text, item->commit,
						   item->parent));
}

/* False: it has to wait for the disk. */
static bool judge_item(Judge *judge, GError **error)
{
	ChangeSet *set = judge->item.set;

	if (set != NULL && set_must_wait(judge, set) && !outbox_flush(judge->outbox, error)) {
		return false;
	}
	if (set != NULL) {
		judge_changes(judge, set);
		add_events(judge, set);
		tell_new_problems(judge);
		tell_lens(judge);
	} else {
		tell_trouble(judge, &judge->item);
	}
	docket_item_clear(&judge->item);
	judge->has_item = false;
	return true;
}

/*
 * Steps
 */

static JudgeStep get_stuck(Judge *judge, const char *why)
{
	if (g_strcmp0(judge->trouble, why) != 0) {
		log_error("%s", why);
		g_free(judge->trouble);
		judge->trouble = g_strdup(why);
	}
	return JUDGE_STUCK;
}

/* Takes and judges one item; JUDGE_IDLE: there is none. */
static JudgeStep judge_one(Judge *judge)
{
	g_autoptr(GError) error = NULL;
	JudgeStep step = JUDGE_MORE;

	judge_run_resume(judge);
	if (!judge->has_item && !judge_run_is_due(judge)) {
		switch (docket_next(judge->docket, &judge->item)) {
		case DOCKET_EMPTY:
			return judge_run_look(judge, false) ? JUDGE_MORE : JUDGE_IDLE;
		case DOCKET_BLOCKED:
			step = get_stuck(judge, judge->item.text);
			docket_item_clear(&judge->item);
			return step;
		case DOCKET_CHANGE_SET:
			judge_run_take(judge, judge->item.set);
			judge->has_item = true;
			break;
		case DOCKET_TROUBLE:
			judge->has_item = true;
			break;
		}
	}
	return judge_item(judge, &error) ? JUDGE_MORE : get_stuck(judge, error->message);
}

static ClerkLook look_at_register(Judge *judge, GError **error)
{
	JudgementFrame frame = judge_frame(judge);

	return judge->clerk == NULL
		       ? CLERK_READY
		       : clerk_look(judge->clerk, &frame, docket_store(judge->docket), error);
}

/* Judges for a short while. */
static JudgeStep judge_some(Judge *judge)
{
	gint64 deadline = clock_mono_usec() + STEP_USEC;
	JudgeStep step = JUDGE_MORE;

	while (step == JUDGE_MORE && outbox_waiting(judge->outbox) < MAX_BATCH &&
	       clock_mono_usec() < deadline) {
		step = judge_one(judge);
	}
	return step;
}

/* A register that is half read judges nothing. */
static JudgeStep look_and_judge(Judge *judge, GError **error)
{
	switch (look_at_register(judge, error)) {
	case CLERK_READY:
		return judge_some(judge);
	case CLERK_BUSY:
		return JUDGE_MORE;
	case CLERK_STUCK:
		return get_stuck(judge, (*error)->message);
	}
	g_assert_not_reached();
}

JudgeStep judge_step(Judge *judge)
{
	g_autoptr(GError) error = NULL;
	JudgeStep step;

	/* what waited for the disk goes first; and without an index nothing can be judged well */
	if (!outbox_flush(judge->outbox, &error)) {
		return get_stuck(judge, error->message);
	}
	step = look_and_judge(judge, &error);
	if (error != NULL) {
		return step;
	}
	if (!outbox_flush(judge->outbox, &error)) {
		return get_stuck(judge, error->message);
	}
	if (step != JUDGE_STUCK) {
		g_clear_pointer(&judge->trouble, g_free);
	}
	judge->was_idle |= step == JUDGE_IDLE;
	return step;
}

Event *judge_new_event(Judge *judge, EventKind kind)
{
	JudgementFrame frame = judge_frame(judge);
	Event *event = event_new(kind);

	event->host = frame.host;
	event->policy = g_strdup(frame.policy);
	event->time_usec = frame.time_usec;
	event->severity = SEVERITY_INFORMATIONAL;
	return event;
}

bool judge_tell(Judge *judge, Event *event, GError **error)
{
	outbox_add(judge->outbox, event);
	return outbox_flush(judge->outbox, error);
}

bool judge_is_reading(const Judge *judge)
{
	return judge->clerk != NULL && clerk_is_busy(judge->clerk);
}

int judge_journal_fd(const Judge *judge)
{
	return judge->places.journal_fd;
}

Store *judge_store(Judge *judge)
{
	return docket_store(judge->docket);
}

bool judge_journal_is_whole(const Judge *judge)
{
	return journal_is_whole(judge->journal);
}

guint64 judge_seq(const Judge *judge)
{
	return journal_seq(judge->journal);
}

const char *judge_head(const Judge *judge)
{
	return journal_head(judge->journal);
}

Index *judge_index(Judge *judge)
{
	return outbox_index(judge->outbox);
}
