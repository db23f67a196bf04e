/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the recorder may still do, and why. Everything it needs besides is open already: the root,
 * the health file, the fanotify group, the inotify instance, the signals; and for who did it
 * (actor/) the programs in the kernel with their ring buffer, which is mapped, or the socket of the
 * lookout. Neither bpf(2) nor a netlink socket nor CAP_SYS_PTRACE is left here: what /proc shows
 * without it is enough for a process that nobody saw start.
 */
#include "recorder/walls.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/walls.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Reading what belongs to others, and nothing else of root's: it cannot write where the owner's
 * bits say no, change owners, kill, mount or load. Not CAP_SYS_ADMIN: that made the fanotify group,
 * which keeps what it was given (process ids, no limits); a mark on a directory or file asks for
 * no more than the right to read it, and marks on mounts and file systems are refused from here on.
 */
static const int capabilities[] = {CAP_DAC_READ_SEARCH, -1};

/* Watching directories. With fanotify_mark alone, no group can be made, and ours was made without
 * permission events: nobody's file can be held up. name_to_handle_at tells a handle; what it names
 * cannot be opened by it (open_by_handle_at stands nowhere). The inotify instance after an
 * overflow is a new one. */
static const int calls_watch[] = {
	SCMP_SYS(fanotify_mark),     SCMP_SYS(name_to_handle_at), SCMP_SYS(inotify_init1),
	SCMP_SYS(inotify_add_watch), SCMP_SYS(inotify_rm_watch),  -1,
};

/* No socket call stands in any of these lists. */
static const int *const calls[] = {walls_calls_common, walls_calls_files, calls_watch, NULL};

/* How much the kernel has queued (the barrier), and the flags of a file; no other ioctl. */
static const WallsCallRule rules[] = {
	{SCMP_SYS(ioctl), 1, G_MAXUINT32, FIONREAD},
	{SCMP_SYS(ioctl), 1, G_MAXUINT32, FS_IOC_GETFLAGS},
	{-1},
};

/* Reads everything under "/" (the watched root is there too), writes STATE alone. */
static bool restrict_files(const StageOptions *options, GError **error)
{
	auto_fd int everything = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_fd int state = open(options->state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	WallsPath paths[] = {{everything, WALLS_READ}, {state, WALLS_WRITE}, {0}};
	bool enforced;

	if (everything < 0 || state < 0) {
		return error_set_errno(error, "cannot open / and %s", options->state_dir);
	}
	if (!walls_restrict_files(paths, &enforced, error)) {
		return false;
	}
	if (!enforced) {
		log_debug("no Landlock in this kernel");
	}
	return true;
}

bool recorder_build_walls(const StageOptions *options, GError **error)
{
	/* Root stays root, but in the readers' group: the stores it makes are theirs to read. */
	bool changes = geteuid() == 0 && (options->user != -1 || options->reader_group != -1);
	int uid = !changes ? -1 : options->user == -1 ? 0 : options->user;
	int gid = options->group != -1 ? options->group : options->reader_group;

	umask(027);
	return walls_drop_user(uid, gid, -1, error) &&
	       walls_keep_capabilities(capabilities, error) && restrict_files(options, error) &&
	       walls_restrict_calls(calls, rules, error);
}
