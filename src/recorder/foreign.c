/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign file systems: see foreign.h. */
#include "recorder/foreign.h"

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
