/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Walls: see walls.h. Privileges are given up for good, and each step is checked by trying to get
 * back. Landlock is in walls-files.c, seccomp in walls-calls.c.
 */
#include "base/walls.h"

#include <cap-ng.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool set_no_new_privs(GError **error)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		return error_set_errno(error, "cannot renounce new privileges");
	}
	return true;
}

/* What an exec could still give back. Needs CAP_SETPCAP; who lacks it has nothing to give away. */
static bool clear_bounding_set(GError **error)
{
	capng_get_caps_process();
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
		return true;
	}
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
			return error_set_errno(error, "cannot drop capability %d", cap);
		}
	}
	return true;
}

static bool take_ids(uid_t uid, gid_t gid, const gid_t *groups, gsize n_groups, GError **error)
{
	if (setgroups(n_groups, groups) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0) {
		return error_set_errno(error, "cannot become user %d, group %d", (int)uid,
				       (int)gid);
	}
	if (uid != 0 && (setuid(0) == 0 || seteuid(0) == 0)) {
		g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
			    "became user %d and could go back to root", (int)uid);
		return false;
	}
	return true;
}

bool walls_drop_user(int uid, int gid, int reader_group, GError **error)
{
	gid_t reader = (gid_t)reader_group;

	if (uid != -1 &&
	    (!clear_bounding_set(error) ||
	     !take_ids((uid_t)uid, (gid_t)gid, &reader, reader_group == -1 ? 0 : 1, error))) {
		return false;
	}
	/* The lifeline tells of the supervisor's end; a signal would cut a write in two. */
	if (prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) {
		return error_set_errno(error, "cannot shut this process to debuggers");
	}
	return set_no_new_privs(error);
}

/* Asks the kernel again: only `keep` may be left. */
static bool check_capabilities(const int *keep, GError **error)
{
	capng_get_caps_process();
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		bool wanted = false;

		for (const int *k = keep; *k != -1; k++) {
			wanted |= *k == cap;
		}
		if (!wanted && (capng_have_capability(CAPNG_PERMITTED, (unsigned int)cap) ||
				capng_have_capability(CAPNG_INHERITABLE, (unsigned int)cap))) {
			g_set_error(error, REEVE_ERROR, REEVE_ERROR_DENIED,
				    "capability %s is still there",
				    capng_capability_to_name((unsigned int)cap));
			return false;
		}
	}
	return true;
}

bool walls_keep_capabilities(const int *keep, GError **error)
{
	bool has[CAP_LAST_CAP + 1] = {false};

	if (!clear_bounding_set(error) || !set_no_new_privs(error)) {
		return false;
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	capng_get_caps_process();
	for (const int *k = keep; *k != -1; k++) {
		has[*k] = capng_have_capability(CAPNG_PERMITTED, (unsigned int)*k) != 0;
	}
	capng_clear(CAPNG_SELECT_CAPS);
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		if (has[cap]) {
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
				     (unsigned int)cap);
		}
	}
	if (capng_apply(CAPNG_SELECT_CAPS) != 0) {
		return error_set_errno(error, "cannot reduce capabilities");
	}
	return check_capabilities(keep, error);
}
