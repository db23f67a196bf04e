/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts: see verdict.h. */
#include "judge/verdict.h"

#include "base/clock.h"

static void add_reason(Change *change, const char *reason)
{
	g_ptr_array_add(change->reasons, g_strdup(reason));
}

static void give(Change *change, Verdict verdict, const char *reason)
{
	change->verdict = verdict;
	add_reason(change, reason);
}

static bool is_back(const Change *change, const Approved *approved)
{
	/* what came and went left the path as it was, whatever that was */
	return approved->kind == APPROVED_AGAIN && change->op != OP_TRANSIENT;
}

/* What was done in an emergency, and others have looked at since, is as approved. */
static Verdict verdict_under(const Standing *standing)
{
	switch (standing->request->type) {
	case REQUEST_STANDARD:
		return VERDICT_STANDARD;
	case REQUEST_NORMAL:
		return VERDICT_APPROVED;
	case REQUEST_EMERGENCY:
		return standing->reviewed_usec != 0 ? VERDICT_APPROVED : VERDICT_EMERGENCY;
	}
	g_assert_not_reached();
}

static const char *strength_of(MatchKind kind)
{
	switch (kind) {
	case MATCH_EXACT:
		return "its content is pinned";
	case MATCH_PARTIAL:
		return "what it pins is as requested";
	case MATCH_ANY:
		return "it leaves the content open";
	case MATCH_FAILED:
	case MATCH_NONE:
		break;
	}
	g_assert_not_reached();
}

static void add_review(Change *change, const Standing *standing)
{
	g_autofree char *due = clock_format(standing->due_usec);

	if (standing->reviewer != NULL) {
		g_ptr_array_add(change->reasons, g_strdup_printf("an emergency, reviewed by %s",
								 standing->reviewer));
	} else if (standing->due_usec != 0) {
		g_ptr_array_add(change->reasons,
				g_strdup_printf("an emergency, to be reviewed until %s: %s", due,
						standing->not_reviewed));
	}
}

static void cover(Change *change, const Considered *considered)
{
	const Standing *standing = considered->standing;
	g_autofree char *reason = g_strdup_printf(
		"%s (%s) covers it: %s; approved by %s", standing->id, standing->request->title,
		strength_of(considered->match.kind), standing->approver);

	give(change, verdict_under(standing), reason);
	if (standing->remark != NULL) {
		add_reason(change, standing->remark);
	}
	add_review(change, standing);
}

static void find_wanting(Change *change, const Considered *considered)
{
	const GPtrArray *failed = considered->match.reasons;
	g_autofree char *first =
		g_strdup_printf("%s (%s) names it, but does not cover it", considered->standing->id,
				considered->standing->request->title);

	give(change, VERDICT_MISMATCH, first);
	for (guint i = 0; i < failed->len; i++) {
		add_reason(change, failed->pdata[i]);
	}
}

static void add_others(Change *change, const Considered *considered)
{
	for (guint i = 0; i < considered->others->len; i++) {
		add_reason(change, considered->others->pdata[i]);
	}
}

/* Nothing that can be read covers it, but something that cannot might. */
static bool decide_by_damage(Change *change, const Considered *considered)
{
	if (considered == NULL || considered->damaged == NULL) {
		return false;
	}
	give(change, VERDICT_UNVERIFIABLE, considered->damaged);
	if (considered->standing != NULL) {
		change->request = g_strdup(considered->standing->id);
		for (guint i = 0; i < considered->match.reasons->len; i++) {
			add_reason(change, considered->match.reasons->pdata[i]);
		}
	}
	add_others(change, considered);
	return true;
}

/* True: a request named the path, and that decided. */
static bool decide_by_request(Change *change, const Considered *considered)
{
	if (considered == NULL || considered->standing == NULL) {
		return false;
	}
	change->request = g_strdup(considered->standing->id);
	if (considered->match.kind == MATCH_FAILED) {
		find_wanting(change, considered);
	} else {
		cover(change, considered);
	}
	add_others(change, considered);
	return true;
}

static void add_history(Change *change, const Approved *approved)
{
	switch (approved->kind) {
	case APPROVED_UNTIL_NOW:
		break;
	case APPROVED_AGAIN:
	case APPROVED_NOT_YET:
		add_reason(change, "it was not in its approved state before, either");
		break;
	case APPROVED_UNKNOWN:
		add_reason(change, approved->why);
		break;
	}
}

/* Standing requests that do not fit are told of, but decide nothing. */
static const char *why_unapproved(const Considered *considered)
{
	return considered == NULL || considered->others->len == 0
		       ? "no request names this path"
		       : "no request covers this change; only standing requests name this path";
}

void verdict_decide(Change *change, const VerdictGrounds *grounds)
{
	if (is_back(change, grounds->approved)) {
		give(change, VERDICT_RESTORED, "the path is back in its approved state");
	} else if (grounds->unreadable != NULL) {
		give(change, VERDICT_UNVERIFIABLE, grounds->unreadable);
	} else if (grounds->backed_out != NULL) {
		g_autofree char *reason = g_strdup_printf(
			"backed out: it is as %s found it, within the window", grounds->backed_out);

		change->request = g_strdup(grounds->backed_out);
		give(change, VERDICT_RESTORED, reason);
	} else if (!decide_by_damage(change, grounds->considered) &&
		   !decide_by_request(change, grounds->considered)) {
		give(change, VERDICT_UNAPPROVED, why_unapproved(grounds->considered));
		if (grounds->considered != NULL) {
			add_others(change, grounds->considered);
		}
		add_history(change, grounds->approved);
	}
}

static bool is_as_agreed(Verdict verdict)
{
	return verdict == VERDICT_RESTORED || verdict == VERDICT_APPROVED ||
	       verdict == VERDICT_STANDARD;
}

/* Somebody uses the login of a person who is not there any more. */
static void weigh_leavers(Change *change, const People *people)
{
	for (guint i = 0; i < change->actors->len; i++) {
		const char *login = actor_login(change->actors->pdata[i]);
		const Person *person = people_find(people, login);
		g_autofree char *left = NULL;

		if (person == NULL || person->left_usec == 0 ||
		    (change->time_usec != 0 && change->time_usec < person->left_usec)) {
			continue;
		}
		left = clock_format(person->left_usec);
		g_ptr_array_add(change->reasons,
				g_strdup_printf("the login %s belongs to %s, who left at %s", login,
						person->name, left));
		change->severity = MAX(change->severity, SEVERITY_HIGH);
		return;
	}
}

void verdict_weigh(Change *change, const People *people)
{
	if ((is_as_agreed(change->verdict) || change->is_cosmetic) && change->rules->len == 0) {
		change->severity = SEVERITY_INFORMATIONAL;
	}
	weigh_leavers(change, people);
}
