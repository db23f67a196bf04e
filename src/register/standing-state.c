/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States of requests: see standing-state.h. */
#include "register/standing-state.h"

static const struct {
	const char *word;
	bool is_open;
} states[_STATE_N] = {
	[STATE_UNREADABLE] = {"unreadable", true},
	[STATE_DRAFT] = {"draft", true},
	[STATE_SUBMITTED] = {"submitted", true},
	[STATE_APPROVED] = {"approved", true},
	[STATE_IMPLEMENTING] = {"implementing", true},
	[STATE_REVIEWING] = {"reviewing", true},
	[STATE_CLOSED] = {"closed", false},
	[STATE_CANCELLED] = {"cancelled", false},
	[STATE_REJECTED] = {"rejected", false},
	[STATE_EXPIRED] = {"expired", false},
	[STATE_FROZEN] = {"frozen", false},
};

const char *standing_state_word(StandingState state)
{
	return states[state].word;
}

bool standing_state_is_open(StandingState state)
{
	return states[state].is_open;
}

static bool was_told(const Standing *standing, Decision decision)
{
	for (guint i = 0; i < standing->approvals->len; i++) {
		const Approval *record = standing->approvals->pdata[i];

		if (record->decision == decision && record->counts) {
			return true;
		}
	}
	return false;
}

static StandingState state_of_emergency(const Standing *standing, bool is_over, gint64 now_usec)
{
	if (standing->reviewed_usec != 0) {
		return STATE_CLOSED;
	}
	return is_over || now_usec >= standing->ends_usec ? STATE_REVIEWING : STATE_IMPLEMENTING;
}

static StandingState state_of_effective(const Standing *standing, gint64 now_usec)
{
	const Request *request = standing->request;
	bool is_over = request->end_usec != 0 && request->end_usec < now_usec;
	bool has_begun = request->start_usec != 0 && request->start_usec <= now_usec;

	if (request->type == REQUEST_EMERGENCY) {
		return state_of_emergency(standing, is_over, now_usec);
	}
	if (standing->closed != NULL) {
		return STATE_CLOSED;
	}
	if (is_over) {
		return was_told(standing, DECISION_DONE) || was_told(standing, DECISION_ADOPT)
			       ? STATE_CLOSED
			       : STATE_EXPIRED;
	}
	if (standing->frozen_usec != 0 && now_usec >= standing->frozen_usec) {
		return STATE_FROZEN;
	}
	return has_begun ? STATE_IMPLEMENTING : STATE_APPROVED;
}

StandingState standing_state(const Standing *standing, gint64 now_usec)
{
	if (standing->request == NULL) {
		return STATE_UNREADABLE;
	}
	if (standing->is_effective) {
		return state_of_effective(standing, now_usec);
	}
	if (standing->closed != NULL) {
		return STATE_CANCELLED;
	}
	if (standing->is_rejected) {
		return STATE_REJECTED;
	}
	if (standing->request->end_usec != 0 && standing->request->end_usec < now_usec) {
		return STATE_EXPIRED;
	}
	if (standing->frozen_usec != 0 && now_usec >= standing->frozen_usec) {
		return STATE_FROZEN;
	}
	return standing->request->changes->len == 0 ? STATE_DRAFT : STATE_SUBMITTED;
}
