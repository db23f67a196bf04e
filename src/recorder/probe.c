/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe: see probe.h. Reading content is in content.c. */
#include "recorder/probe.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/path.h"
#include "recorder/content.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define READ_ATTEMPTS 3
/* The kernel allows thousands of values of 64 KiB per file; beyond these a digest stands in. */
#define XATTR_VALUE_MAX_BYTES 16384
#define XATTR_TOTAL_MAX_BYTES (1024 * 1024)

static ProbeResult classify(const char *path, GError **error)
{
	g_autofree char *escaped = NULL;

	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
		return PROBE_GONE;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		escaped = escape_path(path);
		error_set_errno(error, "cannot look at %s", escaped);
		return PROBE_ERROR;
	default:
		return PROBE_BLIND;
	}
}

static ProbeResult stat_opened(int fd, const char *path, int *ret_fd, struct stat *ret_st,
			       GError **error)
{
	auto_fd int opened = fd;

	if (opened < 0 || fstat(opened, ret_st) < 0) {
		return classify(path, error);
	}
	*ret_fd = fd_steal(&opened);
	return PROBE_PRESENT;
}

ProbeResult probe_open(int root_fd, const char *path, int *ret_fd, struct stat *ret_st,
		       GError **error)
{
	return stat_opened(path_open(root_fd, path, O_PATH | O_NOFOLLOW), path, ret_fd, ret_st,
			   error);
}

ProbeResult probe_open_child(int dir_fd, const char *name, const char *path, int *ret_fd,
			     struct stat *ret_st, GError **error)
{
	return stat_opened(openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), path, ret_fd,
			   ret_st, error);
}

void probe_clear(Probe *probe)
{
	catalog_entry_clear(&probe->entry);
	g_clear_pointer(&probe->content, g_bytes_unref);
}

/* What an administrator sets with chattr; the others say how the file system keeps the file. */
#define FLAGS_KEPT                                                                         \
	((guint32)FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | FS_IMMUTABLE_FL |  \
	 FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_NOCOMP_FL | FS_JOURNAL_DATA_FL | \
	 FS_NOTAIL_FL | FS_DIRSYNC_FL | FS_TOPDIR_FL | FS_NOCOW_FL | FS_DAX_FL |           \
	 FS_PROJINHERIT_FL)

/* The flags that statx tells of anything, also of what cannot be opened. */
static guint32 stat_flags(int fd)
{
	struct statx stx;
	guint32 flags = 0;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &stx) < 0) {
		return 0;
	}
	flags |= (stx.stx_attributes & STATX_ATTR_IMMUTABLE) != 0 ? FS_IMMUTABLE_FL : 0;
	flags |= (stx.stx_attributes & STATX_ATTR_APPEND) != 0 ? FS_APPEND_FL : 0;
	flags |= (stx.stx_attributes & STATX_ATTR_NODUMP) != 0 ? FS_NODUMP_FL : 0;
	return flags;
}

/* All of them where there is a readable descriptor, of a regular file. */
static guint32 read_flags(int fd, int readable)
{
	int flags;

	if (readable >= 0 && ioctl(readable, FS_IOC_GETFLAGS, &flags) == 0) {
		return (guint32)flags & FLAGS_KEPT;
	}
	return stat_flags(fd);
}

/*
 * Attributes: through the readable descriptor where there is one; else through /proc, because a
 * reference has none of its own. One level of link is followed then, that of /proc, never one of
 * the watched tree.
 */
typedef struct {
	int readable; /* -1: none */
	char link[32];
} XattrSource;

static ssize_t list_xattrs(const XattrSource *source, char *names, gsize size)
{
	return source->readable >= 0 ? flistxattr(source->readable, names, size)
				     : listxattr(source->link, names, size);
}

static ssize_t get_xattr(const XattrSource *source, const char *name, void *value, gsize size)
{
	return source->readable >= 0 ? fgetxattr(source->readable, name, value, size)
				     : getxattr(source->link, name, value, size);
}

/* One that looks like a secret is kept as its keyed digest, as content is. */
static void add_xattr(FileState *state, const XattrSource *source, const char *name,
		      const Secrets *secrets, gsize *total)
{
	static char value[XATTR_SIZE_MAX];
	ssize_t size = get_xattr(source, name, value, sizeof(value));
	guint8 digest[DIGEST_BYTES];

	if (size < 0) {
		return; /* removed meanwhile: there will be a hint; or not ours to see */
	}
	*total += (gsize)size;
	if (secrets_content_is_secret(value, (gsize)size)) {
		secrets_hmac(secrets, value, (gsize)size, digest);
		file_state_add_xattr(state, name, digest, sizeof(digest));
		return;
	}
	if (size > XATTR_VALUE_MAX_BYTES || *total > XATTR_TOTAL_MAX_BYTES) {
		digest_sha256(value, (gsize)size, digest);
		file_state_add_xattr(state, name, digest, sizeof(digest));
		return;
	}
	file_state_add_xattr(state, name, value, (gsize)size);
}

static void read_xattrs(int fd, int readable, const Secrets *secrets, FileState *state)
{
	static char names[XATTR_LIST_MAX];
	XattrSource source = {.readable = readable};
	gsize total = 0;
	ssize_t size;

	snprintf(source.link, sizeof(source.link), "/proc/self/fd/%d", fd);
	size = list_xattrs(&source, names, sizeof(names));
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
		add_xattr(state, &source, names + at, secrets, &total);
	}
}

static char *read_target(int fd)
{
	char target[PATH_MAX + 1];
	ssize_t size = readlinkat(fd, "", target, sizeof(target));

	return g_strndup(target, size < 0 ? 0 : (gsize)size);
}

static gint64 wall_nsec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void fill_state(Probe *probe, int fd, int readable, const struct stat *st, gint64 seen_nsec)
{
	FileState *state = &probe->entry.state;

	catalog_entry_set_stat(&probe->entry, st, seen_nsec);
	file_state_clear(state);
	*state = (FileState){
		.type = file_type_from_mode(st->st_mode),
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.flags = read_flags(fd, readable),
	};
	if (state->type == FILE_CHARACTER || state->type == FILE_BLOCK) {
		state->device = st->st_rdev;
	} else if (state->type == FILE_SYMLINK) {
		state->link = read_target(fd);
	}
}

static bool stats_agree(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
	       a->st_gid == b->st_gid && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void read_once(int fd, int readable, const struct stat *st, gint64 seen_nsec,
		      const char *path, const Secrets *secrets, Probe *probe)
{
	fill_state(probe, fd, readable, st, seen_nsec);
	read_xattrs(fd, readable, secrets, &probe->entry.state);
	g_clear_pointer(&probe->content, g_bytes_unref);
	if (probe->entry.state.type == FILE_REGULAR) {
		content_read(readable, st, path, secrets, &probe->entry.state, &probe->content);
	}
}

bool probe_read(int fd, const char *path, const Secrets *secrets, Probe *ret, GError **error)
{
	g_auto(Probe) probe = {0};
	auto_fd int readable = -1;
	struct stat before, after;
	/* Looked up before the stat: whoever is kept waiting in between is in doubt all the same.
	 */
	gint64 seen_nsec = wall_nsec();

	if (fstat(fd, &before) < 0) {
		return error_set_errno(error, "cannot stat what is open");
	}
	if (S_ISREG(before.st_mode) && !content_open(fd, path, &readable, error)) {
		return false;
	}
	for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
		read_once(fd, readable, &before, seen_nsec, path, secrets, &probe);
		seen_nsec = wall_nsec();
		if (fstat(fd, &after) < 0) {
			return error_set_errno(error, "cannot stat what is open");
		}
		probe.is_unstable = !stats_agree(&before, &after);
		if (!probe.is_unstable) {
			break;
		}
		before = after;
	}
	*ret = probe;
	probe = (Probe){0};
	return true;
}
