/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The standing of a request: what follows from everything that was ever seen about it.
 */
#include "register/register-load.h"

#include "base/clock.h"

#include <string.h>

static int compare_seen(gconstpointer a, gconstpointer b)
{
	const Approval *const *left = a;
	const Approval *const *right = b;

	if ((*left)->seen_usec != (*right)->seen_usec) {
		return (*left)->seen_usec < (*right)->seen_usec ? -1 : 1;
	}
	return strcmp((*left)->digest, (*right)->digest);
}

void standing_collect(Standing *standing, const Register *reg)
{
	const GPtrArray *seen = register_seen_of(reg, standing->id);

	for (guint i = 0; seen != NULL && i < seen->len; i++) {
		Approval *approval = approval_copy(g_ptr_array_index(seen, i));

		if (approval->also == NULL && reg->signers != NULL) {
			approval->also = signers_names_of(reg->signers, approval->fingerprint);
		}
		g_ptr_array_add(standing->approvals, approval);
	}
	g_ptr_array_sort(standing->approvals, compare_seen);
}

static void stand(Standing *standing, const Approval *approved, char *why_not)
{
	standing->is_effective = approved != NULL;
	standing->since_usec = approved == NULL ? 0 : approved->since_usec;
	standing->approver = approved == NULL ? NULL : approved->approver;
	standing->not_effective = why_not;
}

void standing_block(Standing *standing, char *why_not)
{
	g_free(standing->not_effective);
	stand(standing, NULL, why_not);
}

/* Why this approval does not make the request effective; NULL: it does. */
static char *why_not_enough(const Approval *approval, const Request *request, const char *bytes)
{
	if (!approval->counts) {
		return g_strdup(approval->problem != NULL ? approval->problem : "it was refused");
	}
	if (!g_str_equal(approval->pinned, bytes)) {
		return g_strdup("the request was edited after it was signed: it must be approved "
				"again");
	}
	return approval_conflict(approval, request);
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

/* One approval of these very bytes by somebody else, and no veto. */
void standing_judge(Standing *standing, const ApprovalSubject *subject)
{
	const Approval *veto = find_veto(standing);
	char bytes[DIGEST_HEX + 1];
	g_autofree char *last = NULL;

	find_closing(standing);
	hex_encode(subject->sha256, DIGEST_BYTES, bytes);
	if (veto != NULL) {
		stand(standing, NULL, g_strdup_printf("rejected by %s", veto->approver));
		return;
	}
	for (guint i = 0; i < standing->approvals->len; i++) {
		const Approval *approval = g_ptr_array_index(standing->approvals, i);
		g_autofree char *why_not = why_not_enough(approval, subject->request, bytes);

		if (approval->decision == DECISION_CLOSE) {
			continue;
		}
		if (why_not == NULL) {
			stand(standing, approval, NULL);
			return;
		}
		g_free(last);
		last = g_strdup_printf("the %s by %s does not count: %s",
				       approval->decision == DECISION_REJECT ? "rejection"
									     : "approval",
				       approval->approver, why_not);
	}
	stand(standing, NULL,
	      last != NULL ? g_steal_pointer(&last) : g_strdup("nobody has approved it yet"));
}
