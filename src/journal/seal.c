/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seal: see seal.h. */
#include "journal/seal.h"

#include <fcntl.h>
#include <unistd.h>

static struct flock first_byte(short type)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
}

void seal_break(int fd)
{
	struct flock lock = first_byte(F_UNLCK);
	int done = fcntl(fd, F_OFD_SETLK, &lock);

	(void)done; /* there was none */
}

void seal_set(int fd)
{
	struct flock lock = first_byte(F_WRLCK);
	int done = fcntl(fd, F_OFD_SETLK, &lock);

	(void)done; /* readers sync for themselves */
}

/* Only a writer's lock counts: whoever may just read cannot hold one. */
bool seal_is_whole(int fd)
{
	struct flock lock = first_byte(F_RDLCK);

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK;
}
