/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bad disk, preloaded into a stage (LD_PRELOAD): every call that changes something below one
 * folder is counted, may be the last one of the process, may fail, and is written into a log from
 * which crashes.py makes the disk that a power cut would have left. The programs know nothing of
 * it.
 *
 *   FAULT_UNDER=DIR    the folder (STATE)
 *   FAULT_LOG=FILE     append a record of every call that succeeded
 *   FAULT_KILL=N       the process is gone before its Nth call (a write: in the middle of it)
 *   FAULT_WEATHER=FILE three 32-bit numbers, looked at before each call: an errno for calls that
 *                      change something, an errno for calls that open a file, and the seconds by
 *                      which the wall clock is wrong; 0: fair
 *
 * Works from behind the walls: files are known by their inode numbers, which need no /proc and no
 * path outside a chroot; the log is opened before. A process that is to die calls exit_group, as
 * kill(2) is not for it; on disk there is no difference.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define KNOWN_MAX 65536
#define LOG_FD 900

enum {
	OP_WRITE = 'w',    /* ino, offset, data */
	OP_TRUNCATE = 't', /* ino, offset: the size */
	OP_SYNC = 's',     /* ino */
	OP_CREATE = 'c',   /* ino, ino2: the folder, name */
	OP_MKDIR = 'd',    /* likewise */
	OP_LINK = 'l',     /* likewise */
	OP_RENAME = 'r',   /* ino: old folder, ino2: new folder, names "old\0new" */
	OP_UNLINK = 'u',   /* ino2: the folder, name */
	OP_BELL = 'b',     /* offset: the descriptor */
	OP_MMAP = 'm',     /* ino: written through memory, which nobody sees */
};

typedef struct {
	uint32_t kind, pid;
	uint64_t ino, ino2, offset;
	uint32_t name_bytes, data_bytes;
} Record;

static dev_t state_dev;
static uint64_t own_known[KNOWN_MAX];
static uint64_t *known = own_known; /* of all processes with one log together */
static int log_fd = -1;
static long kill_at;
static long count;
static const volatile int32_t *weather;
static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

#define REAL(name) ((__typeof__(&name))real_of(#name))

static void *real_of(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/*
 * Which files are ours
 */

static bool is_known(uint64_t ino)
{
	for (size_t at = ino % KNOWN_MAX, n = 0; n < KNOWN_MAX; at = (at + 1) % KNOWN_MAX, n++) {
		if (known[at] == ino) {
			return true;
		}
		if (known[at] == 0) {
			return false;
		}
	}
	return false;
}

static void learn(uint64_t ino)
{
	size_t at = ino % KNOWN_MAX;

	while (known[at] != 0 && known[at] != ino) {
		at = (at + 1) % KNOWN_MAX;
	}
	known[at] = ino;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path;
	(void)type;
	(void)ftw;
	learn(st->st_ino);
	return 0;
}

static uint64_t ino_of_fd(int fd)
{
	struct stat st;
	int saved = errno;
	bool ok = state_dev != 0 && fstat(fd, &st) == 0 && st.st_dev == state_dev &&
		  (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) && is_known(st.st_ino);

	errno = saved;
	return ok ? st.st_ino : 0;
}

static uint64_t ino_of_path(int dir_fd, const char *path)
{
	struct stat st;
	int saved = errno;
	bool ok = fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == state_dev;

	errno = saved;
	return ok ? st.st_ino : 0;
}

/* The folder a path is in, when it is one of ours, and the last part of the path. */
static uint64_t folder_of(int dir_fd, const char *path, const char **ret_name)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	uint64_t ino;

	if (state_dev == 0) {
		return 0;
	}
	if (slash == NULL) {
		snprintf(folder, sizeof(folder), ".");
	} else {
		snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path),
			 path);
	}
	*ret_name = slash == NULL ? path : slash + 1;
	ino = ino_of_path(dir_fd, folder);
	return ino != 0 && is_known(ino) ? ino : 0;
}

/*
 * What happens to a call
 */

static void die(void)
{
	syscall(SYS_exit_group, 137);
	__builtin_unreachable();
}

/* Counts the call. True: it is the last one of this process. */
static bool is_last(void)
{
	return ++count == kill_at;
}

static bool fails(void)
{
	if (weather != NULL && weather[0] != 0) {
		errno = weather[0];
		return true;
	}
	return false;
}

/* Other processes write the same log: the order in it is the order of what happened. */
static void begin(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int saved = errno;

	pthread_mutex_lock(&mutex);
	if (log_fd >= 0) {
		fcntl(log_fd, F_OFD_SETLKW, &lock);
	}
	errno = saved;
}

static void end(void)
{
	struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
	int saved = errno;

	if (log_fd >= 0) {
		fcntl(log_fd, F_OFD_SETLK, &lock);
	}
	pthread_mutex_unlock(&mutex);
	errno = saved;
}

static void note(char kind, uint64_t ino, uint64_t ino2, uint64_t offset, const char *name,
		 size_t name_bytes, const void *data, size_t data_bytes)
{
	Record record = {(uint32_t)kind,       (uint32_t)getpid(),  ino, ino2, offset,
			 (uint32_t)name_bytes, (uint32_t)data_bytes};
	struct iovec parts[] = {
		{&record, sizeof(record)}, {(void *)name, name_bytes}, {(void *)data, data_bytes}};
	int saved = errno;
	ssize_t put;

	if (log_fd >= 0) {
		put = syscall(SYS_writev, log_fd, parts, 3);
		if (put != (ssize_t)(sizeof(record) + name_bytes + data_bytes)) {
			abort();
		}
	}
	errno = saved;
}

/* What another process has made is ours as well. */
static void share_known(const char *log)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s.known", log);
	fd = REAL(open)(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && ftruncate(fd, sizeof(own_known)) == 0) {
		known = mmap(NULL, sizeof(own_known), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	if (fd < 0 || known == MAP_FAILED) {
		abort();
	}
	close(fd);
}

__attribute__((constructor)) static void wake(void)
{
	const char *under = getenv("FAULT_UNDER"), *log = getenv("FAULT_LOG");
	const char *at = getenv("FAULT_KILL"), *sky = getenv("FAULT_WEATHER");
	struct stat st;

	if (under == NULL || stat(under, &st) < 0) {
		return;
	}
	kill_at = at == NULL ? 0 : atol(at);
	if (log != NULL) {
		int fd = REAL(open)(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

		log_fd = fcntl(fd, F_DUPFD_CLOEXEC, LOG_FD);
		close(fd);
		share_known(log);
	}
	begin();
	nftw(under, visit, 16, FTW_PHYS);
	end();
	if (sky != NULL) {
		int fd = REAL(open)(sky, O_RDONLY | O_CLOEXEC);
		void *page = mmap(NULL, 12, PROT_READ, MAP_SHARED, fd, 0);

		weather = page == MAP_FAILED ? NULL : page;
		close(fd);
	}
	state_dev = st.st_dev;
}

EXPORT int clock_gettime(clockid_t id, struct timespec *ret)
{
	int rc = (int)syscall(SYS_clock_gettime, id, ret);

	if (rc == 0 && id == CLOCK_REALTIME && weather != NULL) {
		ret->tv_sec += weather[2];
	}
	return rc;
}

/*
 * Writing
 */

static ssize_t do_write(int fd, const void *data, size_t size, off_t at, bool is_at)
{
	uint64_t ino = ino_of_fd(fd);
	off_t offset;
	ssize_t put;

	if (ino == 0) {
		put = is_at ? syscall(SYS_pwrite64, fd, data, size, at)
			    : syscall(SYS_write, fd, data, size);
		if (put == 8 && state_dev != 0 && !is_at) {
			begin();
			note(OP_BELL, 0, 0, (uint64_t)fd, NULL, 0, NULL, 0);
			end();
		}
		return put;
	}
	if (fails()) {
		return -1;
	}
	begin();
	offset = is_at ? at : lseek(fd, 0, SEEK_CUR);
	if (is_last()) {
		syscall(SYS_pwrite64, fd, data, size / 2, offset);
		die();
	}
	put = is_at ? syscall(SYS_pwrite64, fd, data, size, at)
		    : syscall(SYS_write, fd, data, size);
	if (put > 0) {
		note(OP_WRITE, ino, 0, (uint64_t)offset, NULL, 0, data, (size_t)put);
	}
	end();
	return put;
}

EXPORT ssize_t write(int fd, const void *data, size_t size)
{
	return do_write(fd, data, size, 0, false);
}

EXPORT ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	return do_write(fd, data, size, at, true);
}

EXPORT ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
	return do_write(fd, data, size, at, true);
}

static int do_truncate(int fd, off_t size)
{
	uint64_t ino = ino_of_fd(fd);
	int rc;

	if (ino == 0) {
		return (int)syscall(SYS_ftruncate, fd, size);
	}
	if (fails()) {
		return -1;
	}
	begin();
	if (is_last()) {
		die();
	}
	rc = (int)syscall(SYS_ftruncate, fd, size);
	if (rc == 0) {
		note(OP_TRUNCATE, ino, 0, (uint64_t)size, NULL, 0, NULL, 0);
	}
	end();
	return rc;
}

EXPORT int ftruncate(int fd, off_t size)
{
	return do_truncate(fd, size);
}

EXPORT int ftruncate64(int fd, off64_t size)
{
	return do_truncate(fd, size);
}

static int do_sync(int fd, long number)
{
	uint64_t ino = ino_of_fd(fd);
	int rc;

	if (ino == 0) {
		return (int)syscall(number, fd);
	}
	begin();
	if (is_last()) {
		die();
	}
	rc = (int)syscall(number, fd);
	if (rc == 0) {
		note(OP_SYNC, ino, 0, 0, NULL, 0, NULL, 0);
	}
	end();
	return rc;
}

EXPORT int fsync(int fd)
{
	return do_sync(fd, SYS_fsync);
}

EXPORT int fdatasync(int fd)
{
	return do_sync(fd, SYS_fdatasync);
}

static void *do_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (state_dev != 0 && fd >= 0 && (protection & PROT_WRITE) != 0 &&
	    (flags & MAP_TYPE) == MAP_SHARED) {
		uint64_t ino = ino_of_fd(fd);

		if (ino != 0) {
			begin();
			note(OP_MMAP, ino, 0, 0, NULL, 0, NULL, 0);
			end();
		}
	}
	return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}

EXPORT void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	return do_mmap(at, size, protection, flags, fd, offset);
}

EXPORT void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset)
{
	return do_mmap(at, size, protection, flags, fd, offset);
}

/*
 * Opening and making
 */

static int really_open(int dir_fd, const char *path, int flags, mode_t mode)
{
	return (int)syscall(SYS_openat, dir_fd, path, flags, mode);
}

static int do_open(int dir_fd, const char *path, int flags, mode_t mode)
{
	const char *name = NULL;
	uint64_t folder, before, after;
	struct stat st;
	int fd;

	if (weather != NULL && weather[1] != 0) {
		errno = weather[1];
		return -1;
	}
	folder = (flags & O_ACCMODE) == O_RDONLY && (flags & O_CREAT) == 0
			 ? 0
			 : folder_of(dir_fd, path, &name);
	if (folder == 0) {
		return really_open(dir_fd, path, flags, mode);
	}
	if (fails()) {
		return -1;
	}
	begin();
	before = ino_of_path(dir_fd, path);
	if ((before == 0 || (flags & O_TRUNC) != 0) && is_last()) {
		die();
	}
	fd = really_open(dir_fd, path, flags, mode);
	after = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_ino : 0;
	if (after != 0) {
		learn(after);
		if (before == 0) {
			note(OP_CREATE, after, folder, 0, name, strlen(name), NULL, 0);
		} else if ((flags & O_TRUNC) != 0) {
			note(OP_TRUNCATE, after, 0, 0, NULL, 0, NULL, 0);
		}
	}
	end();
	return fd;
}

static mode_t mode_of(int flags, va_list args)
{
	return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
}

#define OPEN(name)                                           \
	EXPORT int name(const char *path, int flags, ...)    \
	{                                                    \
		va_list args;                                \
		mode_t mode;                                 \
                                                             \
		va_start(args, flags);                       \
		mode = mode_of(flags, args);                 \
		va_end(args);                                \
		return do_open(AT_FDCWD, path, flags, mode); \
	}

#define OPENAT(name)                                                  \
	EXPORT int name(int dir_fd, const char *path, int flags, ...) \
	{                                                             \
		va_list args;                                         \
		mode_t mode;                                          \
                                                                      \
		va_start(args, flags);                                \
		mode = mode_of(flags, args);                          \
		va_end(args);                                         \
		return do_open(dir_fd, path, flags, mode);            \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

EXPORT int __openat_2(int dir_fd, const char *path, int flags);
EXPORT int __openat_2(int dir_fd, const char *path, int flags)
{
	return do_open(dir_fd, path, flags, 0);
}

EXPORT int __open_2(const char *path, int flags);
EXPORT int __open_2(const char *path, int flags)
{
	return do_open(AT_FDCWD, path, flags, 0);
}

EXPORT int mkdirat(int dir_fd, const char *path, mode_t mode)
{
	const char *name = NULL;
	uint64_t folder = folder_of(dir_fd, path, &name);
	uint64_t ino;
	int rc;

	if (folder == 0) {
		return (int)syscall(SYS_mkdirat, dir_fd, path, mode);
	}
	if (fails()) {
		return -1;
	}
	begin();
	if (ino_of_path(dir_fd, path) == 0 && is_last()) {
		die();
	}
	rc = (int)syscall(SYS_mkdirat, dir_fd, path, mode);
	if (rc == 0) {
		ino = ino_of_path(dir_fd, path);
		learn(ino);
		note(OP_MKDIR, ino, folder, 0, name, strlen(name), NULL, 0);
	}
	end();
	return rc;
}

EXPORT int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

EXPORT int renameat(int old_fd, const char *old, int new_fd, const char *new)
{
	const char *old_name = NULL, *new_name = NULL;
	uint64_t from = folder_of(old_fd, old, &old_name);
	uint64_t to = folder_of(new_fd, new, &new_name);
	char names[1024];
	int length, rc;

	if (from == 0 || to == 0) {
		return (int)syscall(SYS_renameat, old_fd, old, new_fd, new);
	}
	if (fails()) {
		return -1;
	}
	begin();
	if (is_last()) {
		die();
	}
	rc = (int)syscall(SYS_renameat, old_fd, old, new_fd, new);
	if (rc == 0) {
		length = snprintf(names, sizeof(names), "%s%c%s", old_name, '\0', new_name);
		note(OP_RENAME, from, to, 0, names, (size_t)length, NULL, 0);
	}
	end();
	return rc;
}

EXPORT int rename(const char *old, const char *new)
{
	return renameat(AT_FDCWD, old, AT_FDCWD, new);
}

EXPORT int linkat(int old_fd, const char *old, int new_fd, const char *new, int flags)
{
	const char *name = NULL;
	uint64_t folder = folder_of(new_fd, new, &name);
	int rc;

	if (folder != 0 && fails()) {
		return -1;
	}
	begin();
	if (folder != 0 && is_last()) {
		die();
	}
	rc = (int)syscall(SYS_linkat, old_fd, old, new_fd, new, flags);
	if (rc == 0 && folder != 0) {
		note(OP_LINK, ino_of_path(new_fd, new), folder, 0, name, strlen(name), NULL, 0);
	}
	end();
	return rc;
}

EXPORT int link(const char *old, const char *new)
{
	return linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

EXPORT int unlinkat(int dir_fd, const char *path, int flags)
{
	const char *name = NULL;
	uint64_t folder = folder_of(dir_fd, path, &name);
	int rc;

	if (folder == 0) {
		return (int)syscall(SYS_unlinkat, dir_fd, path, flags);
	}
	/* a full disk does not keep anybody from removing */
	if (weather != NULL && weather[0] == EROFS) {
		errno = EROFS;
		return -1;
	}
	begin();
	if (ino_of_path(dir_fd, path) != 0 && is_last()) {
		die();
	}
	rc = (int)syscall(SYS_unlinkat, dir_fd, path, flags);
	if (rc == 0) {
		note(OP_UNLINK, 0, folder, 0, name, strlen(name), NULL, 0);
	}
	end();
	return rc;
}

EXPORT int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

EXPORT int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
