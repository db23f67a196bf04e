/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * The tools a program builds its wall with (design 2), in the order of use: open everything that
 * needs root; walls_drop_user; walls_keep_capabilities; walls_restrict_files (Landlock, where the
 * kernel has it); walls_restrict_calls (seccomp). All before the first thread and before the first
 * byte that somebody else wrote. Which program may still do what stands in that program's own
 * walls.c, with an argument for each line.
 *
 * Started without root, the user cannot be changed and there are no capabilities to keep; the rest
 * stands all the same.
 */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stdbool.h>

/*
 * Takes a user and group, with no supplementary groups but `reader_group` (-1: none). Irrevocable.
 * uid -1: the user stays. Capabilities go with root, the bounding set first (afterwards nobody
 * could). Whatever the uid: sets no_new_privs, the death signal off, dumpable off.
 */
bool walls_drop_user(int uid, int gid, int reader_group, GError **error);

/*
 * Keeps only the capabilities named in `keep` (numbers of <linux/capability.h>, ended by -1) in
 * the permitted and effective sets; clears inheritable, ambient and bounding sets. Sets
 * no_new_privs. Without root: clears what there is.
 */
bool walls_keep_capabilities(const int *keep, GError **error);

typedef enum {
	WALLS_READ = 1 << 0,  /* read files and list folders */
	WALLS_WRITE = 1 << 1, /* write, create, rename, delete (implies WALLS_READ) */
} WallsAccess;

typedef struct {
	int fd;             /* a folder or file opened with O_PATH or O_RDONLY; not closed here */
	WallsAccess access; /* 0 ends the table */
} WallsPath;

/*
 * From now on only these folders can be opened beneath (Landlock, best ABI the kernel has). Sets
 * *ret_enforced to false where the kernel has no Landlock, which is no error.
 */
bool walls_restrict_files(const WallsPath *paths, bool *ret_enforced, GError **error);

/* A system call allowed only when argument `arg` satisfies (value & mask) == expected. */
typedef struct {
	int call;         /* SCMP_SYS(...) number */
	unsigned int arg; /* 0..5 */
	guint64 mask;
	guint64 expected;
} WallsCallRule;

/*
 * An allow-list: every system call not named fails with EPERM, calls of another architecture kill.
 * `call_lists` are lists of SCMP_SYS numbers, each ended by -1, the whole ended by NULL (put
 * walls_calls_common first); `rules` (may be NULL) ends with a member whose call is -1; several
 * rules for one call add up; a call that stands in a list needs no rule, and a rule does not
 * narrow it. io_uring, ptrace, bpf, mounts, keyctl, module calls and execution are in no list of
 * base/. Always allowed by rule: threads (never processes: clone3 says ENOSYS, so that glibc uses
 * clone), mmap and mprotect without PROT_EXEC, names of threads, own limits, abort(3). So load
 * what is loaded lazily (dlopen, gconv, NSS) before.
 */
bool walls_restrict_calls(const int *const *call_lists, const WallsCallRule *rules, GError **error);

/* Memory, time, signals, threads, descriptors: what every C program needs. No sockets, no opening
 * of files, no execution. Ended by -1. */
extern const int walls_calls_common[];
/* Opening, statting, renaming, syncing files. Ended by -1. */
extern const int walls_calls_files[];
