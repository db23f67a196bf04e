/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ballast: see ballast.h. */
#include "recorder/ballast.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FOLDER "ballast"
#define FILES 16
#define FILE_BYTES (128 * 1024)
/* Who has less than this besides is left alone. */
#define SPARE_FACTOR 4

static int open_folder(int state_fd)
{
	return openat(state_fd, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool has_room(int state_fd)
{
	struct statvfs disk;

	return fstatvfs(state_fd, &disk) == 0 &&
	       disk.f_bavail * disk.f_frsize >= SPARE_FACTOR * FILES * FILE_BYTES &&
	       (disk.f_files == 0 || disk.f_favail >= SPARE_FACTOR * FILES);
}

static bool is_loaded(int folder_fd, const char *name)
{
	struct stat st;

	return fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_size == FILE_BYTES;
}

static bool load_one(int folder_fd, const char *name)
{
	auto_fd int fd = -1;

	if (is_loaded(folder_fd, name)) {
		return true;
	}
	fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 && posix_fallocate(fd, 0, FILE_BYTES) == 0;
}

bool ballast_load(int state_fd)
{
	auto_fd int fd = open_folder(state_fd);
	char name[8];

	if (fd < 0) {
		if (!has_room(state_fd) || mkdirat(state_fd, FOLDER, 0700) < 0) {
			return false;
		}
		fd = open_folder(state_fd);
	}
	for (int i = 0; i < FILES && fd >= 0; i++) {
		g_snprintf(name, sizeof(name), "%d", i);
		if (!load_one(fd, name)) {
			return false;
		}
	}
	return fd >= 0;
}

bool ballast_drop(int state_fd)
{
	auto_fd int fd = open_folder(state_fd);
	bool dropped = false;
	char name[8];

	for (int i = 0; i < FILES && fd >= 0; i++) {
		g_snprintf(name, sizeof(name), "%d", i);
		dropped |= unlinkat(fd, name, 0) == 0;
	}
	unlinkat(state_fd, FOLDER, AT_REMOVEDIR);
	return dropped;
}
