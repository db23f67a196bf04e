/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deadlines: see deadline.h. */
#include "judge/deadline.h"

#include "base/clock.h"

#include <string.h>

/* How much of a request is done, as far as its pins say. */
typedef struct {
	guint done, pinned;
} Progress;

static bool is_done(const RequestChange *item, Store *store, const char *commit)
{
	g_auto(FileState) state = {0};

	return store_state(store, commit, item->path, &state, NULL) &&
	       pin_is_met(&item->to, &state);
}

/* Patterns and `content: any` ask for nothing in particular. */
static Progress look(const Request *request, Store *store, const char *commit)
{
	Progress progress = {0, 0};

	for (guint i = 0; i < request->changes->len && commit != NULL; i++) {
		const RequestChange *item = request->changes->pdata[i];

		if (item->is_glob || item->path[0] != '/' || !item->to.is_given) {
			continue;
		}
		progress.pinned++;
		progress.done += is_done(item, store, commit);
	}
	return progress;
}

static char *lapse(const Request *request, Store *store, const char *commit, Decision *decision)
{
	Progress progress = look(request, store, commit);
	g_autofree char *end = clock_format(request->end_usec);

	if (progress.done == progress.pinned) {
		*decision = DECISION_DONE;
		return g_strdup_printf(progress.pinned == 0
					       ? "its window ended at %s; it pins nothing that "
						 "could be missing"
					       : "done when its window ended at %s",
				       end);
	}
	return progress.done == 0
		       ? g_strdup_printf("approved, but not done when its window ended at %s", end)
		       : g_strdup_printf("done in part (%u of %u) when its window ended at %s",
					 progress.done, progress.pinned, end);
}

static char *overdue(const Standing *standing)
{
	g_autofree char *due = clock_format(standing->due_usec);

	return g_strdup_printf("an emergency that was not reviewed until %s: %s", due,
			       standing->not_reviewed);
}

static Approval *record(const Due *due, gint64 now_usec)
{
	Approval *made = g_new0(Approval, 1);
	g_autofree char *identity =
		g_strdup_printf("%s %s", decision_word(due->decision), due->standing->id);

	made->request = g_strdup(due->standing->id);
	made->approver = g_strdup(due->standing->approver);
	made->decision = due->decision;
	made->counts = true;
	made->seen_usec = now_usec;
	made->since_usec = now_usec;
	digest_sha256_hex(identity, strlen(identity), made->digest);
	return made;
}

GPtrArray *deadlines_take(Register *reg, Store *store, const char *commit, gint64 now_usec)
{
	GPtrArray *told = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	g_autoptr(GArray) due = register_due(reg, now_usec);

	for (guint i = 0; i < due->len; i++) {
		const Due *one = &g_array_index(due, Due, i);
		Approval *made = record(one, now_usec);

		made->note = one->decision == DECISION_LAPSE
				     ? lapse(one->standing->request, store, commit, &made->decision)
				     : overdue(one->standing);
		register_note(reg, made);
		g_ptr_array_add(told, made);
	}
	return told;
}
