/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Approved states: see approved.h. */
#include "judge/approved.h"

#include "event/event.h"

#include <string.h>

static const Approved unknown = {
	.kind = APPROVED_UNKNOWN,
	.why = "its approved state is not known: the index cannot be read",
};

static Approved compare(const Drift *drift, const Change *change)
{
	char digest[DIGEST_HEX + 1];

	event_state_digest(&change->after, digest);
	return (Approved){strcmp(digest, drift->approved_state) == 0 ? APPROVED_AGAIN
								     : APPROVED_NOT_YET,
			  NULL};
}

Approved approved_find(Index *index, const Change *change)
{
	g_autofree char *told = event_path(change->path);
	g_autoptr(GError) error = NULL;
	Drift *drift = index == NULL ? NULL : index_drift_of(index, told, &error);
	Approved approved = {APPROVED_UNTIL_NOW, NULL};

	if (index == NULL || error != NULL) {
		return unknown;
	}
	if (drift != NULL) {
		approved = compare(drift, change);
		drift_free(drift);
	}
	return approved;
}

bool approved_before(Index *index, Store *store, const Change *change, FileState *ret)
{
	g_autofree char *told = event_path(change->path);
	g_autoptr(GError) error = NULL;
	Drift *drift = index == NULL ? NULL : index_drift_of(index, told, &error);
	bool found = index != NULL && error == NULL;

	*ret = (FileState){.type = FILE_ABSENT};
	if (drift == NULL) {
		/* `before` of a move is of the old place; nothing was at this one */
		if (found && change->op != OP_MOVED) {
			file_state_copy(&change->before, ret);
		}
		return found;
	}
	if (drift->approved_commit != NULL) {
		found = store_state(store, drift->approved_commit, change->path, ret, NULL);
	}
	drift_free(drift);
	return found;
}
