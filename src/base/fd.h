/* SPDX-License-Identifier: LGPL-3.0-or-later */
/*
 * File descriptors with an owner on the declaration: `auto_fd int fd = -1;` closes at the end of
 * its scope unless the descriptor was stolen. -1 means "none" everywhere.
 */
#pragma once

#include <glib.h>

/* Closes *fd unless it is -1 and sets it to -1; keeps errno. */
void fd_close(int *fd);

/* Takes the descriptor out of *fd and leaves -1 there. */
static inline int fd_steal(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define auto_fd __attribute__((cleanup(fd_close)))
