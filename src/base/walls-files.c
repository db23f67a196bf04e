/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Landlock: see walls_restrict_files in walls.h. glibc has no wrappers, and the headers of the
 * build may be older than the kernel that runs: what they do not name is named here.
 */
#include "base/fd.h"
#include "base/walls.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ACCESS_TRUNCATE (1ULL << 14)  /* since ABI 3 */
#define ACCESS_IOCTL_DEV (1ULL << 15) /* since ABI 5 */

#define RIGHTS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* Neither devices nor FIFOs nor sockets: nothing of ours makes them behind a wall. */
#define RIGHTS_WRITE                                                                            \
	(RIGHTS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |          \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |                         \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | \
	 ACCESS_TRUNCATE)
#define RIGHTS_OF_A_FILE \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)

/* Every right the kernel can refuse, by ABI version. */
static guint64 handled_rights(int abi)
{
	guint64 rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

	if (abi >= 2) {
		rights |= LANDLOCK_ACCESS_FS_REFER;
	}
	if (abi >= 3) {
		rights |= ACCESS_TRUNCATE;
	}
	if (abi >= 5) {
		rights |= ACCESS_IOCTL_DEV;
	}
	return rights;
}

static bool add_path(int ruleset, guint64 handled, const WallsPath *path, GError **error)
{
	struct landlock_path_beneath_attr rule = {.parent_fd = path->fd};
	struct stat st;

	if (fstat(path->fd, &st) < 0) {
		return error_set_errno(error, "cannot look at descriptor %d", path->fd);
	}
	rule.allowed_access = (path->access & WALLS_WRITE) != 0 ? RIGHTS_WRITE : RIGHTS_READ;
	rule.allowed_access &= handled;
	if (!S_ISDIR(st.st_mode)) {
		rule.allowed_access &= RIGHTS_OF_A_FILE;
	}
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0) {
		return error_set_errno(error, "cannot allow files beneath descriptor %d", path->fd);
	}
	return true;
}

bool walls_restrict_files(const WallsPath *paths, bool *ret_enforced, GError **error)
{
	int abi =
		(int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attr = {.handled_access_fs = handled_rights(abi)};
	auto_fd int ruleset = -1;

	*ret_enforced = false;
	if (abi < 0 && (errno == ENOSYS || errno == EOPNOTSUPP)) {
		return true;
	}
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (abi < 0 || ruleset < 0) {
		return error_set_errno(error, "cannot make a Landlock ruleset");
	}
	for (; paths->access != 0; paths++) {
		if (!add_path(ruleset, attr.handled_access_fs, paths, error)) {
			return false;
		}
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0) < 0) {
		return error_set_errno(error, "cannot restrict files");
	}
	*ret_enforced = true;
	return true;
}
