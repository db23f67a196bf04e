/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clerk: see clerk.h. */
#include "judge/clerk.h"

#include "base/log.h"
#include "judge/late.h"

struct Clerk {
	Approvals *approvals;
	Outbox *outbox;
	int journal_fd;
	bool has_recalled;
	bool is_busy;
	bool must_judge_again; /* the register moved: what drifts may be covered by now */
	char *wild;            /* what was told of a policy nobody asked for */
	char *unreadable; /* what was told of a register, requests or keys that cannot be read */
};

Clerk *clerk_new(Approvals *approvals, Outbox *outbox, int journal_fd)
{
	Clerk *clerk = g_new0(Clerk, 1);

	clerk->approvals = approvals;
	clerk->outbox = outbox;
	clerk->journal_fd = journal_fd;
	return clerk;
}

void clerk_free(Clerk *clerk)
{
	if (clerk == NULL) {
		return;
	}
	g_free(clerk->wild);
	g_free(clerk->unreadable);
	g_free(clerk);
}

const char *clerk_unreadable(const Clerk *clerk)
{
	return clerk->unreadable;
}

bool clerk_is_busy(const Clerk *clerk)
{
	return clerk->is_busy;
}

static bool recall(Clerk *clerk, GError **error)
{
	Index *index = outbox_index(clerk->outbox);

	if (clerk->has_recalled) {
		return true;
	}
	if (index == NULL) {
		g_set_error_literal(error, REEVE_ERROR, REEVE_ERROR_UNAVAILABLE,
				    "what was approved earlier is not known: no index");
		return false;
	}
	clerk->has_recalled = approvals_recall(clerk->approvals, index, clerk->journal_fd, error);
	return clerk->has_recalled;
}

static void tell_news(Clerk *clerk, const JudgementFrame *frame, const GPtrArray *news)
{
	for (guint i = 0; i < news->len; i++) {
		outbox_add(clerk->outbox, judgement_approval(frame, news->pdata[i]));
	}
}

/* In between, `unverifiable` says it. */
static void tell_unreadable(Clerk *clerk, const JudgementFrame *frame)
{
	const char *whole = approvals_unreadable(clerk->approvals);
	const char *unreadable = whole != NULL ? whole : approvals_damage(clerk->approvals);
	g_autofree char *text = NULL;

	if (g_strcmp0(unreadable, clerk->unreadable) == 0) {
		return;
	}
	text = unreadable == NULL ? g_strdup("approvals can be verified again")
				  : g_strdup_printf("approvals cannot be verified: %s", unreadable);
	log_warning("%s", text);
	outbox_add(clerk->outbox,
		   judgement_health(frame,
				    unreadable == NULL ? SEVERITY_INFORMATIONAL : SEVERITY_HIGH,
				    text, NULL, NULL));
	g_free(clerk->unreadable);
	clerk->unreadable = g_strdup(unreadable);
}

/* Nothing that counted is forgotten by it, but somebody did it. */
static void tell_lost(Clerk *clerk, const JudgementFrame *frame)
{
	g_autofree char *lost = approvals_take_lost(clerk->approvals);
	g_autofree char *text = NULL;

	if (lost == NULL) {
		return;
	}
	text = g_strdup_printf("the register was set back or rewritten: it does not hold commit "
			       "%.12s any more; approvals and vetoes seen before still count",
			       lost);
	log_warning("%s", text);
	outbox_add(clerk->outbox, judgement_health(frame, SEVERITY_HIGH, text, NULL, NULL));
}

/* It has no effect, but somebody tried. */
static void tell_wild_policy(Clerk *clerk, const JudgementFrame *frame)
{
	const char *wild = approvals_wild_policy(clerk->approvals);

	if (wild != NULL && g_strcmp0(wild, clerk->wild) != 0) {
		log_warning("%s", wild);
		outbox_add(clerk->outbox, judgement_health(frame, SEVERITY_HIGH, wild, NULL, NULL));
	}
	g_free(clerk->wild);
	clerk->wild = g_strdup(wild);
}

/* What falls due by itself. */
static void tell_due(Clerk *clerk, const JudgementFrame *frame, Store *store)
{
	g_autoptr(GPtrArray) due = approvals_take_due(clerk->approvals, store, frame->time_usec);

	tell_news(clerk, frame, due);
}

static bool judge_drift_again(Clerk *clerk, const JudgementFrame *frame, Store *store,
			      GError **error)
{
	const Used used = {outbox_index(clerk->outbox), clerk->journal_fd};
	g_autoptr(GPtrArray) resolved = late_resolutions(clerk->approvals, &used, store, frame);

	clerk->must_judge_again = false;
	g_ptr_array_set_free_func(resolved, NULL);
	for (guint i = 0; i < resolved->len; i++) {
		outbox_add(clerk->outbox, resolved->pdata[i]);
	}
	return outbox_flush(clerk->outbox, error);
}

ClerkLook clerk_look(Clerk *clerk, JudgementFrame *frame, Store *store, GError **error)
{
	g_autoptr(GPtrArray) news = NULL;
	ApprovalsLook look;

	if (!recall(clerk, error)) {
		return CLERK_STUCK;
	}
	look = approvals_look(clerk->approvals, frame->time_usec, &news);
	clerk->is_busy = look == APPROVALS_BUSY;
	frame->register_commit = approvals_commit(clerk->approvals);
	tell_news(clerk, frame, news);
	if (clerk->is_busy) {
		return CLERK_BUSY;
	}
	clerk->must_judge_again |= look == APPROVALS_MOVED;
	tell_lost(clerk, frame);
	tell_unreadable(clerk, frame);
	tell_wild_policy(clerk, frame);
	if (store != NULL) {
		tell_due(clerk, frame, store);
	}
	/* the snapshots may not be open yet; and without an index nothing is known to drift */
	if (!clerk->must_judge_again || store == NULL || outbox_index(clerk->outbox) == NULL) {
		return CLERK_READY;
	}
	return judge_drift_again(clerk, frame, store, error) ? CLERK_READY : CLERK_STUCK;
}
