/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The barrier page: see barrier.h. */
#include "base/barrier.h"
#include "base/fd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int barrier_new(GError **error)
{
	auto_fd int fd = memfd_create("reeve-barrier", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, sizeof(Barrier)) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		error_set_errno(error, "cannot make the barrier page");
		return -1;
	}
	return fd_steal(&fd);
}

Barrier *barrier_map(int fd, GError **error)
{
	void *page = mmap(NULL, sizeof(Barrier), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED) {
		error_set_errno(error, "cannot map the barrier page");
		return NULL;
	}
	return page;
}
