/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Collects files of a policy: walks the folders it is given, reads, parses nothing. policy_read
 * (policy.h) is this for rules.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

/* As policy_read, for the files whose name `is_wanted` likes. */
GPtrArray *policy_read_wanted(const char *const *folders, bool missing_ok,
			      bool (*is_wanted)(const char *name), GError **error);

/* Names of rule files and of case files. */
bool policy_is_rule_file(const char *name);
bool policy_is_case_file(const char *name);
