/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Approved states: see approved.h. */
#include "judge/approved.h"

#include "event/event.h"

static void find_state(Store *store, const Drift *drift, const char *path, Approved *ret)
{
	ret->kind = APPROVED_STATE;
	if (drift->approved_commit == NULL) {
		return; /* there was nothing: FILE_ABSENT */
	}
	if (!store_state(store, drift->approved_commit, path, &ret->state, NULL)) {
		ret->kind = APPROVED_UNKNOWN;
		ret->why = "its approved state cannot be read from snapshots.git";
	}
}

void approved_find(Index *index, Store *store, const char *path, Approved *ret)
{
	g_autofree char *told = event_path(path);
	g_autoptr(GError) error = NULL;
	Drift *drift = index == NULL ? NULL : index_drift_of(index, told, &error);

	*ret = (Approved){.kind = APPROVED_UNTIL_NOW};
	if (drift != NULL) {
		find_state(store, drift, path, ret);
		drift_free(drift);
	} else if (index == NULL || error != NULL) {
		ret->kind = APPROVED_UNKNOWN;
		ret->why = "its approved state is not known: the index cannot be read";
	}
}

void approved_clear(Approved *approved)
{
	file_state_clear(&approved->state);
	*approved = (Approved){0};
}
