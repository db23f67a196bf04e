/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the register's own policy: see policy-path.h. */
#include "register/policy-path.h"

#include <glib.h>
#include <string.h>

static const char *const names[POLICY_FILES] = {
	[POLICY_APPROVERS] = "approvers.yaml",
	[POLICY_PEOPLE] = "people.yaml",
	[POLICY_REVOKED] = "revoked_keys",
};

const char *policy_file_name(PolicyFile file)
{
	return names[file];
}

bool policy_path_parse(const char *path, PolicyFile *ret)
{
	for (PolicyFile file = 0; g_str_has_prefix(path, POLICY_PATH) && file < POLICY_FILES;
	     file++) {
		if (g_str_equal(path + strlen(POLICY_PATH), names[file])) {
			*ret = file;
			return true;
		}
	}
	return false;
}

bool policy_path_is_pattern(const char *pattern)
{
	PolicyFile unused;

	return g_str_equal(pattern, POLICY_PATH_ALL) || policy_path_parse(pattern, &unused);
}
