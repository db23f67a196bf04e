/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The box of reeve-lens: see walls.h. Of files there are the lenses, to be read; of sockets the one
 * to the judge, and the pair between keeper and worker. Nothing executes, traces, binds or
 * connects; the worker does not even fork or signal.
 */
#include "lens/walls.h"

#include "base/fd.h"
#include "base/walls.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORKER_MEMORY_BYTES (768ul * 1024 * 1024)
#define WORKER_STACK_BYTES (16ul * 1024 * 1024)

static const int lens_calls[] = {
	/* to load a lens: Landlock and chroot say that there is nothing else to open */
	SCMP_SYS(open),       SCMP_SYS(openat),     SCMP_SYS(stat),
	SCMP_SYS(lstat),      SCMP_SYS(newfstatat), SCMP_SYS(fstatat64),
	SCMP_SYS(statx),      SCMP_SYS(access),     SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(readlink),   SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64), SCMP_SYS(getcwd),     -1,
};

static const int keeper_calls[] = {
	/* to see a worker die */
	SCMP_SYS(wait4),
	SCMP_SYS(waitid),
	/* the narrower filter of the worker */
	SCMP_SYS(seccomp),
	-1,
};

static const WallsCallRule keeper_rules[] = {
	/* a worker: whatever the flags, it stays behind this wall */
	{SCMP_SYS(clone), 0, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID, 0},
	/* its end; of others only processes of this user could be meant */
	{SCMP_SYS(kill), 1, G_MAXUINT32, SIGKILL},
	{SCMP_SYS(socketpair), 0, G_MAXUINT32, AF_UNIX},
	/* what libseccomp needs for the narrower filter */
	{SCMP_SYS(prctl), 0, G_MAXUINT32, PR_SET_NO_NEW_PRIVS},
	{SCMP_SYS(prctl), 0, G_MAXUINT32, PR_SET_SECCOMP},
	{-1},
};

static const int no_capabilities[] = {-1};

/* Root takes the folder for its root folder: then there is no other file at all. ("/" alone Augeas
 * would cut down to nothing.) */
static char *enter_lenses(const char *lenses)
{
	return chdir(lenses) == 0 && chroot(".") == 0 ? g_strdup("/.") : g_strdup(lenses);
}

bool lens_keeper_wall(const LensBox *box, char **ret_lenses, GError **error)
{
	static const int *const calls[] = {walls_calls_common, lens_calls, keeper_calls, NULL};
	auto_fd int folder = open(box->lenses, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const WallsPath paths[] = {{folder, WALLS_READ}, {0}};
	bool has_landlock;

	if (folder < 0) {
		return error_set_errno(error, "cannot open the lenses in %s", box->lenses);
	}
	*ret_lenses = enter_lenses(box->lenses);
	if (walls_drop_user(box->user, box->group, -1, error) &&
	    walls_keep_capabilities(no_capabilities, error) &&
	    walls_restrict_files(paths, &has_landlock, error) &&
	    walls_restrict_calls(calls, keeper_rules, error)) {
		return true;
	}
	g_clear_pointer(ret_lenses, g_free);
	return false;
}

static void limit(int resource, rlim_t most)
{
	struct rlimit limits = {most, most};

	setrlimit((__rlimit_resource_t)resource, &limits);
}

bool lens_worker_wall(GError **error)
{
	static const int *const calls[] = {walls_calls_common, lens_calls, NULL};

#ifndef __SANITIZE_ADDRESS__ /* which maps more than there is */
	limit(RLIMIT_AS, WORKER_MEMORY_BYTES);
#endif
	limit(RLIMIT_STACK, WORKER_STACK_BYTES);
	limit(RLIMIT_CORE, 0);
	return walls_restrict_calls(calls, NULL, error);
}
