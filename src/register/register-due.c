/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What falls due without anybody doing anything: a window that ends, a review that does not come.
 */
#include "register/register-load.h"

#include "base/clock.h"

/* What was done in the last moment is still on its way through the snapshots. */
#define GRACE_USEC (3 * G_USEC_PER_SEC)

static bool was_told(const Standing *standing, Decision decision)
{
	for (guint i = 0; i < standing->approvals->len; i++) {
		const Approval *record = standing->approvals->pdata[i];

		if (record->decision == decision) {
			return true;
		}
	}
	return false;
}

/* When it falls due; 0: never (any more). */
static gint64 lapses_at(const Register *reg, const Standing *standing)
{
	gint64 end = standing->request == NULL ? 0 : standing->request->end_usec;
	bool was_open = end != 0 && standing->is_effective && standing->since_usec <= end &&
			(standing->closed_usec == 0 || standing->closed_usec > end);

	return was_open && standing->request->type == REQUEST_NORMAL &&
			       request_is_for_host(standing->request, reg->host) &&
			       !was_told(standing, DECISION_LAPSE) &&
			       !was_told(standing, DECISION_DONE)
		       ? end + GRACE_USEC
		       : 0;
}

static gint64 overdue_at(const Standing *standing)
{
	return standing->due_usec != 0 && standing->reviewed_usec == 0 &&
			       !was_told(standing, DECISION_OVERDUE)
		       ? standing->due_usec
		       : 0;
}

static void take_due(const Standing *standing, gint64 at, Decision decision, gint64 now_usec,
		     GArray *due, gint64 *next)
{
	Due one = {standing, decision};

	if (at == 0) {
		return;
	}
	if (at <= now_usec) {
		g_array_append_val(due, one);
	} else {
		*next = MIN(*next, at);
	}
}

GArray *register_due(Register *reg, gint64 now_usec)
{
	GArray *due = g_array_new(FALSE, FALSE, sizeof(Due));
	gint64 next = G_MAXINT64;
	GHashTableIter each;
	gpointer folder;

	if (now_usec < reg->due_usec || reg->load != NULL) {
		return due;
	}
	g_hash_table_iter_init(&each, reg->folders);
	while (g_hash_table_iter_next(&each, NULL, &folder)) {
		const Standing *standing = ((const Folder *)folder)->standing;

		take_due(standing, lapses_at(reg, standing), DECISION_LAPSE, now_usec, due, &next);
		take_due(standing, overdue_at(standing), DECISION_OVERDUE, now_usec, due, &next);
	}
	reg->due_usec = next;
	return due;
}

void register_note(Register *reg, const Approval *record)
{
	Folder *folder = g_hash_table_lookup(reg->folders, record->request);

	register_recall(reg, record);
	if (folder != NULL) {
		g_ptr_array_add(folder->standing->approvals, approval_copy(record));
	}
}
