/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts: see verdict.h. */
#include "judge/verdict.h"

static void give(Change *change, Verdict verdict, const char *reason)
{
	change->verdict = verdict;
	g_ptr_array_add(change->reasons, g_strdup(reason));
}

static bool is_back(const Change *change, const Approved *approved)
{
	/* what came and went left the path as it was, whatever that was */
	return approved->kind == APPROVED_STATE && change->op != OP_TRANSIENT &&
	       file_state_compare(&change->after, &approved->state) == 0;
}

void verdict_decide(Change *change, const Approved *approved)
{
	if (is_back(change, approved)) {
		give(change, VERDICT_RESTORED, "the path is back in its approved state");
		return;
	}
	give(change, VERDICT_UNAPPROVED, "no request names this path");
	switch (approved->kind) {
	case APPROVED_UNTIL_NOW:
		break;
	case APPROVED_STATE:
		g_ptr_array_add(change->reasons,
				g_strdup("it was not in its approved state before, either"));
		break;
	case APPROVED_UNKNOWN:
		g_ptr_array_add(change->reasons, g_strdup(approved->why));
		break;
	}
}

void verdict_weigh(Change *change)
{
	if (change->verdict == VERDICT_RESTORED && change->rules->len == 0) {
		change->severity = SEVERITY_INFORMATIONAL;
	}
}
