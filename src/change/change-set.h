/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making the change-set of a commit: what differs between its trees and those of its parent, and
 * what its change-set.json knows besides. What the trees say counts; the notes only add to it.
 */
#pragma once

#include "change/odb.h"
#include "change/owners.h"
#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

/* More paths than this in one change-set are REEVE_ERROR_LIMIT: memory is bounded. */
#define CHANGE_SET_MAX_CHANGES 300000

/*
 * Compares `commit` with `base` (NULL: with nothing). Texts are not compared here. A first commit
 * of kind baseline has no changes. In a scope commit, what lies in the paths that came into or went
 * out of view is no change; the rest is.
 */
ChangeSet *change_set_assemble(Odb *objects, Owners *owners, const git_oid *base,
			       const git_oid *commit, GError **error);

/* One path in two root trees as a Change: states, difference, op; no texts, no notes. NULL when the
 * states are equal. */
Change *change_between(const char *path, const FileState *before, const FileState *after);
