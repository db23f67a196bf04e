/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * Seccomp: see walls_restrict_calls in walls.h. The first half is the lists, each group with its
 * argument; the second loads them. What stands nowhere fails with EPERM: execution, sockets,
 * io_uring, ptrace, bpf, mounts, keys, modules, namespaces, identities, signals to others.
 */
#include "base/walls.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WALLS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WALLS_SANITIZED 1
#endif

const int walls_calls_common[] = {
	/* memory: the allocator, thread stacks (mmap and mprotect by rule: never executable) */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(mincore),
	SCMP_SYS(membarrier),
	/* descriptors that are open already: reading, writing, waiting, measuring. No path in it */
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(preadv),
	SCMP_SYS(pwritev),
	SCMP_SYS(lseek),
	SCMP_SYS(_llseek),
	SCMP_SYS(close),
	SCMP_SYS(close_range),
	SCMP_SYS(dup),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(fcntl),
	SCMP_SYS(fcntl64),
	SCMP_SYS(fstat),
	SCMP_SYS(fstat64),
	SCMP_SYS(fstatfs),
	SCMP_SYS(ftruncate),
	SCMP_SYS(ftruncate64),
	SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(ppoll_time64),
	SCMP_SYS(select),
	SCMP_SYS(pselect6),
	SCMP_SYS(epoll_create),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	/* new descriptors that lead nowhere: wake-ups of threads, timers, signals */
	SCMP_SYS(eventfd),
	SCMP_SYS(eventfd2),
	SCMP_SYS(pipe),
	SCMP_SYS(pipe2),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(timerfd_gettime),
	SCMP_SYS(signalfd),
	SCMP_SYS(signalfd4),
	/* time */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clock_nanosleep_time64),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(times),
	/* signals to oneself (tgkill by rule, abort(3) only) */
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(rt_sigpending),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(sigreturn),
	SCMP_SYS(restart_syscall),
	/* threads (clone by rule: threads only, no processes; clone3 says ENOSYS) */
	SCMP_SYS(futex),
	SCMP_SYS(futex_time64),
	SCMP_SYS(rseq),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(get_robust_list),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(arch_prctl),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getcpu),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* who and where am I: answers about this process and the machine, changes nothing */
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getgroups),
	SCMP_SYS(getresuid),
	SCMP_SYS(getresgid),
	SCMP_SYS(getrlimit),
	SCMP_SYS(ugetrlimit),
	SCMP_SYS(getrusage),
	SCMP_SYS(uname),
	SCMP_SYS(sysinfo),
	SCMP_SYS(getrandom),
	-1,
};

const int walls_calls_files[] = {
	/* opening; the old names are what glibc and libgit2 still use on some machines */
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(openat2),
	SCMP_SYS(creat),
	/* looking */
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(stat64),
	SCMP_SYS(lstat64),
	SCMP_SYS(fstatat64),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
	SCMP_SYS(statfs),
	SCMP_SYS(statfs64),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getdents),
	SCMP_SYS(getdents64),
	SCMP_SYS(getcwd),
	SCMP_SYS(fadvise64),
	SCMP_SYS(fadvise64_64),
	SCMP_SYS(readahead),
	/* extended attributes: reading only */
	SCMP_SYS(getxattr),
	SCMP_SYS(lgetxattr),
	SCMP_SYS(fgetxattr),
	SCMP_SYS(listxattr),
	SCMP_SYS(llistxattr),
	SCMP_SYS(flistxattr),
	/* names in our own stores */
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir),
	SCMP_SYS(link),
	SCMP_SYS(linkat),
	SCMP_SYS(symlink),
	SCMP_SYS(symlinkat),
	/* content and metadata of our own stores (packs read-only, times of git's files) */
	SCMP_SYS(truncate),
	SCMP_SYS(fallocate),
	SCMP_SYS(sync_file_range),
	SCMP_SYS(msync),
	SCMP_SYS(flock),
	SCMP_SYS(copy_file_range),
	SCMP_SYS(sendfile),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(chown),
	SCMP_SYS(fchown),
	SCMP_SYS(fchownat),
	SCMP_SYS(lchown),
	SCMP_SYS(utime),
	SCMP_SYS(utimes),
	SCMP_SYS(futimesat),
	SCMP_SYS(utimensat),
	SCMP_SYS(umask),
	-1,
};

/* What the sanitizers' runtime does behind a program's back, in sanitized builds only. */
static const int sanitizer_calls[] = {
#ifdef WALLS_SANITIZED
	SCMP_SYS(openat),
	SCMP_SYS(readlink),
	SCMP_SYS(newfstatat),
	SCMP_SYS(prctl),
#endif
	-1,
};

#define LOW_HALF G_MAXUINT32

#if defined(__s390__)
#define CLONE_FLAGS_ARG 1
#else
#define CLONE_FLAGS_ARG 0
#endif

static const WallsCallRule common_rules[] = {
	{SCMP_SYS(clone), CLONE_FLAGS_ARG, CLONE_THREAD, CLONE_THREAD},
	/* no page is executable that was not when the wall was built */
	{SCMP_SYS(mmap), 2, PROT_EXEC, 0},
	{SCMP_SYS(mmap2), 2, PROT_EXEC, 0},
	{SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
	/* names of threads; nothing else prctl can do */
	{SCMP_SYS(prctl), 0, LOW_HALF, PR_SET_NAME},
	{SCMP_SYS(prctl), 0, LOW_HALF, PR_GET_NAME},
	/* limits of this process, not of others (glibc reads its stack's) */
	{SCMP_SYS(prlimit64), 0, LOW_HALF, 0},
	{-1},
};

#ifdef WALLS_SANITIZED
/* Behind a wall the leak checker can neither fork nor trace; the unit tests look for leaks. */
static bool wall_stands;

int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return wall_stands;
}

static void tell_sanitizer(void)
{
	wall_stands = true;
}
#else
static void tell_sanitizer(void)
{
}
#endif

static bool add_rule(scmp_filter_ctx filter, const WallsCallRule *rule, GError **error)
{
	struct scmp_arg_cmp cmp =
		SCMP_CMP64(rule->arg, SCMP_CMP_MASKED_EQ, rule->mask, rule->expected);
	int rc = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule->call, 1, &cmp);

	if (rc < 0) {
		errno = -rc;
		return error_set_errno(error, "cannot allow system call %d by rule", rule->call);
	}
	return true;
}

static bool add_calls(scmp_filter_ctx filter, const int *calls, GError **error)
{
	for (; *calls != -1; calls++) {
		int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, *calls, 0);

		if (rc < 0) {
			errno = -rc;
			return error_set_errno(error, "cannot allow system call %d", *calls);
		}
	}
	return true;
}

static bool add_rules(scmp_filter_ctx filter, const WallsCallRule *rules, GError **error)
{
	for (; rules != NULL && rules->call != -1; rules++) {
		if (!add_rule(filter, rules, error)) {
			return false;
		}
	}
	return true;
}

static bool fill_filter(scmp_filter_ctx filter, const int *const *call_lists,
			const WallsCallRule *rules, GError **error)
{
	/* abort(3) signals its own thread; nobody else may be signalled. */
	WallsCallRule abort_rule = {SCMP_SYS(tgkill), 0, LOW_HALF, (guint64)getpid()};

	for (const int *const *list = call_lists; *list != NULL; list++) {
		if (!add_calls(filter, *list, error)) {
			return false;
		}
	}
	return add_calls(filter, sanitizer_calls, error) &&
	       add_rules(filter, common_rules, error) && add_rules(filter, rules, error) &&
	       add_rule(filter, &abort_rule, error);
}

static bool load_filter(scmp_filter_ctx filter, GError **error)
{
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	/* Its flags lie in memory, where no filter can look: glibc falls back to clone(2). */
	if (rc == 0) {
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	}
	if (rc == 0) {
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	}
	/* A binary tree: some hundred comparisons less for every call. */
	if (rc == 0) {
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	}
	if (rc == 0) {
		rc = seccomp_load(filter);
	}
	if (rc < 0) {
		errno = -rc;
		return error_set_errno(error, "cannot restrict system calls");
	}
	return true;
}

bool walls_restrict_calls(const int *const *call_lists, const WallsCallRule *rules, GError **error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool ok;

	g_assert(filter != NULL);
	ok = fill_filter(filter, call_lists, rules, error) && load_filter(filter, error);
	seccomp_release(filter);
	if (ok) {
		tell_sanitizer();
	}
	return ok;
}
