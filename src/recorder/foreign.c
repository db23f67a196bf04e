/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign file systems: see foreign.h. */
#include "recorder/foreign.h"
#include "base/path.h"

#include <glib.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#ifndef NFS_SUPER_MAGIC
#define NFS_SUPER_MAGIC 0x6969
#endif
#define FUSE_MAGIC 0x65735546
#define BPF_MAGIC 0xcafe4a11
#define CIFS_MAGIC 0xff534d42
#define SMB2_MAGIC 0xfe534d42
#define CEPH_MAGIC 0x00c36400

bool foreign_is_opened(int fd)
{
	static const guint32 foreign[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC,        DEBUGFS_MAGIC,       TRACEFS_MAGIC,
		SECURITYFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC,
		BPF_MAGIC,        NFS_SUPER_MAGIC,    FUSE_MAGIC,          CIFS_MAGIC,
		SMB2_MAGIC,       CEPH_MAGIC,         AUTOFS_SUPER_MAGIC,
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0) {
		return false;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++) {
		if (foreign[i] == (guint32)fs.f_type) {
			return true;
		}
	}
	return false;
}

static bool is_not_asked_for(const Scope *scope, const char *point)
{
	return scope_covers(scope, point) && !scope_names(scope, point);
}

bool foreign_hides(const Mounts *mounts, const Scope *scope, const char *path)
{
	const GPtrArray *foreign = mounts == NULL ? NULL : mounts_foreign(mounts);

	for (guint i = 0; foreign != NULL && i < foreign->len; i++) {
		const char *point = foreign->pdata[i];

		if (path_is_beneath(path, point) && !g_str_equal(path, point) &&
		    is_not_asked_for(scope, point)) {
			return true;
		}
	}
	return false;
}

bool foreign_is_shut(const Mounts *mounts, const Scope *scope, const char *path)
{
	const GPtrArray *remote = mounts == NULL ? NULL : mounts_remote(mounts);

	for (guint i = 0; remote != NULL && i < remote->len; i++) {
		if (g_str_equal(path, remote->pdata[i]) && is_not_asked_for(scope, path)) {
			return true;
		}
	}
	return false;
}
