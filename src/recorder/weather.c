/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weather: see weather.h. */
#include "recorder/weather.h"
#include "base/fd.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PROBE_NAME "weather.probe"
#define PROBE_BYTES 4096

static const struct {
	const char *word, *text;
} words[] = {
	{"disk-full", "the disk is full"},
	{"no-inodes", "the disk has no room for another file"},
	{"read-only", "the disk cannot be written to"},
	{"no-descriptors", "too many files are open"},
};

const char *weather_text(const char *word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(words[i].word, word) == 0) {
			return words[i].text;
		}
	}
	return "writing fails";
}

/* (A disk that makes inodes as they are wanted says it has none at all.) */
const char *weather_word(int failure, const struct statvfs *disk)
{
	switch (failure) {
	case 0:
		return disk->f_blocks > 0 && disk->f_bfree * disk->f_frsize < WEATHER_ROOM_BYTES
			       ? "disk-full"
			       : NULL;
	case ENOSPC:
	case EDQUOT:
		return disk->f_files > 0 && disk->f_ffree == 0 ? "no-inodes" : "disk-full";
	case EROFS:
		return "read-only";
	case EMFILE:
	case ENFILE:
		return "no-descriptors";
	default:
		return "trouble";
	}
}

/* 0, or the errno of what did not work. */
static int try_to_write(int state_fd)
{
	static const char nothing[PROBE_BYTES];
	auto_fd int fd = openat(state_fd, PROBE_NAME,
				O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int failure = 0;

	if (fd < 0) {
		return errno;
	}
	if (!io_write_all(fd, nothing, sizeof(nothing), NULL)) {
		failure = errno;
	}
	unlinkat(state_fd, PROBE_NAME, 0);
	return failure;
}

const char *weather_of(int state_fd)
{
	struct statvfs disk = {0};
	int failure = try_to_write(state_fd);

	fstatvfs(state_fd, &disk);
	return weather_word(failure, &disk);
}
