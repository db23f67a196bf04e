/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The standing of a request: what follows from everything that was ever seen about it, under the
 * policy in force. Nothing of it is stored.
 */
#include "register/register-load.h"

#include "base/clock.h"

#include <string.h>

static int compare_seen(gconstpointer a, gconstpointer b)
{
	const Approval *const *left = a;
	const Approval *const *right = b;
	int order;

	if ((*left)->seen_usec != (*right)->seen_usec) {
		return (*left)->seen_usec < (*right)->seen_usec ? -1 : 1;
	}
	order = strcmp((*left)->approver, (*right)->approver);
	return order != 0 ? order : strcmp((*left)->digest, (*right)->digest);
}

void standing_collect(Standing *standing, const Register *reg)
{
	const GPtrArray *seen = register_seen_of(reg, standing->id);

	g_ptr_array_set_size(standing->approvals, 0);
	for (guint i = 0; seen != NULL && i < seen->len; i++) {
		Approval *approval = approval_copy(g_ptr_array_index(seen, i));

		if (reg->signers != NULL && approval->fingerprint != NULL) {
			g_strfreev(approval->also);
			approval->also =
				approval_names(approval, reg->signers, reg->charter.people);
		}
		g_ptr_array_add(standing->approvals, approval);
	}
	g_ptr_array_sort(standing->approvals, compare_seen);
}

static void stand(Standing *standing, gint64 since_usec, char *approver, char *why_not)
{
	standing->is_effective = why_not == NULL;
	standing->since_usec = since_usec;
	g_free(standing->approver);
	standing->approver = approver;
	g_free(standing->not_effective);
	standing->not_effective = why_not;
}

void standing_block(Standing *standing, char *why_not)
{
	stand(standing, 0, NULL, why_not);
}

/* Why this decision does not speak for the request as it is; NULL: it does. */
static char *why_not_good(const Standing *standing, const Register *reg, const Approval *approval,
			  const char *bytes)
{
	const ApprovalLaw law = register_law(reg);

	if (!approval->counts) {
		return g_strdup(approval->problem != NULL ? approval->problem : "it was refused");
	}
	if (!g_str_equal(approval->pinned, bytes)) {
		return g_strdup("the request was edited after it was signed: it must be approved "
				"again");
	}
	if (revoked_has(reg->charter.revoked, approval->fingerprint)) {
		return g_strdup_printf("its key %s is revoked", approval->fingerprint);
	}
	return approval_conflict(approval, standing->request, &law);
}

static const Approval *find_veto(const Standing *standing)
{
	for (guint i = 0; i < standing->approvals->len; i++) {
		const Approval *approval = g_ptr_array_index(standing->approvals, i);

		if (approval->counts && approval->decision == DECISION_REJECT) {
			return approval;
		}
	}
	return NULL;
}

/* The first closing ends it; what was done before stays covered. */
static void find_closing(Standing *standing)
{
	for (guint i = 0; i < standing->approvals->len; i++) {
		const Approval *closing = g_ptr_array_index(standing->approvals, i);
		g_autofree char *when = clock_format(closing->seen_usec);

		if (closing->counts && closing->decision == DECISION_CLOSE) {
			standing->closed_usec = closing->seen_usec;
			standing->closed = g_strdup_printf("closed by %s, seen here at %s: %s",
							   closing->approver, when, closing->note);
			return;
		}
	}
}

/* Who has left asks for nothing any more; what he approved, or was done before, stays. */
static void find_leaving(Standing *standing, const Register *reg)
{
	const Person *person = people_find(reg->charter.people, standing->request->requester);
	g_autofree char *when = NULL;

	if (person == NULL || person->left_usec == 0) {
		return;
	}
	when = clock_format(person->left_usec);
	standing->frozen_usec = person->left_usec;
	standing->frozen = g_strdup_printf("frozen: %s, who requested it, left at %s",
					   standing->request->requester, when);
}

/* Those of one decision that are good; *ret_last: why the last that is not is none, or NULL. */
static GPtrArray *find_good(const Standing *standing, const Register *reg, Decision decision,
			    char **ret_last)
{
	GPtrArray *good = g_ptr_array_new();
	char bytes[DIGEST_HEX + 1];

	hex_encode(standing->sha256, DIGEST_BYTES, bytes);
	for (guint i = 0; i < standing->approvals->len; i++) {
		Approval *approval = g_ptr_array_index(standing->approvals, i);
		g_autofree char *why_not = NULL;

		/* what was refused may have been meant as anything */
		if (approval->decision != decision &&
		    (approval->counts || !decision_is_signed(approval->decision) ||
		     decision != DECISION_APPROVE)) {
			continue;
		}
		why_not = why_not_good(standing, reg, approval, bytes);
		if (why_not == NULL) {
			g_ptr_array_add(good, approval);
			continue;
		}
		g_free(*ret_last);
		*ret_last = g_strdup_printf("the %s by %s does not count: %s",
					    approval->decision == DECISION_REJECT   ? "rejection"
					    : approval->decision == DECISION_REVIEW ? "review"
										    : "approval",
					    approval->approver, why_not);
	}
	return good;
}

static char *names_of(const GPtrArray *approvals)
{
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < approvals->len; i++) {
		const Approval *approval = approvals->pdata[i];

		g_string_append_printf(names, "%s%s", i == 0 ? "" : ", ", approval->approver);
	}
	return g_string_free(names, FALSE);
}

static Quorum quorum_of(const Standing *standing, const Register *reg, const GPtrArray *good)
{
	return (Quorum){.approvers = charter_approvers(&reg->charter),
			.people = reg->charter.people,
			.request = standing->request,
			.host = reg->host,
			.approvals = good};
}

/* What every verdict under it has to say. */
static void note_self_approval(Standing *standing, const GPtrArray *good)
{
	for (guint i = 0; i < good->len; i++) {
		const Approval *approval = good->pdata[i];
		g_autofree char *own = approval_conflict(approval, standing->request, NULL);

		if (own != NULL && standing->request->type != REQUEST_EMERGENCY) {
			g_free(standing->remark);
			standing->remark = g_strdup_printf("self-approval: %s approved what is his "
							   "own; this is declared to be "
							   "a machine of one person",
							   approval->approver);
		}
	}
}

/* Others than who opened it must look at what was done. */
static void judge_reviews(Standing *standing, const Register *reg, const GPtrArray *openers)
{
	g_autofree char *last = NULL;
	g_autoptr(GPtrArray) good = find_good(standing, reg, DECISION_REVIEW, &last);
	Quorum quorum = quorum_of(standing, reg, good);
	char *missing;
	gint64 since;

	for (guint i = 0; i < openers->len; i++) {
		const Approval *opener = openers->pdata[i];

		for (guint k = good->len; k > 0; k--) {
			if (approval_is_by(good->pdata[k - 1], opener->approver)) {
				g_ptr_array_remove_index(good, k - 1);
				g_free(last);
				last = g_strdup_printf("%s opened it and cannot review it as well",
						       opener->approver);
			}
		}
	}
	missing = quorum_missing_reviews(&quorum, &since);
	g_free(standing->not_reviewed);
	standing->not_reviewed = missing == NULL || last == NULL
					 ? missing
					 : g_strdup_printf("%s; %s", missing, last);
	if (missing == NULL) {
		const Approval *newest = good->pdata[good->len - 1];

		standing->reviewed_usec = newest->seen_usec;
		standing->reviewer = names_of(good);
	} else if (last != NULL) {
		g_free(missing);
	}
}

static void judge_emergency(Standing *standing, const Register *reg, const GPtrArray *openers)
{
	const Approvers *approvers = charter_approvers(&reg->charter);
	const Approval *first = openers->pdata[0];

	standing->ends_usec = first->seen_usec + approvers->lives_usec;
	standing->due_usec = first->seen_usec + approvers->within_usec;
	judge_reviews(standing, reg, openers);
}

static void forget(Standing *standing)
{
	g_clear_pointer(&standing->closed, g_free);
	g_clear_pointer(&standing->frozen, g_free);
	g_clear_pointer(&standing->remark, g_free);
	g_clear_pointer(&standing->not_reviewed, g_free);
	g_clear_pointer(&standing->reviewer, g_free);
	standing->closed_usec = 0;
	standing->frozen_usec = 0;
	standing->ends_usec = 0;
	standing->due_usec = 0;
	standing->reviewed_usec = 0;
	standing->is_rejected = false;
}

static void judge_approvals(Standing *standing, const Register *reg)
{
	g_autofree char *last = NULL;
	g_autoptr(GPtrArray) good = find_good(standing, reg, DECISION_APPROVE, &last);
	Quorum quorum = quorum_of(standing, reg, good);
	gint64 since;
	g_autofree char *missing = quorum_missing(&quorum, &since);

	if (missing == NULL) {
		stand(standing, since, names_of(good), NULL);
		note_self_approval(standing, good);
		if (standing->request->type == REQUEST_EMERGENCY) {
			judge_emergency(standing, reg, good);
		}
	} else if (last == NULL) {
		standing_block(standing, g_steal_pointer(&missing));
	} else if (good->len == 0) {
		standing_block(standing, g_steal_pointer(&last));
	} else {
		standing_block(standing, g_strdup_printf("%s; %s", missing, last));
	}
}

void standing_judge(Standing *standing, const Register *reg)
{
	const Approval *veto = find_veto(standing);

	forget(standing);
	find_closing(standing);
	find_leaving(standing, reg);
	if (veto != NULL) {
		standing->is_rejected = true;
		standing_block(standing, g_strdup_printf("rejected by %s", veto->approver));
	} else if (standing->request->changes->len == 0) {
		standing_block(standing, g_strdup("it is a draft: it asks for no change yet"));
	} else {
		judge_approvals(standing, reg);
	}
}

/* Why a request is not effective for a change at some moment */

static char *why_ended(const Standing *standing, gint64 usec)
{
	g_autofree char *ends = clock_format(standing->ends_usec);
	g_autofree char *reviewed = clock_format(standing->reviewed_usec);

	if (standing->reviewed_usec != 0 && usec >= standing->reviewed_usec) {
		return g_strdup_printf("the emergency was reviewed at %s, which ended it",
				       reviewed);
	}
	return standing->ends_usec != 0 && usec >= standing->ends_usec
		       ? g_strdup_printf("the emergency ended at %s", ends)
		       : NULL;
}

char *standing_why_not(const Standing *standing, const Register *reg, const MatchContext *context,
		       bool late)
{
	gint64 now = MAX(context->latest_usec, late ? reg->looked_usec : 0);
	g_autofree char *since = NULL;
	g_autofree char *latest = NULL;
	char *ended;

	if (!standing->is_effective) {
		return g_strdup(standing->not_effective);
	}
	if (standing->closed_usec != 0 && (late || context->latest_usec >= standing->closed_usec)) {
		return g_strdup(standing->closed);
	}
	if (standing->frozen_usec != 0 && now >= standing->frozen_usec) {
		return g_strdup(standing->frozen);
	}
	ended = why_ended(standing, context->latest_usec);
	if (ended != NULL || late || standing->since_usec <= context->latest_usec) {
		return ended;
	}
	since = clock_format(standing->since_usec);
	latest = clock_format(context->latest_usec);
	return g_strdup_printf("approved at %s, after the change at %s", since, latest);
}
