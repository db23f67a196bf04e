/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The history of snapshots.git from its head: one chain of commits without merges, each with a
 * tree of the form design 5.1 gives it; every manifest line and change-set.json parses; whatever a
 * manifest calls stored is there. What several commits share is looked at once.
 */
#pragma once

#include "change/odb.h"

#include <glib.h>

/* Adds what is wrong, naming commit and path. */
void verify_history(Odb *objects, const git_oid *head, GPtrArray *problems);
