/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rules would have said of the recorded history: every change of snapshots.git is held against
 * them once more, in its order. Nothing is written, and no daemon is needed.
 *
 * Verdicts are not in the snapshots: each change counts as `unapproved`. Nor are settings of
 * formats that only Augeas reads, and evidence of packages.
 */
#pragma once

#include "cli/context.h"
#include "policy/policy.h"

/* Prints each change on which a rule fires, and how many there were. `since_usec` 0: all. Returns
 * the exit code. */
int policy_replay(const Context *context, Policy *policy, gint64 since_usec);
