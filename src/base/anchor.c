/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Anchors: see anchor.h. */
#include "base/anchor.h"

#include <errno.h>
#include <sys/stat.h>

void anchor_drop(Anchor *anchor, const char *path, int fd)
{
	struct stat st;

	*anchor = (Anchor){.path = g_strdup(path)};
	if ((fd < 0 ? lstat(path, &st) : fstat(fd, &st)) == 0) {
		anchor->dev = st.st_dev;
		anchor->ino = st.st_ino;
	}
}

void anchor_clear(Anchor *anchor)
{
	g_clear_pointer(&anchor->path, g_free);
}

bool anchor_holds(const Anchor *anchor)
{
	struct stat st;

	if (anchor->path == NULL) {
		return true;
	}
	if (lstat(anchor->path, &st) < 0) {
		return errno != ENOENT || anchor->ino == 0;
	}
	return st.st_dev == anchor->dev && st.st_ino == anchor->ino;
}
