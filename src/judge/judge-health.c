/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a judge says of itself: see judge.h. */
#include "judge/judge-inside.h"

static void set_state(const Judge *judge, JudgeStep step, Health *ret)
{
	const char *index_trouble = outbox_index_trouble(judge->outbox);

	if (step == JUDGE_STUCK) {
		ret->state = HEALTH_DEGRADED;
		ret->text = judge->trouble;
	} else if (index_trouble != NULL) {
		ret->state = HEALTH_DEGRADED;
		ret->text = index_trouble;
	} else if (judge->clerk != NULL && clerk_unreadable(judge->clerk) != NULL) {
		ret->state = HEALTH_DEGRADED;
		ret->text = clerk_unreadable(judge->clerk);
	} else if (step == JUDGE_MORE) {
		ret->state = judge->was_idle ? HEALTH_BUSY : HEALTH_STARTING;
		ret->text = judge_is_reading(judge) ? "reading the register"
						    : "judging what was recorded";
	} else {
		ret->state = HEALTH_READY;
		ret->text = "everything recorded is judged";
	}
}

void judge_health(Judge *judge, JudgeStep step, Health *ret)
{
	Index *index = outbox_index(judge->outbox);
	const char *head = journal_head(judge->journal);

	*ret = (Health){0};
	set_state(judge, step, ret);
	ret->judged = docket_judged(judge->docket);
	ret->behind = docket_behind(judge->docket) + (judge->has_item ? 1 : 0);
	ret->seq = journal_seq(judge->journal);
	ret->head = *head == '\0' ? NULL : head;
	ret->rules = policy_count(judge->rules->policy);
	ret->policy = policy_digest(judge->rules->policy);
	ret->problems = judge->rules->problems;
	ret->requests = judge->approvals == NULL ? NULL : approvals_problems(judge->approvals);
	ret->drift = index == NULL ? 0 : index_drift_count(index);
	ret->waiting = run_waiting(judge->run);
	ret->waiting_since = run_since_usec(judge->run);
	ret->waits_for = run_manager(judge->run);
}
