/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Descriptors: see fd.h. */
#include "base/fd.h"

#include <errno.h>
#include <unistd.h>

void fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0) {
		close(*fd);
	}
	*fd = -1;
	errno = saved;
}
