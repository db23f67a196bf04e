/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door: see door.h. */
#include "relay/door.h"
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 4096
/* What ZeroMQ takes for itself: a wake-up for each of its sockets and threads. */
#define RESERVE 16

static int refuse_from = INT_MAX; /* the first number that is not given to a caller */
static _Atomic guint64 refused;

bool door_open(GError **error)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
		return error_set_errno(error, "cannot read the limit of descriptors");
	}
	limit.rlim_cur = MIN(limit.rlim_max, DESCRIPTORS_MAX);
	refuse_from = (int)limit.rlim_cur - RESERVE;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 ||
	       error_set_errno(error, "cannot raise the limit of descriptors");
}

guint64 door_refused(void)
{
	return atomic_load(&refused);
}

/* The lowest free number is given out, so it says how many there are. */
int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	int made = (int)syscall(SYS_accept4, fd, address, size, flags);

	if (made < refuse_from) {
		return made;
	}
	close(made);
	if (atomic_fetch_add(&refused, 1) == 0) {
		log_warning("too many are connected: the next ones are turned away");
	}
	errno = ECONNABORTED;
	return -1;
}
