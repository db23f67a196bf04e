/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a request stands: every state of the issue's, from nothing but what is known and the time.
 */
#include "register/standing-state.h"

#define NOW (G_GINT64_CONSTANT(1795316645) * G_USEC_PER_SEC)
#define HOUR (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

typedef struct {
	const char *what;
	RequestType type;
	guint changes;
	gint64 start, end; /* from now; 0: open */
	bool is_effective, is_rejected, is_closed;
	gint64 frozen, ends, reviewed; /* from now; 0: not */
	Decision told;                 /* DECISION_APPROVE: nothing was */
	StandingState state;
	const char *word;
} Case;

static void put_told(Standing *standing, Decision decision)
{
	Approval *told = g_new0(Approval, 1);

	told->decision = decision;
	told->counts = true;
	g_ptr_array_add(standing->approvals, told);
}

static StandingState state_of(const Case *c)
{
	g_autoptr(Request) request = request_new();
	Standing standing = {.request = request,
			     .is_effective = c->is_effective,
			     .is_rejected = c->is_rejected,
			     .closed = c->is_closed ? (char *)"closed" : NULL,
			     .frozen_usec = c->frozen == 0 ? 0 : NOW + c->frozen,
			     .ends_usec = c->ends == 0 ? 0 : NOW + c->ends,
			     .reviewed_usec = c->reviewed == 0 ? 0 : NOW + c->reviewed};
	StandingState state;

	standing.approvals = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	request->type = c->type;
	request->start_usec = c->start == 0 ? 0 : NOW + c->start;
	request->end_usec = c->end == 0 ? 0 : NOW + c->end;
	for (guint i = 0; i < c->changes; i++) {
		request_add_change(request, "/etc/motd");
	}
	if (c->told != DECISION_APPROVE) {
		put_told(&standing, c->told);
	}
	state = standing_state(&standing, NOW);
	g_ptr_array_unref(standing.approvals);
	return state;
}

#define NORMAL .type = REQUEST_NORMAL, .changes = 1
#define EMERGENCY .type = REQUEST_EMERGENCY, .changes = 1, .is_effective = true

static void test_states(void)
{
	static const Case cases[] = {
		{"names no change", .type = REQUEST_NORMAL, .state = STATE_DRAFT, .word = "draft"},
		{"nobody approved it", NORMAL, .state = STATE_SUBMITTED, .word = "submitted"},
		{"approved, any time", NORMAL, .is_effective = true, .state = STATE_APPROVED,
		 .word = "approved"},
		{"approved, window to come", NORMAL, .is_effective = true, .start = HOUR,
		 .end = 2 * HOUR, .state = STATE_APPROVED, .word = "approved"},
		{"approved, window open", NORMAL, .is_effective = true, .start = -HOUR, .end = HOUR,
		 .state = STATE_IMPLEMENTING, .word = "implementing"},
		{"window over, nothing told", NORMAL, .is_effective = true, .start = -2 * HOUR,
		 .end = -HOUR, .state = STATE_EXPIRED, .word = "expired"},
		{"window over, done", NORMAL, .is_effective = true, .end = -HOUR,
		 .told = DECISION_DONE, .state = STATE_CLOSED, .word = "closed"},
		{"window over, in part", NORMAL, .is_effective = true, .end = -HOUR,
		 .told = DECISION_LAPSE, .state = STATE_EXPIRED, .word = "expired"},
		{"never approved in time", NORMAL, .end = -HOUR, .state = STATE_EXPIRED,
		 .word = "expired"},
		{"closed after approval", NORMAL, .is_effective = true, .is_closed = true,
		 .state = STATE_CLOSED, .word = "closed"},
		{"closed before approval", NORMAL, .is_closed = true, .state = STATE_CANCELLED,
		 .word = "cancelled"},
		{"a veto", NORMAL, .is_rejected = true, .state = STATE_REJECTED,
		 .word = "rejected"},
		{"a veto, and over", NORMAL, .is_rejected = true, .end = -HOUR,
		 .state = STATE_REJECTED, .word = "rejected"},
		{"who asked has left", NORMAL, .is_effective = true, .frozen = -HOUR,
		 .state = STATE_FROZEN, .word = "frozen"},
		{"who asked will leave", NORMAL, .is_effective = true, .frozen = HOUR,
		 .state = STATE_APPROVED, .word = "approved"},
		{"left before it was approved", NORMAL, .frozen = -HOUR, .state = STATE_FROZEN,
		 .word = "frozen"},
		{"policy in force", NORMAL, .is_effective = true, .end = -HOUR,
		 .told = DECISION_ADOPT, .state = STATE_CLOSED, .word = "closed"},
		{"standing", .type = REQUEST_STANDARD, .changes = 1, .is_effective = true,
		 .start = -HOUR, .end = HOUR, .state = STATE_IMPLEMENTING, .word = "implementing"},
		{"standing, past its date", .type = REQUEST_STANDARD, .changes = 1,
		 .is_effective = true, .end = -HOUR, .state = STATE_EXPIRED, .word = "expired"},
		{"emergency lives", EMERGENCY, .ends = HOUR, .state = STATE_IMPLEMENTING,
		 .word = "implementing"},
		{"emergency over, not reviewed", EMERGENCY, .ends = -HOUR, .state = STATE_REVIEWING,
		 .word = "reviewing"},
		{"emergency overdue", EMERGENCY, .ends = -HOUR, .told = DECISION_OVERDUE,
		 .state = STATE_REVIEWING, .word = "reviewing"},
		{"emergency reviewed", EMERGENCY, .ends = HOUR, .reviewed = -HOUR,
		 .state = STATE_CLOSED, .word = "closed"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		StandingState state = state_of(&cases[i]);

		g_test_message("%s: %s", cases[i].what, standing_state_word(state));
		g_assert_cmpint(state, ==, cases[i].state);
		g_assert_cmpstr(standing_state_word(state), ==, cases[i].word);
	}
}

static void test_unreadable(void)
{
	const Standing standing = {.problem = (char *)"not YAML"};

	g_assert_cmpint(standing_state(&standing, NOW), ==, STATE_UNREADABLE);
}

/* Nothing comes of what is over; of all else something may. */
static void test_open(void)
{
	for (StandingState state = 0; state < _STATE_N; state++) {
		bool is_over = state == STATE_CLOSED || state == STATE_CANCELLED ||
			       state == STATE_REJECTED || state == STATE_EXPIRED ||
			       state == STATE_FROZEN;

		g_assert_true(standing_state_is_open(state) == !is_over);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/standing-state/states", test_states);
	g_test_add_func("/standing-state/unreadable", test_unreadable);
	g_test_add_func("/standing-state/open", test_open);
	return g_test_run();
}
