/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: the names by which requests and rules speak of the register's own policy:
 * `register:policy/approvers.yaml`, and `register:policy/` + `**` for all of it. They begin with no
 * '/', so no file of a machine has such a name.
 */
#pragma once

#include <stdbool.h>

#define POLICY_PATH "register:policy/"
#define POLICY_PATH_ALL POLICY_PATH "**"

typedef enum {
	POLICY_APPROVERS,
	POLICY_PEOPLE,
	POLICY_REVOKED,
	POLICY_FILES
} PolicyFile;

/* "approvers.yaml", "people.yaml", "revoked_keys" */
const char *policy_file_name(PolicyFile file);
/* Which file such a path names, whole; false: none. */
bool policy_path_parse(const char *path, PolicyFile *ret);
/* Whether a rule may say it: one of the files, or all of them. */
bool policy_path_is_pattern(const char *pattern);
