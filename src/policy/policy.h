/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The policy: Sigma rules (specification 2.1) compiled once, matched against changes. Reading the
 * files and parsing them are separate, so that root can read what the judge's user may not, and
 * the judge parses it behind its wall.
 *
 * A rule that cannot be loaded is a problem with file, line, column and caret; the others work.
 */
#pragma once

#include "base/error.h"
#include "event/change.h"

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *name; /* path of the file as given, for messages; escaped */
	GBytes *bytes;
	char *problem; /* why there are no bytes; NULL: there are */
} PolicySource;

void policy_source_free(PolicySource *source);

/*
 * Reads (does not parse) every *.yml and *.yaml below the folders, but for *.cases.yaml, sorted by
 * path within a folder, folders in the order given, not following links to outside. A file of such
 * a name may stand in place of a folder. A missing folder is skipped silently only when
 * `missing_ok`.
 * A file that cannot be read becomes a source with a problem. Caps: 10,000 files, 1 MiB each,
 * 64 MiB together, folders 8 deep: beyond that the whole is an error.
 */
GPtrArray *policy_read(const char *const *folders, bool missing_ok, GError **error);

typedef struct Policy Policy;

/* Compiles; never fails as a whole. What could not be loaded is added to `ret_problems` (char *,
 * several lines each), which the caller frees. Duplicate rule ids are a problem. */
Policy *policy_compile(const GPtrArray *sources, GPtrArray **ret_problems);
void policy_free(Policy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Policy, policy_free)

/* Rules that can fire. */
guint policy_count(const Policy *policy);
/* Rules that are sound but cannot fire here: for another log source, deprecated, ... */
guint policy_count_inactive(const Policy *policy);
/* All of them, in the order of the files: of Rule (policy/rule.h). */
const GPtrArray *policy_rules(const Policy *policy);
/* SHA-256 over names and bytes of all sources, hex: `policy` of an event. */
const char *policy_digest(const Policy *policy);

/*
 * Matches every rule: fills change->rules (highest level first, then by title) and
 * change->severity: the highest level of the rules that fired; without a rule SEVERITY_LOW. Uses
 * path, op, states, difference, added and removed lines, actors, verdict. A pattern that hits its
 * limits counts as not matching; then the change has one hit more, "policy: judged only in part"
 * (medium), and the rule is reported once through policy_take_problems. Correlations count what
 * fired, and fire with the change that completes them.
 */
void policy_judge(Policy *policy, Change *change);
/* What has come up since the last call: of char *; NULL: nothing. The caller unrefs. */
GPtrArray *policy_take_problems(Policy *policy);
/* What correlations have counted is forgotten. */
void policy_forget(Policy *policy);

/*
 * The cases beside the rules (policies/NAME.cases.yaml, see doc/policies.md): runs all, writes one
 * line per failed case to `report`, counts. False when a case failed or could not be read.
 */
bool policy_test(const char *const *folders, GString *report, guint *ret_cases, guint *ret_failed,
		 GError **error);
